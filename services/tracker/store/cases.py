"""Cases in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.case_states import CaseState
from services.tracker.store.tables import CustomerCase
from shared.database import Tx, Values
from shared.paging import Place, after

_LIST = """
SELECT c.*, (
    SELECT min(e.at) FROM erased e WHERE e.tenant_id = c.tenant_id AND e.id IN (c.customer_id, c.feedback_id)
) AS erased_at
FROM customer_case c
WHERE c.tenant_id = $1
    AND ($2::text IS NULL OR c.category = $2)
    AND ($3::text IS NULL OR c.urgency = $3)
    AND ($4::text IS NULL OR c.source = $4)
    AND ($5::text IS NULL OR c.state = $5)
    AND ($6::timestamptz IS NULL OR (c.opened_at, c.id) < ($6, $7::uuid))
ORDER BY c.opened_at DESC, c.id DESC LIMIT $8
"""
_KNOWN = "SELECT id FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2)"
_SET_STATE = "UPDATE customer_case SET state = $3 WHERE tenant_id = $1 AND id = ANY ($2) AND state = ANY ($4)"


@dataclass(frozen=True)
class CaseFilter:
    """What a list is narrowed to; None means all."""

    category: str | None = None
    urgency: str | None = None
    source: str | None = None
    state: str | None = None


async def add_cases(tx: Tx, cases: Sequence[Values]) -> list[tuple[UUID, UUID]]:
    """Opens cases; a feedback that has one keeps it. Returns the new ones as pairs of tenant and case."""
    ordered = sorted(cases, key=lambda case: str(case["feedback_id"]))
    unless_known = "ON CONFLICT (tenant_id, feedback_id) DO NOTHING RETURNING tenant_id, id"
    return [(row["tenant_id"], row["id"]) for row in await tx.insert(CustomerCase, ordered, tail=unless_known)]


@dataclass(frozen=True)
class CaseSeen:
    """A case, and since when its words are gone."""

    case: CustomerCase
    erased_at: datetime | None


async def list_cases(tx: Tx, tenant_id: UUID, wanted: CaseFilter, place: Place | None, limit: int) -> list[CaseSeen]:
    """Newest first."""
    narrowed = (wanted.category, wanted.urgency, wanted.source, wanted.state)
    rows = await tx.fetch(_LIST, tenant_id, *narrowed, *after(place), limit)
    return [
        CaseSeen(CustomerCase(**{k: v for k, v in row.items() if k != "erased_at"}), row["erased_at"]) for row in rows
    ]


async def missing_cases(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids that are no case."""
    rows = await tx.fetch(_KNOWN, tenant_id, list(case_ids))
    return sorted(set(case_ids) - {row["id"] for row in rows})


async def set_state(
    tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID], state: CaseState, *, only_from: Sequence[CaseState]
) -> None:
    """Moves cases on that stand in one of the given states."""
    await tx.execute(_SET_STATE, tenant_id, list(case_ids), state, list(only_from))
