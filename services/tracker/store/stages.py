"""The stage that each case has come to, as its customer was told last."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.case_states import CaseState
from shared.contracts.vocabulary import Stage
from shared.database import Tx

_HOLD = """
SELECT c.id, c.feedback_id, c.state, c.stage, c.trace_id, ARRAY(
    SELECT DISTINCT a.state FROM problem_case p
    JOIN action a ON a.tenant_id = p.tenant_id AND a.problem_id = p.problem_id
    WHERE p.tenant_id = c.tenant_id AND p.case_id = c.id
) AS actions
FROM customer_case c WHERE c.tenant_id = $1 AND c.id = ANY ($2) ORDER BY c.id FOR UPDATE OF c
"""
_SET = """
UPDATE customer_case c SET stage = given.stage, stage_step = c.stage_step + 1
FROM unnest($2::uuid[], $3::text[]) AS given (id, stage)
WHERE c.tenant_id = $1 AND c.id = given.id RETURNING c.id, c.stage_step
"""
_BEHIND = """
SELECT case_id FROM problem_case WHERE tenant_id = $1 AND problem_id = $2 AND case_id > $3 ORDER BY case_id LIMIT $4
"""


@dataclass(frozen=True)
class Standing:
    """Where a case stands, and what its customer knows of it."""

    id: UUID
    feedback_id: UUID
    state: CaseState
    told: str | None
    trace_id: str | None
    actions: frozenset[ActionState]


async def hold_standings(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> list[Standing]:
    """The cases, nobody else's until the transaction ends."""
    rows = await tx.fetch(_HOLD, tenant_id, list(case_ids))
    return [
        Standing(
            row["id"],
            row["feedback_id"],
            CaseState(row["state"]),
            row["stage"],
            row["trace_id"],
            frozenset(ActionState(state) for state in row["actions"]),
        )
        for row in rows
    ]


async def set_stages(tx: Tx, tenant_id: UUID, stages: Sequence[tuple[UUID, Stage]]) -> dict[UUID, int]:
    """Writes the stages down; the number of the step that each case has taken."""
    rows = await tx.fetch(_SET, tenant_id, [case_id for case_id, _ in stages], [stage for _, stage in stages])
    return {row["id"]: row["stage_step"] for row in rows}


async def cases_behind(tx: Tx, tenant_id: UUID, problem_id: UUID, after: UUID, limit: int) -> list[UUID]:
    """The next cases of a problem, by their ids."""
    return [row["case_id"] for row in await tx.fetch(_BEHIND, tenant_id, problem_id, after, limit)]
