"""How much is on its way: the figures that say whether the loop has settled."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import nats.errors

from shared.contracts.envelope import Event
from shared.contracts.routes import subject_of
from shared.database import Database
from shared.messaging.stream import Stream
from shared.metrics import Waiting

LAG_TIMEOUT_S = 1.0
COUNTED = ("outbox_pending", "dead_letters", "jobs_waiting", "jobs_dead")

_COUNTS = """
SELECT
    (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND ($1::uuid IS NULL OR tenant_id = $1)) AS outbox_pending,
    (SELECT count(*) FROM dead_letter WHERE dead_at IS NOT NULL AND ($1::uuid IS NULL OR tenant_id = $1))
        AS dead_letters,
    (SELECT count(*) FROM job WHERE done_at IS NULL AND dead_at IS NULL AND ($1::uuid IS NULL OR tenant_id = $1))
        AS jobs_waiting,
    (SELECT count(*) FROM job WHERE dead_at IS NOT NULL AND ($1::uuid IS NULL OR tenant_id = $1)) AS jobs_dead
"""
_AGES = """
SELECT
    coalesce((SELECT extract(epoch FROM now() - min(created_at)) FROM outbox WHERE sent_at IS NULL), 0)::float8
        AS outbox_oldest_s,
    coalesce((SELECT greatest(0, extract(epoch FROM now() - min(run_at))) FROM job
              WHERE done_at IS NULL AND dead_at IS NULL), 0)::float8 AS jobs_oldest_s
"""
_SET_ASIDE = "SELECT count(*) FROM dead_letter WHERE dead_at IS NOT NULL AND subject = $1 AND tenant_id = $2"


async def count_set_aside(carrier: Database, event: type[Event], tenant_id: UUID) -> int:
    """How many of a tenant's facts of one kind were set aside for a person."""
    async with carrier.transaction() as tx:
        return int(await tx.fetchval(_SET_ASIDE, subject_of(event), tenant_id))


async def carrier_figures(carrier: Database, tenant_id: UUID | None) -> dict[str, int]:
    """Counts of what waits and of what was set aside, of one tenant or of all."""
    async with carrier.transaction() as tx:
        row = await tx.fetchrow(_COUNTS, tenant_id)
    return dict(row) if row else {}


async def waiting_now(carrier: Database, stream: Stream, consumers: Sequence[str]) -> Waiting:
    """What waits in the whole service, how long, and how far its consumers are behind."""
    counts = await carrier_figures(carrier, None)
    async with carrier.transaction() as tx:
        ages = await tx.fetchrow(_AGES)
    return Waiting({**counts, **(dict(ages) if ages else {})}, await _lag(stream, consumers))


async def _lag(stream: Stream, consumers: Sequence[str]) -> dict[str, int] | None:
    try:
        async with asyncio.timeout(LAG_TIMEOUT_S):
            return {name: await stream.lag(name) for name in consumers}
    except (nats.errors.Error, OSError, TimeoutError):
        return None
