"""Links feedback that tells again what was told before: to the oldest that is like it. Nothing is taken away."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.collector.domain.duplicates import Likeness, compare, originals
from services.collector.domain.likeness.marks import marks_of
from services.collector.domain.likeness.told import Told
from services.collector.store import duplicates
from services.collector.store.duplicate_tables import DuplicateLink
from services.collector.store.keyring import Keyring, TenantKeys
from shared.access import audit
from shared.access.audit import AuditLine
from shared.clock import Clock, now
from shared.contracts.events import DuplicateLinked
from shared.database import Database, Tx
from shared.messaging import jobs, outbox
from shared.messaging.jobs import Claim, TryLaterError
from shared.trace import trace_id

LINK_DUPLICATES = "link_duplicates"
# The job is one for all feedback of a few seconds; what comes meanwhile is still its own.
SLOT_S = 5
# It looks back further, for a transaction of an earlier slot may have ended after that slot's job.
LOOK_BACK_S = 60
AT_ONCE = 500
_MS = 1_000
_TIME_BITS = 80  # An id's time in milliseconds stands above these.
_START = UUID(int=0)


async def link_duplicates(tx: Tx, keys: TenantKeys, feedback_ids: Sequence[UUID], moment: datetime) -> int:
    """Compares stored feedback with all that the tenant has, and links it; how many links are new or moved.

    The end is the same in whatever order feedback is given: also what is younger is linked to what comes late.
    """
    tenant_id = keys.tenant_id
    await duplicates.work_alone(tx, tenant_id)
    known = await duplicates.compared(tx, tenant_id, feedback_ids)
    fresh = await duplicates.read_texts(tx, tenant_id, sorted(set(feedback_ids) - known))
    told = {one: Told(text) for one, text in fresh.items()}
    bands = await asyncio.to_thread(_bands, told, keys.index("duplicate", "bands"))
    await duplicates.keep_bands(tx, tenant_id, bands)
    pairs = await duplicates.find_candidates(tx, tenant_id, bands)
    others = {other for _, other in pairs} - told.keys()
    told |= {one: Told(text) for one, text in (await duplicates.read_texts(tx, tenant_id, sorted(others))).items()}
    alike = await asyncio.to_thread(compare, told, pairs)
    return await _link(tx, tenant_id, alike, moment)


def _bands(told: Mapping[UUID, Told], salt: bytes) -> dict[UUID, list[int]]:
    return {one: marks_of(some, salt) for one, some in told.items()}


async def _link(tx: Tx, tenant_id: UUID, alike: Sequence[Likeness], moment: datetime) -> int:
    links = await duplicates.links_of(tx, tenant_id, sorted({one.feedback_id for one in alike}))
    undone = frozenset((link.feedback_id, link.original_id) for link in links if link.undone_at is not None)
    standing = {link.feedback_id: link for link in links if link.undone_at is None}
    wanted = [one for one in originals(alike, undone) if _is_older(one, standing.get(one.feedback_id))]
    added = [one for one in wanted if one.feedback_id not in standing]
    moved = {standing[one.feedback_id].id: one for one in wanted if one.feedback_id in standing}
    await duplicates.add_links(tx, tenant_id, added, moment)
    await duplicates.move_links(tx, tenant_id, moved, moment)
    await outbox.put(tx, [outbox.seal(tenant_id, one, at=moment, trace_id=trace_id()) for one in _told(wanted, moment)])
    return len(wanted)


def _is_older(one: Likeness, standing: DuplicateLink | None) -> bool:
    return standing is None or one.original_id < standing.original_id


def _told(wanted: Iterable[Likeness], moment: datetime) -> Iterable[DuplicateLinked]:
    for one in wanted:
        yield DuplicateLinked(
            feedback_id=one.feedback_id, original_id=one.original_id, likeness=one.likeness, linked_at=moment
        )


async def order_linking(tx: Tx, tenant_id: UUID, moment: datetime) -> None:
    """Puts the job of this moment down, in the transaction that stores feedback."""
    slot = int(moment.timestamp()) // SLOT_S
    await jobs.put(tx, tenant_id, LINK_DUPLICATES, dedupe_key=f"slot/{slot}", args={"slot": slot})


async def link_later(claim: Claim, database: Database, keyring: Keyring, clock: Clock = now) -> None:
    """The job: links what nobody compared yet, some at a time, each in a transaction of its own."""
    after = _begin(claim, clock)
    while True:
        async with database.transaction(claim.tenant_id) as tx:
            found = await duplicates.not_compared(tx, claim.tenant_id, after, AT_ONCE)
            if not found:
                await jobs.finish(tx, claim)
                return
            keys = await keyring.keys_of(tx, claim.tenant_id)
            linked = await link_duplicates(tx, keys, found, clock())
            if linked:
                line = AuditLine("duplicate.link", "feedback", detail={"count": linked}, why=claim.kind)
                await audit.write(tx, "collector", {claim.tenant_id: line})
            after = found[-1]


def _begin(claim: Claim, clock: Clock) -> UUID:
    """The id after which the job looks; a job without a slot looks at everything."""
    if "slot" not in claim.args:
        return _START
    begins = int(claim.args["slot"]) * SLOT_S
    left = begins + SLOT_S - clock().timestamp()
    if left > 0:
        raise TryLaterError(left)
    return UUID(int=(begins - LOOK_BACK_S) * _MS << _TIME_BITS)
