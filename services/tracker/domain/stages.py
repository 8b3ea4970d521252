"""How far a case has come in its customer's eyes: a rule over its own state and that of the actions behind it."""

from collections.abc import Collection

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.case_states import CaseState
from shared.contracts.vocabulary import Stage

# Of a case that is not over yet, by its own state.
_BY_CASE = {
    CaseState.NEW: Stage.UNDERSTOOD,
    CaseState.OPEN: Stage.WORKING,
    CaseState.WAITING: Stage.WORKING,
    CaseState.ANSWERED: Stage.ANSWERED,
    CaseState.SOLVED: Stage.CLOSED,
    CaseState.CLOSED: Stage.CLOSED,
}
_FIXING = frozenset({ActionState.IMPLEMENT, ActionState.VERIFY, ActionState.CLOSED})


def is_fixing(state: ActionState) -> bool:
    """Whether an action in this state is more than thinking about a cause."""
    return state in _FIXING


def stage_of(state: CaseState, actions: Collection[ActionState]) -> Stage:
    """The stage. A fix that worked ends the matter also for who cannot be told by mail, and so is never `answered`."""
    stage = _BY_CASE[state]
    if stage in (Stage.ANSWERED, Stage.CLOSED):
        return stage
    alive = [action for action in actions if action is not ActionState.CANCELLED]
    if alive and all(action is ActionState.CLOSED for action in alive):
        return Stage.CLOSED
    return Stage.FIXING if any(is_fixing(action) for action in alive) else stage
