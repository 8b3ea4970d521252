"""Two customers that are one person: what may be decided of them."""

from enum import StrEnum

# Persons merged into persons merged into others: longer chains are somebody's mistake, and would cost every reading.
CHAIN_MAX = 20


class MergeState(StrEnum):
    """What was decided of two customers."""

    MERGED = "merged"
    DECLINED = "declined"
    UNDONE = "undone"


class MergeRefusedError(Exception):
    """The two cannot be merged; `code` says why, as a problem's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
