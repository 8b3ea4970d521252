"""The rooms of the console, in the order of a day's work, and who sees them."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.access.scopes import Scope


@dataclass(frozen=True)
class Entry:
    """A room: its text and icon bear its name."""

    name: str
    path: str
    scope: Scope
    key: str


ENTRIES = (
    Entry("inbox", "/console/inbox", Scope.WORK_READ, "i"),
    Entry("review", "/console/review", Scope.CASES_WRITE, "r"),
    Entry("problems", "/console/problems", Scope.WORK_READ, "p"),
    Entry("actions", "/console/actions", Scope.WORK_READ, "t"),
    Entry("overview", "/console/overview", Scope.FIGURES_READ, "o"),
    Entry("mails", "/console/mails", Scope.PII_READ, "m"),
    Entry("settings", "/console/settings", Scope.WORK_READ, "g"),
)


def entries(may: Callable[[Scope], bool]) -> list[Entry]:
    """The rooms that a person may enter."""
    return [entry for entry in ENTRIES if may(entry.scope)]
