"""Gives contact data to whoever is about to send, and notes that it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.collector.store.keyring import Keyring
from services.collector.store.reach import Reach, read_reach
from shared.access.audit import AuditLine, Done
from shared.contracts.vocabulary import Occasion, Purpose
from shared.database import Tx


@dataclass(frozen=True)
class ReadAddresses:
    """The command: whose, for which purpose, and on which occasion."""

    tenant_id: UUID
    customer_ids: Sequence[UUID]
    purpose: Purpose
    occasion: Occasion


async def read_addresses(tx: Tx, keyring: Keyring, reading: ReadAddresses) -> Done[list[Reach]]:
    """Language, consent for the purpose, and addresses of each customer that is known."""
    keys = await keyring.keys_of(tx, reading.tenant_id)
    people = await read_reach(tx, keys, reading.customer_ids, reading.purpose)
    why = reading.purpose if reading.occasion is Occasion.SEND else reading.occasion
    line = AuditLine("address.read", "customer", detail={"count": len(people)}, why=why)
    return Done(people, line if people else None)
