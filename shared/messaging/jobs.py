"""Work for later: put down in the transaction that wants it, claimed by one worker at a time, tried until done or dead.

A worker holds a job under a lease with a fencing number. It ends the job in the transaction of its effect, so a
worker that slept past its lease cannot have an effect any more.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.clock import now
from shared.database import TRANSIENT, Database, Tx, is_transient
from shared.failpoints import FailPoint, reach
from shared.ids import new_id
from shared.logs import get_log
from shared.messaging.lanes import Kick
from shared.messaging.tables import Job
from shared.trace import traces, tracing

JOBS_AT_ONCE_MAX = 8
TRIES_MAX = 10
POLL_S = 0.25
CANCEL_AGAIN_S = 0.5
RETRY_PAUSE_S = 2.0
RETRY_PAUSE_MAX_S = 3600.0
TRACES = "trace_ids"  # The argument that every job has.
TRACES_MAX = 20

_log = get_log("jobs")

_CLAIM = """
UPDATE job SET locked_until = now() + make_interval(secs => $1), fence = fence + 1
WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM job
    WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= now()
        AND (locked_until IS NULL OR locked_until < now()) AND kind = ANY ($2)
    ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING tenant_id, id, kind, dedupe_key, args::text AS args, fence, tries
"""
_RENEW = """
UPDATE job SET locked_until = now() + make_interval(secs => $4)
WHERE tenant_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL
"""
_RELEASE = """
UPDATE job SET locked_until = NULL, run_at = now() + make_interval(secs => $4), error = $5, tries = tries + $6,
    dead_at = CASE WHEN tries + $6 >= $7 THEN now() END
WHERE tenant_id = $1 AND id = $2 AND fence = $3 AND done_at IS NULL
"""


@dataclass(frozen=True)
class Claim:
    """A job that this worker holds until the lease ends."""

    tenant_id: UUID
    id: UUID
    kind: str
    dedupe_key: str
    args: dict[str, Any]
    fence: int
    tries: int


class StaleLeaseError(Exception):
    """Another worker has taken the job over; this one's effect must not happen."""


class TryLaterError(Exception):
    """The job cannot be done yet, by no fault of its own; `pause_s` says when to look again."""

    def __init__(self, pause_s: float) -> None:
        super().__init__(f"try again in {pause_s:.0f} s")
        self.pause_s = pause_s


Handler = Callable[[Claim], Awaitable[None]]


async def put(tx: Tx, tenant_id: UUID, kind: str, *, dedupe_key: str, args: Mapping[str, Any]) -> None:
    """Puts a job down, due now. A second one with the same key is the same job."""
    await put_many(tx, tenant_id, kind, {dedupe_key: args})


async def put_many(tx: Tx, tenant_id: UUID, kind: str, args_by_key: Mapping[str, Mapping[str, Any]]) -> None:
    """Puts many jobs of one kind down at once, each with its own key, due now.

    A job bears the traces of who puts it down, unless its arguments name others.
    """
    moment, own = now(), {TRACES: list(traces()[:TRACES_MAX])}
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "kind": kind,
            "dedupe_key": key,
            "args": json.dumps(own | dict(args)),
            "run_at": moment,
        }
        for key, args in args_by_key.items()
    ]
    await tx.insert(Job, rows, tail="ON CONFLICT DO NOTHING")


async def hold(tx: Tx, claim: Claim) -> None:
    """Lets nobody else take the job while this transaction lasts; StaleLeaseError when somebody has.

    For the claim of what cannot be taken back, such as a mail: a worker that slept past its lease must not begin it.
    """
    if not await tx.fetchval("SELECT job_held($1, $2, $3)", claim.tenant_id, claim.id, claim.fence):
        raise StaleLeaseError(claim.kind)


async def finish(tx: Tx, claim: Claim) -> None:
    """Ends the job in the transaction of its effect; StaleLeaseError undoes both."""
    if not await tx.fetchval("SELECT job_done($1, $2, $3)", claim.tenant_id, claim.id, claim.fence):
        raise StaleLeaseError(claim.kind)
    reach(FailPoint.JOB_AFTER_DONE_BEFORE_COMMIT)


class Jobs:
    """The jobs lane of one service. A handler opens its own transactions and calls `finish` in the last."""

    name = "jobs"

    def __init__(self, carrier: Database, handlers: Mapping[str, Handler], kick: Kick, *, lease_s: int) -> None:
        self._carrier = carrier
        self._handlers = handlers
        self._kick = kick
        self._lease_s = lease_s

    async def run(self) -> None:
        """Claims and works until cancelled."""
        while True:
            claims = await self.claim()
            await asyncio.gather(*(self.work(claim) for claim in claims))
            if not claims:
                await self._kick.wait(POLL_S)

    async def claim(self) -> list[Claim]:
        """Takes due jobs under a lease."""
        async with self._carrier.transaction() as tx:
            rows = await tx.fetch(_CLAIM, self._lease_s, list(self._handlers), JOBS_AT_ONCE_MAX)
        return [_claim(row) for row in rows]

    async def work(self, claim: Claim) -> None:
        """Runs the job's handler and books how it ended."""
        reach(FailPoint.JOB_AFTER_CLAIM)
        with tracing(claim.args.get(TRACES, ())):
            await self._work(claim)

    async def _work(self, claim: Claim) -> None:
        try:
            async with self._lease_kept(claim):
                await self._handlers[claim.kind](claim)
            _log.info("job_done", kind=claim.kind, job=str(claim.id))
            reach(FailPoint.JOB_AFTER_COMMIT)
        except StaleLeaseError:
            _log.warning("stale_lease", kind=claim.kind, job=str(claim.id))
        except TryLaterError as error:
            await self._release(claim, error, pause_s=error.pause_s, counts=0)
        except Exception as error:  # noqa: BLE001 - a job's own fault is counted; the lane goes on
            counts = 0 if is_transient(error) else 1
            pause_s = min(RETRY_PAUSE_S * 2**claim.tries, RETRY_PAUSE_MAX_S)
            _log.warning("job_failed", kind=claim.kind, job=str(claim.id), error=type(error).__name__)
            await self._release(claim, error, pause_s=pause_s, counts=counts)

    @asynccontextmanager
    async def _lease_kept(self, claim: Claim) -> AsyncIterator[None]:
        """Renews the lease as long as the work lasts and this process runs; one that sleeps loses it."""
        keeping = asyncio.create_task(self._keep_lease(claim))
        try:
            yield
        finally:
            # Until it is heard: `asyncio.wait_for` (before Python 3.12) loses one that comes as its wait ends.
            while not keeping.done():
                keeping.cancel()
                await asyncio.wait([keeping], timeout=CANCEL_AGAIN_S)

    async def _keep_lease(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            with contextlib.suppress(*TRANSIENT):
                async with self._carrier.transaction() as tx:
                    await tx.execute(_RENEW, claim.tenant_id, claim.id, claim.fence, self._lease_s)

    async def _release(self, claim: Claim, error: Exception, *, pause_s: float, counts: int) -> None:
        key = (claim.tenant_id, claim.id, claim.fence)
        async with self._carrier.transaction() as tx:
            await tx.execute(_RELEASE, *key, pause_s, type(error).__name__, counts, TRIES_MAX)


def _claim(row: asyncpg.Record) -> Claim:
    args = json.loads(row["args"])
    return Claim(row["tenant_id"], row["id"], row["kind"], row["dedupe_key"], args, row["fence"], row["tries"])
