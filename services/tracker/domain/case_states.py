"""A case's states and the moves between them, as a table that a manager could read."""

from enum import StrEnum

from shared.contracts.vocabulary import Language


class CaseState(StrEnum):
    """Where a customer's case stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a case was closed without being solved."""

    NO_ANSWER_NEEDED = "no_answer_needed"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    NOT_FOR_US = "not_for_us"
    TOLD_ELSEWHERE = "told_elsewhere"


_S = CaseState

# From each state, where one may go. Nobody makes a case new again: it was seen.
MOVES: dict[CaseState, tuple[CaseState, ...]] = {
    _S.NEW: (_S.OPEN, _S.WAITING, _S.ANSWERED, _S.SOLVED, _S.CLOSED),
    _S.OPEN: (_S.WAITING, _S.ANSWERED, _S.SOLVED, _S.CLOSED),
    _S.WAITING: (_S.OPEN, _S.ANSWERED, _S.SOLVED, _S.CLOSED),
    _S.ANSWERED: (_S.OPEN, _S.WAITING, _S.SOLVED, _S.CLOSED),
    _S.SOLVED: (_S.OPEN, _S.CLOSED),
    _S.CLOSED: (_S.OPEN,),
}

# What an answer that went out moves on to `answered`; a case that is over stays over.
ANSWERABLE = (_S.NEW, _S.OPEN, _S.WAITING)

# What a customer's answer opens again; a case that is open or new waits for somebody anyway.
REOPENABLE = (_S.WAITING, _S.ANSWERED, _S.SOLVED, _S.CLOSED)

SENTENCES: dict[CaseState, dict[Language, str]] = {
    _S.NEW: {Language.EN: "Nobody has looked at it yet.", Language.ZH: "尚无人查看。"},
    _S.OPEN: {Language.EN: "Somebody is working on it.", Language.ZH: "正在处理。"},
    _S.WAITING: {Language.EN: "It waits for somebody else.", Language.ZH: "等待他人回应。"},
    _S.ANSWERED: {Language.EN: "The customer has an answer.", Language.ZH: "已答复客户。"},
    _S.SOLVED: {Language.EN: "What the customer told is solved.", Language.ZH: "客户反馈的问题已解决。"},
    _S.CLOSED: {Language.EN: "It needs nothing more.", Language.ZH: "无需再处理。"},
}


class IllegalCaseMoveError(Exception):
    """The table has no such move; `legal` says which there are."""

    def __init__(self, state: CaseState, to: CaseState) -> None:
        super().__init__(f"{state} -> {to}")
        self.state, self.to, self.legal = state, to, MOVES[state]


def check_case_move(state: CaseState, to: CaseState) -> None:
    """Raises IllegalCaseMoveError unless the case stands there already, or the table has the move."""
    if to is not state and to not in MOVES[state]:
        raise IllegalCaseMoveError(state, to)
