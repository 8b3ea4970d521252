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
    Entry("imports", "/console/imports", Scope.FEEDBACK_WRITE, "u"),
    Entry("mails", "/console/mails", Scope.PII_READ, "m"),
    Entry("settings", "/console/settings", Scope.WORK_READ, "g"),
)


def entries(may: Callable[[Scope], bool]) -> list[Entry]:
    """The rooms that a person may enter."""
    return [entry for entry in ENTRIES if may(entry.scope)]


@dataclass(frozen=True)
class Tab:
    """A part of the settings; without a scope it is everybody's own."""

    name: str
    scope: Scope | None

    @property
    def path(self) -> str:
        """Where it is."""
        return f"{SETTINGS}/{self.name}"


SETTINGS = "/console/settings"
TABS = (
    Tab("members", Scope.MEMBERS_MANAGE),
    Tab("keys", Scope.KEYS_MANAGE),
    Tab("tenant", Scope.WORK_READ),
    Tab("mail", Scope.TENANT_MANAGE),
    Tab("audit", Scope.AUDIT_READ),
    Tab("health", Scope.FIGURES_READ),
    Tab("account", None),
)


def tabs(may: Callable[[Scope], bool]) -> list[Tab]:
    """The parts of the settings that a person may see."""
    return [tab for tab in TABS if tab.scope is None or may(tab.scope)]
