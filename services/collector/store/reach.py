"""How to reach a customer now: language, consent and addresses, read at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.collector.store.consents import NEWEST_FIRST
from services.collector.store.keyring import TenantKeys
from shared.crypto import place, unseal
from shared.database import Tx

_PEOPLE = f"""
SELECT c.id, c.language, k.wrapped_key, (
    SELECT is_granted FROM consent s
    WHERE s.tenant_id = c.tenant_id AND s.customer_id = c.id AND s.purpose = $3
    ORDER BY {NEWEST_FIRST} LIMIT 1
) AS has_consent
FROM customer c JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.tenant_id = $1 AND c.id = ANY ($2)
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
    """One customer's language, consent and addresses, verified ones first."""

    customer_id: UUID
    language: str
    has_consent: bool
    addresses: list[ReachableAt]


async def read_reach(tx: Tx, keys: TenantKeys, customer_ids: Sequence[UUID], purpose: str) -> list[Reach]:
    """The customers that are known; one who was erased is simply missing."""
    people = await tx.fetch(_PEOPLE, keys.tenant_id, list(customer_ids), purpose)
    addresses = await tx.fetch(_ADDRESSES, keys.tenant_id, list(customer_ids))
    person_keys = {row["id"]: keys.unwrap_person_key(row["wrapped_key"], row["id"]) for row in people}
    found: dict[UUID, list[ReachableAt]] = {row["id"]: [] for row in people}
    for row in addresses:
        if row["customer_id"] in found:
            where = place(keys.tenant_id, "address", "sealed", row["id"])
            value = unseal(person_keys[row["customer_id"]], row["sealed"], where).decode()
            one = ReachableAt(row["address_id"], row["kind"], value, row["is_verified"])
            found[row["customer_id"]].append(one)
    return [Reach(row["id"], row["language"], bool(row["has_consent"]), found[row["id"]]) for row in people]
