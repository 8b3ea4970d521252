"""Finds what a receipt code stands for, before one knows whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.stages import Step
from services.collector.store.progress import steps_of
from shared.database import Database

_BY_CODE = "SELECT tenant_id, feedback_id FROM public_code($1) WHERE code IS NOT NULL"
_RECEIVED = """
SELECT f.received_at, h.time_zone FROM feedback f
LEFT JOIN tenant_home h ON h.tenant_id = f.tenant_id AND h.id = f.tenant_id
WHERE f.tenant_id = $1 AND f.id = $2
"""


@dataclass(frozen=True)
class Receipt:
    """What anybody who has the code may know."""

    tenant_id: UUID
    feedback_id: UUID
    received_at: datetime
    time_zone: str | None
    steps: Sequence[Step]


async def read_receipt(database: Database, code: str) -> Receipt | None:
    """The receipt, or None when there is no such code."""
    async with database.transaction() as tx:
        found = await tx.fetchrow(_BY_CODE, code)
    if found is None:
        return None
    async with database.transaction(found["tenant_id"]) as tx:
        row = await tx.fetchrow(_RECEIVED, found["tenant_id"], found["feedback_id"])
        steps = await steps_of(tx, found["tenant_id"], found["feedback_id"])
    if row is None:
        return None
    return Receipt(found["tenant_id"], found["feedback_id"], row["received_at"], row["time_zone"], steps)
