"""Deletes what a service holds of a tenant, piece by piece, as a job."""

from uuid import UUID

from shared.access.credentials import CACHE_S
from shared.database import Database, Tx
from shared.messaging import jobs
from shared.messaging.jobs import Claim, TryLaterError

FORGET_TENANT = "forget_tenant"
ROWS_AT_ONCE_MAX = 10_000

SETTLE_S = 3 * CACHE_S
# Longer than a request, or another job's lease, that began before the deletion can still be at work.
SETTLED_S = 120.0

_NOTE = "SELECT note_forgotten($1)"
_FORGET = "SELECT forget_tenant($1, $2)"
_HAS_SETTLED = """
SELECT forgotten_at < now() - make_interval(secs => $2) FROM forgotten_tenant WHERE tenant_id = $1
"""


async def order_forgetting(tx: Tx, tenant_id: UUID) -> None:
    """Puts the job down, in the transaction that learns of the deletion; from its commit on, nobody begins work."""
    await tx.execute(_NOTE, tenant_id)
    await jobs.put(tx, tenant_id, FORGET_TENANT, dedupe_key=str(tenant_id), args={})


async def forget_tenant(claim: Claim, database: Database, rows_max: int = ROWS_AT_ONCE_MAX) -> None:
    """The job: from its first step on, no fact of the tenant is taken in any more.

    A key may be remembered for a moment yet, and what was begun before may write at its end; so it looks again until
    that is over.
    """
    while True:
        async with database.transaction(claim.tenant_id) as tx:
            left = await tx.fetchval(_FORGET, claim.tenant_id, rows_max)
            if not left and await tx.fetchval(_HAS_SETTLED, claim.tenant_id, SETTLED_S):
                await jobs.finish(tx, claim)
                return
        if not left:
            raise TryLaterError(SETTLE_S)
