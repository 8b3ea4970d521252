"""Plans what is to be done about a problem."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.tracker.domain.action_states import ActionKind, ActionState
from services.tracker.store.actions import ActionSeen, add_action, see_action
from services.tracker.store.problems import read_problem
from services.tracker.use_cases.gather_problem import UnknownProblemError
from shared.access.audit import AuditLine, Done
from shared.contracts.vocabulary import Language
from shared.database import Tx


async def plan_action(  # noqa: PLR0913 - an action has this many parts; all but the first two go by name
    tx: Tx,
    tenant_id: UUID,
    *,
    problem_id: UUID,
    kind: ActionKind,
    title: str,
    answers: Mapping[Language, str],
    occurred_at: datetime | None = None,
) -> Done[ActionSeen]:
    """A new action in draft. Raises UnknownProblemError."""
    if await read_problem(tx, tenant_id, problem_id) is None:
        raise UnknownProblemError
    parts = {"title": title, "answers": dict(answers), "created_at": occurred_at}
    action_id = await add_action(tx, tenant_id, problem_id, kind, parts)
    seen = await see_action(tx, tenant_id, action_id)
    if seen is None:
        raise LookupError("an action that was just added is gone")
    detail, after = {"problem": str(problem_id), "kind": kind}, {"state": ActionState.DRAFT, "round": 0}
    return Done(seen, AuditLine("action.plan", "action", action_id, detail, after=after))
