"""How much is on its way: the figures that say whether the loop has settled."""

from shared.database import Database

_COUNTS = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox_pending,
       (SELECT count(*) FROM dead_letter WHERE dead_at IS NOT NULL) AS dead_letters,
       (SELECT count(*) FROM job WHERE done_at IS NULL AND dead_at IS NULL) AS jobs_waiting,
       (SELECT count(*) FROM job WHERE dead_at IS NOT NULL) AS jobs_dead
"""


async def carrier_figures(carrier: Database) -> dict[str, int]:
    """Counts of what waits and of what was set aside."""
    async with carrier.transaction() as tx:
        row = await tx.fetchrow(_COUNTS)
    return dict(row) if row else {}
