"""Gives contact data to whoever is about to send, and notes that it was read."""

from collections.abc import Sequence
from uuid import UUID

from services.collector.store.keyring import Keyring
from services.collector.store.reach import Reach, read_reach
from shared.access.audit import AuditLine, Done
from shared.contracts.vocabulary import Purpose
from shared.database import Tx


async def read_addresses(
    tx: Tx, keyring: Keyring, tenant_id: UUID, customer_ids: Sequence[UUID], purpose: Purpose
) -> Done[list[Reach]]:
    """Language, consent for the purpose, and addresses of each customer that is known."""
    keys = await keyring.keys_of(tx, tenant_id)
    people = await read_reach(tx, keys, customer_ids, purpose)
    line = AuditLine("address.read", "customer", detail={"count": len(people)}, why=purpose)
    return Done(people, line if people else None)
