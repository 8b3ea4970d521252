"""Shows one customer in the clear, and finds customers by what they are known by."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.identity import kinds_of
from services.collector.store.consents import consents_of
from services.collector.store.keyring import TenantKeys
from services.collector.store.reach import ReachableAt, read_reach
from services.collector.store.tables import Consent, Customer
from shared.contracts.vocabulary import Purpose
from shared.crypto import place, unseal
from shared.database import Tx
from shared.ids import id_of_hash

_ONE = "SELECT * FROM customer WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL"
_KEY = "SELECT wrapped_key FROM person_key WHERE tenant_id = $1 AND id = $2"
# One who shares an address with somebody known earlier has no keyed hash of it, only the address.
_KNOWN_BY = """
SELECT customer_id FROM identity WHERE tenant_id = $1 AND kind = ANY ($6) AND blind_index = $3
UNION
SELECT customer_id FROM address WHERE tenant_id = $1 AND kind = $2 AND address_id = $4
ORDER BY customer_id LIMIT $5
"""


@dataclass(frozen=True)
class CustomerSeen:
    """A customer in the clear; it must not be kept."""

    id: UUID
    language: str
    created_at: datetime
    profile: dict[str, Any]
    addresses: list[ReachableAt]
    consents: list[Consent]


async def read_customer(tx: Tx, keys: TenantKeys, customer_id: UUID) -> CustomerSeen | None:
    """One customer with addresses and consents; None when unknown or erased."""
    customer = await tx.row(Customer, _ONE, keys.tenant_id, customer_id)
    if customer is None:
        return None
    [reach] = await read_reach(tx, keys, [customer_id], Purpose.REPLY)
    key = keys.unwrap_person_key(await tx.fetchval(_KEY, keys.tenant_id, customer_id), customer_id)
    where = place(keys.tenant_id, "customer", "sealed_profile", customer_id)
    profile = json.loads(unseal(key, customer.sealed_profile, where)) if customer.sealed_profile else {}
    log = await consents_of(tx, keys.tenant_id, customer_id)
    return CustomerSeen(customer_id, customer.language, customer.created_at, profile, reach.addresses, log)


async def find_customers(tx: Tx, keys: TenantKeys, kind: str, value: str, limit: int) -> list[UUID]:
    """Who is known by the value, given in normal form."""
    index = keys.index(kind, value)
    rows = await tx.fetch(_KNOWN_BY, keys.tenant_id, kind, index, id_of_hash(index), limit, list(kinds_of(kind)))
    return [row["customer_id"] for row in rows]
