"""An action's states and the moves between them, as a table that a manager could read."""

from collections import deque
from enum import StrEnum

from shared.contracts.vocabulary import Language


class ActionState(StrEnum):
    """Where an improvement action stands."""

    DRAFT = "draft"
    CONTAIN = "contain"
    ANALYSE = "analyse"
    PLAN = "plan"
    IMPLEMENT = "implement"
    VERIFY = "verify"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


class ActionKind(StrEnum):
    """What an action changes."""

    PRODUCT = "product"
    SERVICE = "service"
    MARKET = "market"
    PROCESS = "process"


_S = ActionState

# From each state, where one may go. Containment may be skipped where nobody is in danger; verification may not.
MOVES: dict[ActionState, tuple[ActionState, ...]] = {
    _S.DRAFT: (_S.CONTAIN, _S.ANALYSE, _S.CANCELLED),
    _S.CONTAIN: (_S.ANALYSE, _S.CANCELLED),
    _S.ANALYSE: (_S.PLAN, _S.CONTAIN, _S.CANCELLED),
    _S.PLAN: (_S.IMPLEMENT, _S.ANALYSE, _S.CANCELLED),
    _S.IMPLEMENT: (_S.VERIFY, _S.PLAN, _S.CANCELLED),
    _S.VERIFY: (_S.CLOSED, _S.IMPLEMENT),
    _S.CLOSED: (_S.REOPENED,),
    _S.CANCELLED: (_S.REOPENED,),
    _S.REOPENED: (_S.CONTAIN, _S.ANALYSE, _S.CANCELLED),
}

SENTENCES: dict[ActionState, dict[Language, str]] = {
    _S.DRAFT: {Language.EN: "The action is being written down.", Language.ZH: "措施正在起草。"},
    _S.CONTAIN: {Language.EN: "Customers are being kept from harm.", Language.ZH: "正在采取遏制措施，防止影响扩大。"},
    _S.ANALYSE: {Language.EN: "The cause is being looked for.", Language.ZH: "正在分析原因。"},
    _S.PLAN: {Language.EN: "The fix is being planned.", Language.ZH: "正在制定改进方案。"},
    _S.IMPLEMENT: {Language.EN: "The fix is being carried out.", Language.ZH: "正在实施改进。"},
    _S.VERIFY: {Language.EN: "The fix is being checked.", Language.ZH: "正在验证效果。"},
    _S.CLOSED: {Language.EN: "The fix worked, and the customers are told.", Language.ZH: "改进有效，已告知客户。"},
    _S.CANCELLED: {Language.EN: "The action was given up.", Language.ZH: "措施已取消。"},
    _S.REOPENED: {Language.EN: "The problem came back.", Language.ZH: "问题再次出现，措施已重新打开。"},
}


class IllegalMoveError(Exception):
    """The table has no such move; `legal` says which there are."""

    def __init__(self, state: ActionState, to: ActionState) -> None:
        super().__init__(f"{state} -> {to}")
        self.state = state
        self.to = to
        self.legal = MOVES[state]


class ActionClosedError(Exception):
    """The action is closed, and its customers have read what it says."""


def check_move(state: ActionState, to: ActionState) -> None:
    """Raises IllegalMoveError unless the table has the move."""
    if to not in MOVES[state]:
        raise IllegalMoveError(state, to)


def check_change(state: ActionState) -> None:
    """Raises ActionClosedError once customers were told: what they read stays as they read it."""
    if state is ActionState.CLOSED:
        raise ActionClosedError


def steps_to(state: ActionState, to: ActionState) -> tuple[ActionState, ...]:
    """The fewest moves from one state to another, so that a refusal can say what is lacking."""
    ways: dict[ActionState, tuple[ActionState, ...]] = {state: ()}
    waiting = deque(ways)
    while waiting and to not in ways:
        here = waiting.popleft()
        for there in MOVES[here]:
            if there not in ways:
                ways[there] = (*ways[here], there)
                waiting.append(there)
    return ways[to]


def round_after(state_round: int, to: ActionState) -> int:
    """How often the action was reopened, after this move. Customers are told once in each round."""
    return state_round + 1 if to is ActionState.REOPENED else state_round
