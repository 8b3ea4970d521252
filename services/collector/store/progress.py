"""How far feedback has come, step by step, as the tracker told it."""

from collections.abc import Sequence
from uuid import UUID

from services.collector.domain.stages import Step
from shared.contracts.events import CaseProgressed
from shared.contracts.vocabulary import Stage
from shared.database import Tx
from shared.ids import new_id

STEPS_MAX = 200  # The latest; a case that is opened again and again is still one case.

# Only of what is here and not erased; who erases it meanwhile waits, and then finds this, too.
_ADD = """
INSERT INTO progress (tenant_id, id, feedback_id, step, stage, at)
SELECT f.tenant_id, told.id, f.id, told.step, told.stage, told.at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::timestamptz[])
    AS told (tenant_id, id, feedback_id, step, stage, at)
JOIN feedback f ON f.tenant_id = told.tenant_id AND f.id = told.feedback_id
WHERE f.erased_at IS NULL ORDER BY f.id FOR SHARE OF f
ON CONFLICT (tenant_id, feedback_id, step) DO NOTHING
"""
_STEPS = """
SELECT step, stage, at FROM progress WHERE tenant_id = $1 AND feedback_id = $2 ORDER BY step DESC LIMIT $3
"""


async def add_steps(tx: Tx, told: Sequence[tuple[UUID, CaseProgressed]]) -> None:
    """Adds what is new; each step once, in whichever order they come."""
    ordered = sorted(told, key=lambda one: (one[1].feedback_id, one[1].step))
    await tx.execute(
        _ADD,
        [tenant_id for tenant_id, _ in ordered],
        [new_id() for _ in ordered],
        [event.feedback_id for _, event in ordered],
        [event.step for _, event in ordered],
        [event.stage for _, event in ordered],
        [event.at for _, event in ordered],
    )


async def steps_of(tx: Tx, tenant_id: UUID, feedback_id: UUID) -> list[Step]:
    """The steps of one feedback."""
    rows = await tx.fetch(_STEPS, tenant_id, feedback_id, STEPS_MAX)
    return [Step(row["step"], Stage(row["stage"]), row["at"]) for row in rows]
