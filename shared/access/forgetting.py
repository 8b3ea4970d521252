"""Deletes what a service holds of a tenant, piece by piece, as a job."""

from uuid import UUID

from shared.access.credentials import CACHE_S
from shared.database import Database, Tx
from shared.messaging import jobs
from shared.messaging.jobs import Claim, TryLaterError

FORGET_TENANT = "forget_tenant"
ROWS_AT_ONCE_MAX = 10_000

SETTLE_S = 3 * CACHE_S

_FORGET = "SELECT forget_tenant($1, $2)"
_HAS_SETTLED = """
SELECT forgotten_at < now() - make_interval(secs => $2) FROM forgotten_tenant WHERE tenant_id = $1
"""


async def order_forgetting(tx: Tx, tenant_id: UUID) -> None:
    """Puts the job down, in the transaction that learns of the deletion."""
    await jobs.put(tx, tenant_id, FORGET_TENANT, dedupe_key=str(tenant_id), args={})


async def forget_tenant(claim: Claim, database: Database, rows_max: int = ROWS_AT_ONCE_MAX) -> None:
    """The job: from its first step on, no fact of the tenant is taken in any more.

    A key may be remembered for a moment yet, and a door let something in; so it looks again when that is over.
    """
    while True:
        async with database.transaction(claim.tenant_id) as tx:
            left = await tx.fetchval(_FORGET, claim.tenant_id, rows_max)
            if not left and await tx.fetchval(_HAS_SETTLED, claim.tenant_id, SETTLE_S):
                await jobs.finish(tx, claim)
                return
        if not left:
            raise TryLaterError(SETTLE_S)
