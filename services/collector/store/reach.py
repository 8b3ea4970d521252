"""How to reach a customer now: language, consent and addresses, read at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.collector.store.consents import NEWEST_FIRST
from services.collector.store.groups import groups_of
from services.collector.store.keyring import TenantKeys
from shared.crypto import place, unseal
from shared.database import Tx

_PEOPLE = """
SELECT c.id, c.language, k.wrapped_key FROM customer c
JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.tenant_id = $1 AND c.id = ANY ($2)
"""
# What a person said last counts, as whichever of the merged customers they said it.
_CONSENTS = f"""
SELECT customer_id, is_granted FROM (
    SELECT DISTINCT ON (customer_id) * FROM consent
    WHERE tenant_id = $1 AND customer_id = ANY ($2) AND purpose = $3
    ORDER BY customer_id, {NEWEST_FIRST}
) AS newest ORDER BY {NEWEST_FIRST}
"""
_ADDRESSES = """
SELECT id, customer_id, kind, address_id, sealed, verified_at IS NOT NULL AS is_verified FROM address
WHERE tenant_id = $1 AND customer_id = ANY ($2) ORDER BY customer_id, verified_at NULLS LAST, created_at, id
"""


@dataclass(frozen=True)
class ReachableAt:
    """One address in the clear; it must not be kept."""

    address_id: UUID
    kind: str
    value: str
    is_verified: bool


@dataclass(frozen=True)
class Reach:
    """One person's language, consent and addresses, verified ones first; `group` are all their ids, the kept first."""

    customer_id: UUID
    group: list[UUID]
    language: str
    has_consent: bool
    addresses: list[ReachableAt]


async def read_reach(tx: Tx, keys: TenantKeys, customer_ids: Sequence[UUID], purpose: str) -> list[Reach]:
    """The customers that are known; one who was erased is simply missing. Merged ones are reached as one person."""
    groups = await groups_of(tx, keys.tenant_id, customer_ids)
    everybody = sorted({one for group in groups.values() for one in group})
    people = {row["id"]: row for row in await tx.fetch(_PEOPLE, keys.tenant_id, everybody)}
    said = await tx.fetch(_CONSENTS, keys.tenant_id, everybody, purpose)
    rows = [row for row in await tx.fetch(_ADDRESSES, keys.tenant_id, everybody) if row["customer_id"] in people]
    found = [(row["customer_id"], _opened(keys, people[row["customer_id"]], row)) for row in rows]
    reached = []
    for customer_id, group in groups.items():
        if customer_id not in people:
            continue
        language = people[group[0] if group[0] in people else customer_id]["language"]
        has_consent = next((bool(row["is_granted"]) for row in said if row["customer_id"] in group), False)
        reached.append(Reach(customer_id, group, language, has_consent, _of_group(found, group)))
    return reached


def _opened(keys: TenantKeys, person: asyncpg.Record, row: asyncpg.Record) -> ReachableAt:
    key = keys.unwrap_person_key(person["wrapped_key"], person["id"])
    value = unseal(key, row["sealed"], place(keys.tenant_id, "address", "sealed", row["id"])).decode()
    return ReachableAt(row["address_id"], row["kind"], value, row["is_verified"])


def _of_group(found: Sequence[tuple[UUID, ReachableAt]], group: Sequence[UUID]) -> list[ReachableAt]:
    """Verified ones first; an address of two merged customers stands once."""
    own = [address for whose, address in found if whose in group]
    kept: dict[UUID, ReachableAt] = {}
    for address in sorted(own, key=lambda address: not address.is_verified):
        kept.setdefault(address.address_id, address)
    return list(kept.values())
