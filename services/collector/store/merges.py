"""What was decided of two customers, and which two look like one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.merging import MergeState
from services.collector.store.merge_tables import CustomerMerge
from shared.database import Tx
from shared.ids import new_id
from shared.paging import Place, after

_HOLD = """
SELECT id, merged_into, erased_at IS NOT NULL AS is_erased FROM customer
WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
"""
_POINT = "UPDATE customer SET merged_into = $3 WHERE tenant_id = $1 AND id = $2"
_ONE = "SELECT * FROM customer_merge WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_UNDO = """
UPDATE customer_merge SET state = 'undone', undone_by = $3, undone_at = $4 WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_LIST = """
SELECT * FROM customer_merge
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (decided_at, id) < ($2, $3::uuid))
ORDER BY decided_at DESC, id DESC LIMIT $4
"""
# Somebody who is known by a claim and somebody vouched for have one keyed hash under two kinds.
_ALIKE = """
WITH shared AS (
    SELECT address_id AS mark, kind, customer_id FROM address WHERE tenant_id = $1 AND address_id IN (
        SELECT address_id FROM address WHERE tenant_id = $1 GROUP BY address_id HAVING count(*) > 1
    )
), pairs AS (
    SELECT a.customer_id AS one, b.customer_id AS other, array_agg(DISTINCT a.kind ORDER BY a.kind) AS by
    FROM shared a JOIN shared b ON a.mark = b.mark AND a.customer_id < b.customer_id GROUP BY 1, 2
)
SELECT p.one, p.other, p.by FROM pairs p
JOIN customer c ON c.tenant_id = $1 AND c.id = p.one AND c.merged_into IS NULL AND c.erased_at IS NULL
JOIN customer d ON d.tenant_id = $1 AND d.id = p.other AND d.merged_into IS NULL AND d.erased_at IS NULL
WHERE NOT EXISTS (
    SELECT 1 FROM customer_merge m WHERE m.tenant_id = $1
        AND ((m.kept_id = p.one AND m.merged_id = p.other) OR (m.kept_id = p.other AND m.merged_id = p.one))
)
ORDER BY cardinality(p.by) DESC, p.other DESC, p.one LIMIT $2
"""


@dataclass(frozen=True)
class Alike:
    """Two customers who may be one person, the older one first, and the kinds of address that they share."""

    one: UUID
    other: UUID
    by: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A customer whom nobody else can merge until the transaction ends."""

    id: UUID
    merged_into: UUID | None
    is_erased: bool


async def hold_customers(tx: Tx, tenant_id: UUID, customer_ids: Sequence[UUID]) -> dict[UUID, Held]:
    """Customers by id, in one order for all who do this."""
    rows = await tx.fetch(_HOLD, tenant_id, sorted(set(customer_ids)))
    return {row["id"]: Held(row["id"], row["merged_into"], row["is_erased"]) for row in rows}


async def point(tx: Tx, tenant_id: UUID, customer_id: UUID, kept_id: UUID | None) -> None:
    """Says which other row is the same person; none when they are somebody of their own."""
    await tx.execute(_POINT, tenant_id, customer_id, kept_id)


async def add_decision(
    tx: Tx, tenant_id: UUID, pair: tuple[UUID, UUID], decided: tuple[MergeState, str, datetime]
) -> CustomerMerge:
    """What was decided of the kept and the merged one, by whom and when."""
    kept_id, merged_id = pair
    state, decided_by, decided_at = decided
    row = {"tenant_id": tenant_id, "id": new_id(), "kept_id": kept_id, "merged_id": merged_id, "state": state}
    [added] = await tx.insert(
        CustomerMerge, [{**row, "decided_by": decided_by, "decided_at": decided_at}], tail="RETURNING *"
    )
    return CustomerMerge(**added)


async def hold_decision(tx: Tx, tenant_id: UUID, merge_id: UUID) -> CustomerMerge | None:
    """One decision, which nobody else can take back until the transaction ends."""
    return await tx.row(CustomerMerge, _ONE, tenant_id, merge_id)


async def undo_decision(tx: Tx, merge: CustomerMerge, undone_by: str, undone_at: datetime) -> CustomerMerge:
    """The decision as it stands once it is taken back."""
    return await tx.row(CustomerMerge, _UNDO, merge.tenant_id, merge.id, undone_by, undone_at) or merge


async def list_decisions(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[CustomerMerge]:
    """Newest first."""
    return await tx.rows(CustomerMerge, _LIST, tenant_id, *after(place), limit)


async def find_alike(tx: Tx, tenant_id: UUID, limit: int) -> list[Alike]:
    """Customers who share an address and of whom nothing was decided; those who share most first."""
    rows = await tx.fetch(_ALIKE, tenant_id, limit)
    return [Alike(row["one"], row["other"], tuple(row["by"])) for row in rows]
