"""Finds what a receipt code stands for, before one knows whose it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database import Database

_BY_CODE = "SELECT tenant_id, feedback_id FROM public_code($1) WHERE code IS NOT NULL"
_RECEIVED = "SELECT received_at FROM feedback WHERE tenant_id = $1 AND id = $2"


@dataclass(frozen=True)
class Receipt:
    """What anybody who has the code may know."""

    tenant_id: UUID
    feedback_id: UUID
    received_at: datetime


async def read_receipt(database: Database, code: str) -> Receipt | None:
    """The receipt, or None when there is no such code."""
    async with database.transaction() as tx:
        found = await tx.fetchrow(_BY_CODE, code)
    if found is None:
        return None
    async with database.transaction(found["tenant_id"]) as tx:
        received_at = await tx.fetchval(_RECEIVED, found["tenant_id"], found["feedback_id"])
    return Receipt(found["tenant_id"], found["feedback_id"], received_at) if received_at else None
