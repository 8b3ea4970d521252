"""Shows one customer in the clear, and finds customers by what they are known by."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.identity import kinds_of
from services.collector.store.consents import consents_of
from services.collector.store.groups import groups_of
from services.collector.store.keyring import TenantKeys
from services.collector.store.reach import ReachableAt, read_reach
from services.collector.store.tables import Consent, Customer
from shared.contracts.vocabulary import Purpose
from shared.crypto import place, unseal
from shared.database import Tx
from shared.ids import id_of_hash
from shared.paging import Place, after

_ONE = "SELECT * FROM customer WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL"
_LIST = """
SELECT * FROM customer
WHERE tenant_id = $1 AND erased_at IS NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_CHANGE = """
UPDATE customer SET language = $3, is_language_given = $4, region = $5, reach_by = $6 WHERE tenant_id = $1 AND id = $2
"""
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
    """A customer in the clear; it must not be kept. `same_person` are the others that are merged with them."""

    id: UUID
    language: str
    region: str | None
    reach_by: str | None
    same_person: list[UUID]
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
    group = (await groups_of(tx, keys.tenant_id, [customer_id]))[customer_id]
    return CustomerSeen(
        id=customer_id,
        language=customer.language,
        region=customer.region,
        reach_by=customer.reach_by,
        same_person=[other for other in group if other != customer_id],
        created_at=customer.created_at,
        profile=profile,
        addresses=reach.addresses,
        consents=await consents_of(tx, keys.tenant_id, group),
    )


async def list_customers(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[Customer]:
    """Newest first, without those who were erased."""
    return await tx.rows(Customer, _LIST, tenant_id, *after(place), limit)


async def hold_customer_row(tx: Tx, tenant_id: UUID, customer_id: UUID) -> Customer | None:
    """One customer, whom nobody else can change or erase until the transaction ends."""
    return await tx.row(Customer, f"{_ONE} FOR UPDATE", tenant_id, customer_id)


async def change_customer_row(tx: Tx, customer: Customer) -> None:
    """Keeps the language, the region and the way to reach them as given."""
    told = (customer.language, customer.is_language_given, customer.region, customer.reach_by)
    await tx.execute(_CHANGE, customer.tenant_id, customer.id, *told)


async def find_customers(tx: Tx, keys: TenantKeys, kind: str, value: str, limit: int) -> list[UUID]:
    """Who is known by the value, given in normal form."""
    index = keys.index(kind, value)
    rows = await tx.fetch(_KNOWN_BY, keys.tenant_id, kind, index, id_of_hash(index), limit, list(kinds_of(kind)))
    return [row["customer_id"] for row in rows]
