"""An action's way to its end, as a line of steps, and the table of moves for the board's script."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from services.tracker.console.texts import Say
from services.tracker.domain.action_states import MOVES, SENTENCES, ActionState, steps_to

# The columns of the board. What was given up, and what came back, stands below it.
LINE = (
    ActionState.DRAFT,
    ActionState.CONTAIN,
    ActionState.ANALYSE,
    ActionState.PLAN,
    ActionState.IMPLEMENT,
    ActionState.VERIFY,
    ActionState.CLOSED,
)
BESIDE = (ActionState.REOPENED, ActionState.CANCELLED)


@dataclass(frozen=True)
class Step:
    """One state on the line: done, skipped, current, next (there is a move to it) or later."""

    state: ActionState
    standing: str


def step_line(state: ActionState, visited: Collection[ActionState]) -> list[Step]:
    """Where the action stands on its way; `visited` are its states of this round."""
    here = LINE.index(state) if state in LINE else -1
    return [Step(one, _standing(state, one, visited, is_behind=place < here)) for place, one in enumerate(LINE)]


def _standing(state: ActionState, one: ActionState, visited: Collection[ActionState], *, is_behind: bool) -> str:
    if one is state:
        return "current"
    if one in visited:
        return "done"
    if is_behind:
        return "skipped"
    return "next" if one in MOVES[state] else "later"


def lacking(state: ActionState) -> tuple[ActionState, ...]:
    """The fewest steps that are still to be taken before the customers are told."""
    return steps_to(state, ActionState.CLOSED)


def moves_document(say: Say) -> dict[str, Any]:
    """The table for scripts: states by name, legal moves, and the way to each state."""
    return {
        "states": {
            state: {"name": say(f"action_state.{state}"), "says": SENTENCES[state][say.language]} for state in MOVES
        },
        "legal": MOVES,
        "ways": {state: {to: steps_to(state, to) for to in _reachable(state)} for state in MOVES},
    }


def _reachable(state: ActionState) -> list[ActionState]:
    """Nothing becomes a draft again."""
    return [to for to in MOVES if to not in (state, ActionState.DRAFT)]
