"""How the work stands: open actions, mails, and when actions took effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.periods import Span
from shared.database import Tx

MARKS_MAX = 8

_ACTIONS = """
SELECT a.state, count(*) AS actions FROM action a
WHERE a.tenant_id = $1 AND a.state NOT IN ('closed', 'cancelled') GROUP BY 1
"""
_MAILS = """
SELECT n.state, count(*) AS mails FROM notice n
WHERE n.tenant_id = $1 AND n.created_at >= $2 AND n.created_at < $3 GROUP BY 1
"""
# A fix is in the world when it goes to be checked, and proved when it is closed.
_MARKS = """
SELECT a.id, a.title, m.to_state, m.moved_at FROM action_move m
JOIN action a ON a.tenant_id = m.tenant_id AND a.id = m.action_id
WHERE m.tenant_id = $1 AND m.moved_at >= $2 AND m.moved_at < $3 AND m.to_state IN ('verify', 'closed')
ORDER BY m.moved_at DESC, m.id DESC LIMIT $4
"""


@dataclass(frozen=True)
class Mark:
    """A moment at which an action took effect."""

    action_id: UUID
    title: str
    state: str
    at: datetime


async def count_actions(tx: Tx, tenant_id: UUID) -> Mapping[str, int]:
    """Open actions by state."""
    return {row["state"]: row["actions"] for row in await tx.fetch(_ACTIONS, tenant_id)}


async def count_mails(tx: Tx, tenant_id: UUID, span: Span) -> Mapping[str, int]:
    """Mails by state, of those that were planned in the span."""
    rows = await tx.fetch(_MAILS, tenant_id, span.bounds[0], span.end)
    return {row["state"]: row["mails"] for row in rows}


async def list_marks(tx: Tx, tenant_id: UUID, span: Span) -> list[Mark]:
    """The latest moments of the span at which an action took effect, oldest first."""
    rows = await tx.fetch(_MARKS, tenant_id, span.bounds[0], span.end, MARKS_MAX)
    return [Mark(row["id"], row["title"], row["to_state"], row["moved_at"]) for row in reversed(rows)]
