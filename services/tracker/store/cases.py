"""Cases in the database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.tracker.domain.case_states import CaseState
from services.tracker.store.tables import CustomerCase
from shared.contracts.vocabulary import Channel, Language, Urgency
from shared.database import Tx, Values
from shared.paging import Place, after

# What a case is narrowed to comes first, in the order of `CaseFilter`; the place where the page begins, last.
_LIST = """
SELECT c.* FROM customer_case c
WHERE c.tenant_id = $1
    AND ($2::text[] IS NULL OR c.state = ANY ($2))
    AND ($3::text[] IS NULL OR c.urgency = ANY ($3))
    AND ($4::text[] IS NULL OR c.category = ANY ($4))
    AND ($5::text IS NULL OR c.channel = $5)
    AND ($6::text IS NULL OR c.language = $6)
    AND ($7::text IS NULL OR c.product = $7)
    AND ($8::text IS NULL OR c.source = $8)
    AND ($9::uuid IS NULL OR c.assignee_id = $9)
    AND ($10::boolean IS NULL OR (c.assignee_id IS NULL) = $10)
    AND ($11::text IS NULL OR $11 = ANY (c.tags))
    AND ($12::boolean IS NULL OR (coalesce(c.snoozed_until, '-infinity') > now()) = $12)
    AND ($13::boolean IS NULL OR (c.reviewed_at IS NOT NULL) = $13)
    AND ($14::uuid IS NULL OR c.customer_id = $14)
    AND ($15::uuid IS NULL OR c.feedback_id = $15)
    AND ($16::timestamptz IS NULL OR c.opened_at > $16)
    AND ($17::timestamptz IS NULL OR (c.opened_at, c.id) < ($17, $18::uuid))
ORDER BY c.opened_at DESC, c.id DESC LIMIT $19
"""
# Nothing can be said of words that were erased.
_REVIEW = """
SELECT * FROM customer_case
WHERE tenant_id = $1 AND reviewed_at IS NULL AND state IN ('new', 'open') AND text <> ''
    AND ($2::double precision IS NULL OR (margin, id) > ($2, $3::uuid))
ORDER BY margin, id LIMIT $4
"""
# Beyond a thousand nobody counts on; the number must not cost a walk through all that waits.
_REVIEWS = """
SELECT (
    SELECT count(*) FROM (
        SELECT 1 FROM customer_case
        WHERE tenant_id = $1 AND reviewed_at IS NULL AND state IN ('new', 'open') AND text <> '' LIMIT 1000
    ) AS first
) AS waiting, count(*) AS reviewed, count(*) FILTER (WHERE category = model_category) AS agreed
FROM customer_case WHERE tenant_id = $1 AND reviewed_at IS NOT NULL
"""
_ONE = "SELECT * FROM customer_case WHERE tenant_id = $1 AND id = $2"
_SOME = "SELECT * FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY opened_at DESC, id DESC"
_HOLD = "SELECT * FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE"
_OF_FEEDBACK = "SELECT id, feedback_id FROM customer_case WHERE tenant_id = $1 AND feedback_id = ANY ($2)"
_KNOWN = "SELECT id FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2)"
_CHANGED = "version = version + 1, changed_at = now()"
_SET_STATE = f"""
WITH held AS (
    SELECT id, state FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2) AND state = ANY ($4)
    ORDER BY id FOR UPDATE
)
UPDATE customer_case c SET state = $3, close_reason = NULL, {_CHANGED} FROM held
WHERE c.tenant_id = $1 AND c.id = held.id
RETURNING c.id, held.state
"""
_TOUCH = f"""
UPDATE customer_case SET {_CHANGED} WHERE tenant_id = $1 AND id IN (
    SELECT id FROM customer_case WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE
)
"""
# Of a person who was erased before their case was opened.
_MARK_ERASED = """
UPDATE customer_case c SET erased_at = e.at FROM erased e
WHERE c.tenant_id = ANY ($1) AND c.id = ANY ($2)
    AND e.tenant_id = c.tenant_id AND e.id IN (c.customer_id, c.feedback_id)
"""
_JSON = ("ranked", "terms", "urgency_terms")


@dataclass(frozen=True)
class CaseFilter:
    """What a list is narrowed to; None means all. The fields stand in the order of the statement's parameters."""

    states: Sequence[CaseState] | None = None
    urgencies: Sequence[Urgency] | None = None
    categories: Sequence[str] | None = None
    channel: Channel | None = None
    language: Language | None = None
    product: str | None = None
    source: str | None = None
    assignee_id: UUID | None = None
    is_unassigned: bool | None = None
    tag: str | None = None
    is_snoozed: bool | None = None
    is_reviewed: bool | None = None
    customer_id: UUID | None = None
    feedback_id: UUID | None = None
    after: datetime | None = None


async def add_cases(tx: Tx, cases: Sequence[Values]) -> list[tuple[UUID, UUID]]:
    """Opens cases; a feedback that has one keeps it. Returns the new ones as pairs of tenant and case."""
    ordered = sorted(cases, key=lambda case: str(case["feedback_id"]))
    unless_known = "ON CONFLICT (tenant_id, feedback_id) DO NOTHING RETURNING tenant_id, id"
    opened = [(row["tenant_id"], row["id"]) for row in await tx.insert(CustomerCase, ordered, tail=unless_known)]
    tenants, ids = {tenant for tenant, _ in opened}, [case_id for _, case_id in opened]
    await tx.execute(_MARK_ERASED, sorted(tenants), ids)
    return opened


async def list_cases(
    tx: Tx, tenant_id: UUID, wanted: CaseFilter, place: Place | None, limit: int
) -> list[CustomerCase]:
    """Newest first."""
    narrowed = (list(part) if isinstance(part, list | tuple) else part for part in vars(wanted).values())
    return [as_case(row) for row in await tx.fetch(_LIST, tenant_id, *narrowed, *after(place), limit)]


async def review_queue(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[CustomerCase]:
    """Cases that wait for a person to say what they are, the least sure first."""
    return [as_case(row) for row in await tx.fetch(_REVIEW, tenant_id, *after(place), limit)]


@dataclass(frozen=True)
class ReviewCounts:
    """How many wait (a thousand at most), how many people have decided, and in how many the model was right."""

    waiting: int
    reviewed: int
    agreed: int


async def count_reviews(tx: Tx, tenant_id: UUID) -> ReviewCounts:
    """The state of the review."""
    return ReviewCounts(**dict(await tx.fetchrow(_REVIEWS, tenant_id) or {}))


async def read_case(tx: Tx, tenant_id: UUID, case_id: UUID) -> CustomerCase | None:
    """One case."""
    row = await tx.fetchrow(_ONE, tenant_id, case_id)
    return None if row is None else as_case(row)


async def read_cases(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[CustomerCase]:
    """Cases by their ids, newest first; one that does not exist is not there."""
    return [as_case(row) for row in await tx.fetch(_SOME, tenant_id, list(case_ids))]


async def hold_cases(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> dict[UUID, CustomerCase]:
    """Cases that nobody else can change until the transaction ends; one that does not exist is not there."""
    return {row["id"]: as_case(row) for row in await tx.fetch(_HOLD, tenant_id, list(case_ids))}


async def missing_cases(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids that are no case."""
    rows = await tx.fetch(_KNOWN, tenant_id, list(case_ids))
    return sorted(set(case_ids) - {row["id"] for row in rows})


async def cases_of_feedback(tx: Tx, tenant_id: UUID, feedback_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The case of each feedback; one that has none is not there."""
    rows = await tx.fetch(_OF_FEEDBACK, tenant_id, list(feedback_ids))
    return {row["feedback_id"]: row["id"] for row in rows}


async def change_case_row(tx: Tx, case: CustomerCase, values: Mapping[str, object]) -> None:
    """Writes columns of a case that the transaction holds, and brings the object up to date with them."""
    cells = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=3))
    sql = f"UPDATE customer_case SET {cells}, {_CHANGED} WHERE tenant_id = $1 AND id = $2 RETURNING version, changed_at"
    row = await tx.fetchrow(sql, case.tenant_id, case.id, *values.values())
    for name, value in {**values, **dict(row or {})}.items():
        setattr(case, name, value)


async def touch_cases(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> None:
    """The cases stand at a new version: something was added to them."""
    await tx.execute(_TOUCH, tenant_id, list(case_ids))


async def set_state(
    tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID], state: CaseState, *, only_from: Sequence[CaseState]
) -> dict[UUID, str]:
    """Moves cases on that stand in one of the given states; where each of those came from."""
    rows = await tx.fetch(_SET_STATE, tenant_id, list(case_ids), state, list(only_from))
    return {row["id"]: row["state"] for row in rows}


def as_case(row: asyncpg.Record) -> CustomerCase:
    """A row as an object. The driver hands JSON over as text."""
    return CustomerCase(**{name: json.loads(cell) if name in _JSON else cell for name, cell in row.items()})
