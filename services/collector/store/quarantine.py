"""Holds feedback back, and lets it go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg

from services.collector.domain.spam import Suspicion
from services.collector.store.tables import Feedback
from shared.database import Tx, Values
from shared.paging import Place, after

_LIST = """
SELECT q.id, q.state, q.score, q.signs::text AS signs, q.held_at, q.decided_by, q.decided_at,
    f.text, f.language, f.channel, f.customer_id
FROM quarantine q JOIN feedback f ON f.tenant_id = q.tenant_id AND f.id = q.id
WHERE q.tenant_id = $1 AND q.state = $2 AND f.erased_at IS NULL
    AND ($3::timestamptz IS NULL OR (q.held_at, q.id) < ($3, $4::uuid))
ORDER BY q.held_at DESC, q.id DESC LIMIT $5
"""
_DECIDE = """
UPDATE quarantine q SET state = $3, decided_by = $4, decided_at = $5
FROM feedback f WHERE q.tenant_id = $1 AND q.id = ANY ($2) AND q.state = ANY ($6)
    AND f.tenant_id = q.tenant_id AND f.id = q.id AND f.erased_at IS NULL
RETURNING f.*
"""
_COUNT = "SELECT count(*) FROM quarantine WHERE state IN ('held', 'spam')"


class QuarantineState(StrEnum):
    """How a feedback stands that looked like spam."""

    HELD = "held"
    RELEASED = "released"
    SPAM = "spam"


@dataclass(frozen=True)
class Held:
    """A feedback that is or was held, masked, and why."""

    id: UUID
    state: str
    score: float
    signs: list[str]
    held_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    text: str
    language: str
    channel: str
    customer_id: UUID | None


def held_row(tenant_id: UUID, feedback_id: UUID, suspicion: Suspicion, moment: datetime) -> Values:
    """The row that holds a feedback back."""
    return {
        "tenant_id": tenant_id,
        "id": feedback_id,
        "state": QuarantineState.HELD,
        "score": suspicion.score,
        "signs": json.dumps(suspicion.signs),
        "held_at": moment,
    }


async def list_held(tx: Tx, tenant_id: UUID, state: QuarantineState, page: tuple[Place | None, int]) -> list[Held]:
    """Newest first; `page` is where it begins and how many it holds."""
    place, limit = page
    return [_held(row) for row in await tx.fetch(_LIST, tenant_id, state, *after(place), limit)]


async def decide(
    tx: Tx, tenant_id: UUID, feedback_ids: Sequence[UUID], decided: tuple[QuarantineState, str, datetime]
) -> list[Feedback]:
    """Sets what is not so yet, and returns those feedbacks. What was released has gone on: it is not called back."""
    state, by, moment = decided
    others = [QuarantineState.HELD, *([QuarantineState.SPAM] if state is QuarantineState.RELEASED else [])]
    return await tx.rows(Feedback, _DECIDE, tenant_id, list(feedback_ids), state, by, moment, others)


async def count_quarantined(tx: Tx) -> int:
    """How many feedbacks of the transaction's tenants have not gone on."""
    return int(await tx.fetchval(_COUNT))


def _held(row: asyncpg.Record) -> Held:
    return Held(**dict(row) | {"signs": json.loads(row["signs"])})
