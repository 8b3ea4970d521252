"""Tells how far cases have come, for the receipts that their customers hold."""

from collections.abc import Sequence
from uuid import UUID

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.stages import is_fixing, stage_of
from services.tracker.store.stages import Standing, cases_behind, hold_standings, set_stages
from services.tracker.store.tables import Action
from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.events import CaseProgressed
from shared.contracts.vocabulary import Stage
from shared.database import Database, Tx
from shared.ids import new_id
from shared.messaging import jobs, outbox
from shared.messaging.jobs import Claim

TELL_PROGRESS = "tell_progress"
CASES_AT_ONCE_MAX = 500


async def tell_progress(tx: Tx, tenant_id: UUID, case_ids: Sequence[UUID]) -> None:
    """Looks where these cases stand now, and tells what is different. In the transaction that moved them."""
    held = await hold_standings(tx, tenant_id, case_ids) if case_ids else []
    stages = {one.id: stage_of(one.state, one.actions) for one in held}
    moved = [one for one in held if stages[one.id] != one.told]
    if not moved:
        return
    steps = await set_stages(tx, tenant_id, [(one.id, stages[one.id]) for one in moved])
    await outbox.put(tx, [_fact(tenant_id, one, stages[one.id], steps[one.id]) for one in moved])


async def order_progress(tx: Tx, action: Action, was: ActionState, to: ActionState, move_id: UUID) -> None:
    """An action's move may concern thousands of cases: a job looks at them, a few hundred at a time."""
    if is_fixing(was) != is_fixing(to) or ActionState.CLOSED in (was, to):
        args = {"problem_id": str(action.problem_id)}
        await jobs.put(tx, action.tenant_id, TELL_PROGRESS, dedupe_key=str(move_id), args=args)


async def tell_progress_of_problem(claim: Claim, database: Database, many: int = CASES_AT_ONCE_MAX) -> None:
    """The job. Begun again, it tells only what is not told yet."""
    after, problem_id = UUID(int=0), UUID(claim.args["problem_id"])
    while True:
        async with database.transaction(claim.tenant_id) as tx:
            case_ids = await cases_behind(tx, claim.tenant_id, problem_id, after, many)
            await tell_progress(tx, claim.tenant_id, case_ids)
            if len(case_ids) < many:
                await jobs.finish(tx, claim)
                return
        after = case_ids[-1]


def _fact(tenant_id: UUID, one: Standing, stage: Stage, step: int) -> Envelope:
    moment = now()
    event = CaseProgressed(feedback_id=one.feedback_id, stage=stage, step=step, at=moment)
    return outbox.seal(tenant_id, event, at=moment, trace_id=one.trace_id or new_id().hex)
