"""Which feedback tells again what another told, as the collector said it last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.store.tables import ToldBefore
from shared.database import Tx, Values

_LATEST = """
ON CONFLICT (tenant_id, id) DO UPDATE
SET original_id = excluded.original_id, likeness = excluded.likeness, is_linked = excluded.is_linked,
    told_at = excluded.told_at
WHERE told_before.told_at < excluded.told_at
"""
_ORIGINAL = """
SELECT o.id AS case_id, o.feedback_id, o.occurred_at, t.likeness
FROM told_before t JOIN customer_case o ON o.tenant_id = t.tenant_id AND o.feedback_id = t.original_id
WHERE t.tenant_id = $1 AND t.id = $2 AND t.is_linked AND o.erased_at IS NULL
"""
# Beyond a thousand nobody counts on.
_AGAIN = """
SELECT count(*) FROM (
    SELECT 1 FROM told_before WHERE tenant_id = $1 AND original_id = $2 AND is_linked LIMIT 1000
) AS first
"""


@dataclass(frozen=True)
class Original:
    """The case in which the same was told first."""

    case_id: UUID
    feedback_id: UUID
    occurred_at: datetime
    likeness: float


@dataclass(frozen=True)
class Repeats:
    """What a case tells again, and how many tell it again (a thousand at most)."""

    original: Original | None
    again: int


async def note_links(tx: Tx, rows: Sequence[Values]) -> None:
    """Keeps what the collector says of each feedback, unless it has said something later."""
    await tx.insert(ToldBefore, rows, tail=_LATEST)


async def repeats_of(tx: Tx, tenant_id: UUID, feedback_id: UUID) -> Repeats:
    """What is known of one feedback."""
    row = await tx.fetchrow(_ORIGINAL, tenant_id, feedback_id)
    again = await tx.fetchval(_AGAIN, tenant_id, feedback_id)
    return Repeats(Original(**dict(row)) if row else None, int(again))
