"""The figures that one looks at first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.tracker.domain.periods import midnight, monday_of
from services.tracker.insight.cases import Narrowed
from shared.database import Tx

PATIENCE = timedelta(hours=24)
WEEK = timedelta(weeks=1)

_CAME = """
SELECT count(*) FILTER (WHERE c.occurred_at >= $5) AS today,
    count(*) FILTER (WHERE c.occurred_at >= $3) AS this_week,
    count(*) FILTER (WHERE c.occurred_at < $4) AS week_before
FROM customer_case c
WHERE c.tenant_id = $1 AND c.occurred_at >= $2 AND c.occurred_at <= $6
    AND ($7::text IS NULL OR c.product = $7) AND ($8::text IS NULL OR c.language = $8)
"""
_OPEN = """
SELECT count(*) AS open, count(*) FILTER (WHERE c.occurred_at < $2) AS unanswered,
    count(*) FILTER (WHERE c.urgency = 'critical') AS critical
FROM customer_case c
WHERE c.tenant_id = $1 AND c.state IN ('new', 'open', 'waiting')
    AND ($3::text IS NULL OR c.product = $3) AND ($4::text IS NULL OR c.language = $4)
"""
_TOLD = """
SELECT count(*) FILTER (WHERE n.state = 'sent') AS told, count(*) FILTER (WHERE n.state = 'not_sent') AS kept
FROM notice n WHERE n.tenant_id = $1 AND n.created_at >= $2
"""


@dataclass(frozen=True)
class Headline:
    """How it stands now. The week before is counted up to the same hour, so that the two can be compared."""

    today: int
    this_week: int
    week_before: int
    open: int
    unanswered: int
    critical: int
    told: int
    kept: int


async def read_headline(tx: Tx, tenant_id: UUID, moment: datetime, zone: ZoneInfo, narrowed: Narrowed) -> Headline:
    """The figures of a moment."""
    today = midnight(moment.astimezone(zone).date(), zone)
    monday = midnight(monday_of(moment, zone), zone)
    only = (narrowed.product, narrowed.language)
    came = await tx.fetchrow(_CAME, tenant_id, monday - WEEK, monday, moment - WEEK, today, moment, *only)
    waiting = await tx.fetchrow(_OPEN, tenant_id, moment - PATIENCE, *only)
    told = await tx.fetchrow(_TOLD, tenant_id, today.replace(day=1))
    return Headline(**{name: count for row in (came, waiting, told) for name, count in (row or {}).items()})
