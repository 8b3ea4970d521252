"""Where a customer's case stands."""

from enum import StrEnum


class CaseState(StrEnum):
    """The states that a case can reach today."""

    NEW = "new"
    OPEN = "open"
    ANSWERED = "answered"
