"""Keeps what was judged."""

from collections.abc import Sequence
from uuid import UUID

from services.classifier.store.tables import Verdict
from shared.database import Tx, Values

_BY_FEEDBACK = "SELECT * FROM verdict WHERE tenant_id = $1 AND id = $2"


async def add_verdicts(tx: Tx, verdicts: Sequence[Values]) -> set[UUID]:
    """Adds verdicts; returns the feedback that had none before."""
    ordered = sorted(verdicts, key=lambda verdict: str(verdict["id"]))
    rows = await tx.insert(Verdict, ordered, tail="ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id")
    return {row["id"] for row in rows}


async def verdict_of(tx: Tx, tenant_id: UUID, feedback_id: UUID) -> Verdict | None:
    """The verdict on one feedback."""
    return await tx.row(Verdict, _BY_FEEDBACK, tenant_id, feedback_id)


async def count_verdicts(tx: Tx) -> int:
    """How many feedbacks of the transaction's tenants have a verdict."""
    return int(await tx.fetchval("SELECT count(*) FROM verdict"))
