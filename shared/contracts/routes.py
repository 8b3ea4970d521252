"""The whole way of the data in one table: which service says what, and who listens."""

from dataclasses import dataclass

from shared.contracts.envelope import Event
from shared.contracts.events import FeedbackClassified, FeedbackReceived

SUBJECT_ROOT = "huiyin"


@dataclass(frozen=True)
class Route:
    """One event's way."""

    said_by: str
    heard_by: tuple[str, ...]


ROUTES: dict[type[Event], Route] = {
    FeedbackReceived: Route(said_by="collector", heard_by=("classifier",)),
    FeedbackClassified: Route(said_by="classifier", heard_by=("tracker",)),
}


def subject_of(event: type[Event]) -> str:
    """The stream's subject for an event."""
    return f"{SUBJECT_ROOT}.{event.__name__}"


def subjects_heard_by(service: str) -> list[str]:
    """The subjects that a service subscribes to."""
    return [subject_of(event) for event, route in ROUTES.items() if service in route.heard_by]
