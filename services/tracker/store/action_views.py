"""Actions as the console shows them: on the board, in lists, and with who was told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.telling import NoticeEvent, NoticeState, Reason
from services.tracker.store.tables import Action
from shared.database import Tx
from shared.paging import Place, after

COLUMN_CARDS_MAX = 30  # In each state; the rest stands in the state's list.

_SEEN = """
SELECT a.id, a.title, a.kind, a.state, a.version, a.created_at, a.problem_id, p.title AS problem, coalesce(
    (SELECT max(m.moved_at) FROM action_move m WHERE m.tenant_id = a.tenant_id AND m.action_id = a.id), a.created_at
) AS since
FROM action a JOIN problem p ON p.tenant_id = a.tenant_id AND p.id = a.problem_id
WHERE a.tenant_id = $1
"""
_BEHIND = """
SELECT count(DISTINCT c.customer_id) FROM problem_case j
JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
WHERE j.tenant_id = $1 AND j.problem_id = s.problem_id
"""
# What waits longest stands on top; of what is over, the latest.
_BOARD = f"""
WITH seen AS ({_SEEN}),
ranked AS (
    SELECT *, count(*) OVER (PARTITION BY state) AS many, row_number() OVER (PARTITION BY state ORDER BY
        extract(epoch FROM since) * CASE WHEN state IN ('closed', 'cancelled') THEN -1 ELSE 1 END, id) AS place
    FROM seen
)
SELECT s.*, ({_BEHIND}) AS customers FROM ranked s WHERE place <= $2 ORDER BY place
"""
_LIST = f"""
WITH seen AS ({_SEEN}
    AND ($2::text IS NULL OR a.state = $2) AND ($3::uuid IS NULL OR a.problem_id = $3)
    AND ($4::timestamptz IS NULL OR (a.created_at, a.id) < ($4, $5::uuid))
    ORDER BY a.created_at DESC, a.id DESC LIMIT $6
)
SELECT s.*, 0 AS many, 0 AS place, ({_BEHIND}) AS customers FROM seen s ORDER BY s.created_at DESC, s.id DESC
"""
_TOLD = """
SELECT state, reason, count(*) AS many FROM notice
WHERE tenant_id = $1 AND about = $2 AND event = $3 AND round = $4
GROUP BY state, reason ORDER BY many DESC, state, reason
"""


@dataclass(frozen=True)
class Card:
    """An action at a glance. `since` is when it came to its state; `many` are in that state on the board."""

    id: UUID
    title: str
    kind: str
    state: str
    version: int
    created_at: datetime
    problem_id: UUID
    problem: str
    since: datetime
    many: int
    place: int
    customers: int


@dataclass(frozen=True)
class ToldCount:
    """How many notices of a closing ended in the same way."""

    state: NoticeState
    reason: Reason | None
    many: int


@dataclass(frozen=True)
class CardFilter:
    """What a list is narrowed to; None means all."""

    state: ActionState | None = None
    problem_id: UUID | None = None


async def board_cards(tx: Tx, tenant_id: UUID) -> list[Card]:
    """The first cards of every state."""
    return [Card(**row) for row in await tx.fetch(_BOARD, tenant_id, COLUMN_CARDS_MAX)]


async def list_cards(tx: Tx, tenant_id: UUID, wanted: CardFilter, place: Place | None, limit: int) -> list[Card]:
    """Newest first."""
    narrowed = (wanted.state, wanted.problem_id)
    return [Card(**row) for row in await tx.fetch(_LIST, tenant_id, *narrowed, *after(place), limit)]


async def told_counts(tx: Tx, action: Action) -> list[ToldCount]:
    """What became of the customers of the present round, the most first."""
    rows = await tx.fetch(_TOLD, action.tenant_id, action.id, NoticeEvent.CLOSURE, action.round)
    return [
        ToldCount(NoticeState(row["state"]), Reason(row["reason"]) if row["reason"] else None, row["many"])
        for row in rows
    ]


async def names_of_members(tx: Tx, tenant_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """What members are called; who was forgotten is called nothing."""
    rows = await tx.fetch(
        "SELECT id, name FROM member WHERE tenant_id = $1 AND id = ANY ($2)", tenant_id, [*member_ids]
    )
    return {row["id"]: row["name"] for row in rows}
