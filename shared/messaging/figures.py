"""How much is on its way: the figures that say whether the loop has settled."""

from shared.contracts.envelope import Event
from shared.contracts.routes import subject_of
from shared.database import Database

_COUNTS = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox_pending,
       (SELECT count(*) FROM dead_letter WHERE dead_at IS NOT NULL) AS dead_letters,
       (SELECT count(*) FROM job WHERE done_at IS NULL AND dead_at IS NULL) AS jobs_waiting,
       (SELECT count(*) FROM job WHERE dead_at IS NOT NULL) AS jobs_dead
"""


_SET_ASIDE = "SELECT count(*) FROM dead_letter WHERE dead_at IS NOT NULL AND subject = $1"


async def count_set_aside(carrier: Database, event: type[Event]) -> int:
    """How many facts of one kind were set aside for a person."""
    async with carrier.transaction() as tx:
        return int(await tx.fetchval(_SET_ASIDE, subject_of(event)))


async def carrier_figures(carrier: Database) -> dict[str, int]:
    """Counts of what waits and of what was set aside."""
    async with carrier.transaction() as tx:
        row = await tx.fetchrow(_COUNTS)
    return dict(row) if row else {}
