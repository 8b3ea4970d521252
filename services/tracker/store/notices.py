"""The ledger: who is told what, once. Every change of a row's state is one statement here."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.tracker.domain.telling import Letter, NoticeEvent, NoticeState, Reason, Told
from services.tracker.store.tables import CustomerCase, Notice
from shared.database import Tx
from shared.ids import new_id
from shared.paging import Place, after

_ONE = "SELECT * FROM notice WHERE tenant_id = $1 AND id = $2"
_LIST = """
SELECT * FROM notice
WHERE tenant_id = $1 AND ($2::text[] IS NULL OR state = ANY ($2)) AND ($3::uuid IS NULL OR about = $3)
    AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
ORDER BY created_at DESC, id DESC LIMIT $6
"""
_WRITE = """
UPDATE notice SET state = $3, address_id = $4, language = $5, subject = $6, text = $7, channel = 'email',
    reason = $8, person_id = $9, claimed_at = CASE WHEN $3 = 'claimed' THEN now() END,
    ended_at = CASE WHEN $3 <> 'claimed' THEN now() END
WHERE tenant_id = $1 AND id = $2 AND state = 'queued'
RETURNING 1
"""
# Told under another of their ids before these were merged: the key of the person does not see that.
_TOLD_AS_ANOTHER = """
SELECT EXISTS (
    SELECT 1 FROM notice t JOIN notice o USING (tenant_id, about, event, round)
    WHERE t.tenant_id = $1 AND t.id = $2 AND o.customer_id = ANY ($3) AND o.id <> t.id
        AND o.state IN ('claimed', 'sent', 'in_doubt', 'not_sent')
)
"""
_END = """
UPDATE notice SET state = $3, reason = $4, ended_at = now()
WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'claimed')
"""
_GIVE_BACK = """
UPDATE notice SET state = 'queued', address_id = NULL, person_id = NULL, claimed_at = NULL, tries = tries + 1,
    reason = $3
WHERE tenant_id = $1 AND id = $2 AND state = 'claimed'
"""
_COUNTS = "SELECT coalesce(reason, state) AS kind, state, count(*) AS many FROM notice GROUP BY reason, state"


class AlreadyToldError(Exception):
    """This person, or somebody who shares this address, has been told the same in this round."""


async def plan(
    tx: Tx, tenant_id: UUID, about: UUID, state_round: int, customer_ids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """Enters customers who are to be told of a closure; returns whom the new rows are for, by row. Again adds none."""
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "about": about,
            "event": NoticeEvent.CLOSURE,
            "round": state_round,
            "customer_id": customer_id,
            "state": NoticeState.QUEUED,
        }
        for customer_id in customer_ids
    ]
    added = await tx.insert(Notice, rows, tail="ON CONFLICT DO NOTHING RETURNING id, customer_id")
    return {row["id"]: row["customer_id"] for row in added}


async def plan_reply(tx: Tx, case: CustomerCase, reply_id: UUID, number: int) -> Notice:
    """Enters the customer of a case, who is to read its n-th answer; the row has the answer's own id."""
    row = {
        "tenant_id": case.tenant_id,
        "id": reply_id,
        "about": case.id,
        "event": NoticeEvent.REPLY,
        "round": number,
        "customer_id": case.customer_id,
        "state": NoticeState.QUEUED,
    }
    [added] = await tx.insert(Notice, [row], tail="RETURNING *")
    return Notice(**added)


async def read_notice(tx: Tx, tenant_id: UUID, notice_id: UUID) -> Notice | None:
    """One row of the ledger."""
    return await tx.row(Notice, _ONE, tenant_id, notice_id)


async def list_notices(
    tx: Tx, tenant_id: UUID, states: Sequence[NoticeState] | None, about: UUID | None, page: tuple[Place | None, int]
) -> list[Notice]:
    """Newest first; `page` is where it begins and how many it holds."""
    place, limit = page
    return await tx.rows(Notice, _LIST, tenant_id, list(states) if states else None, about, *after(place), limit)


async def claim(tx: Tx, notice: Notice, told: Told, letter: Letter) -> bool:
    """Takes a queued notice for sending; whether it was still queued. Raises AlreadyToldError."""
    return await _write(tx, notice, NoticeState.CLAIMED, (told, letter), None)


async def keep_unsent(tx: Tx, notice: Notice, told: Told, letter: Letter, reason: Reason) -> bool:
    """Writes down what would be sent if anything could or should leave. Raises AlreadyToldError."""
    return await _write(tx, notice, NoticeState.NOT_SENT, (told, letter), reason)


async def _write(tx: Tx, notice: Notice, state: NoticeState, what: tuple[Told, Letter], reason: Reason | None) -> bool:
    told, letter = what
    row, person = (notice.tenant_id, notice.id), told.person
    texts = (letter.language, letter.subject, letter.text)
    if len(person.same_person) > 1 and await tx.fetchval(_TOLD_AS_ANOTHER, *row, person.same_person):
        raise AlreadyToldError
    whose = person.person_id or person.customer_id
    try:
        return await tx.fetchval(_WRITE, *row, state, told.address.address_id, *texts, reason, whose) is not None
    except asyncpg.UniqueViolationError:
        raise AlreadyToldError from None


async def end(tx: Tx, notice: Notice, state: NoticeState, reason: Reason | None) -> None:
    """How it came out."""
    await tx.execute(_END, notice.tenant_id, notice.id, state, reason)


async def give_back(tx: Tx, notice: Notice, reason: Reason) -> None:
    """Nothing was sent, for certain: it may be tried again."""
    await tx.execute(_GIVE_BACK, notice.tenant_id, notice.id, reason)


async def count_notices(tx: Tx) -> dict[str, int]:
    """How many notices stand where; skipped ones by their reason."""
    counts: dict[str, int] = {}
    for row in await tx.fetch(_COUNTS):
        kind = row["kind"] if row["state"] == NoticeState.SKIPPED else row["state"]
        counts[kind] = counts.get(kind, 0) + row["many"]
    return counts
