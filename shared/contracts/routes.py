"""The whole way of the data in one table: which service says what, and who listens."""

from dataclasses import dataclass

from shared.contracts.envelope import Event
from shared.contracts.events import (
    AddressBounced,
    CaseProgressed,
    CustomerErased,
    CustomerReplied,
    DuplicateLinked,
    DuplicateUnlinked,
    FeedbackClassified,
    FeedbackErased,
    FeedbackReceived,
    KeyChanged,
    KeyUsed,
    MemberChanged,
    TenantChanged,
    VerdictCorrected,
)

SUBJECT_ROOT = "huiyin"


@dataclass(frozen=True)
class Route:
    """One event's way."""

    said_by: tuple[str, ...]
    heard_by: tuple[str, ...]


ROUTES: dict[type[Event], Route] = {
    FeedbackReceived: Route(said_by=("collector",), heard_by=("classifier",)),
    FeedbackClassified: Route(said_by=("classifier",), heard_by=("tracker",)),
    VerdictCorrected: Route(said_by=("tracker",), heard_by=("classifier",)),
    CaseProgressed: Route(said_by=("tracker",), heard_by=("collector",)),
    # The tracker, whose these are, fills its own table in the same transaction.
    TenantChanged: Route(said_by=("tracker",), heard_by=("collector", "classifier")),
    MemberChanged: Route(said_by=("tracker",), heard_by=("collector", "classifier")),
    KeyUsed: Route(said_by=("collector", "classifier", "tracker"), heard_by=("tracker",)),
    KeyChanged: Route(said_by=("tracker",), heard_by=("collector", "classifier")),
    CustomerErased: Route(said_by=("collector",), heard_by=("classifier", "tracker")),
    FeedbackErased: Route(said_by=("collector",), heard_by=("classifier", "tracker")),
    CustomerReplied: Route(said_by=("collector",), heard_by=("tracker",)),
    AddressBounced: Route(said_by=("collector",), heard_by=("tracker",)),
    DuplicateLinked: Route(said_by=("collector",), heard_by=("tracker",)),
    DuplicateUnlinked: Route(said_by=("collector",), heard_by=("tracker",)),
}


def subject_of(event: type[Event]) -> str:
    """The stream's subject for an event."""
    return f"{SUBJECT_ROOT}.{event.__name__}"


def listeners_of(subject: str) -> tuple[str, ...]:
    """The services that listen to a subject."""
    return next((route.heard_by for event, route in ROUTES.items() if subject_of(event) == subject), ())
