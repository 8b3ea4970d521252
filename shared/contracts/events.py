"""What happened, in the past tense. A pair (name, version) never changes its meaning; a new one is a new version."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event
from shared.contracts.vocabulary import Channel, Language, Urgency


class FeedbackReceived(Event):
    """The collector holds a new feedback. Carries no contact data."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    customer_id: UUID | None
    channel: Channel
    source: str | None
    text: str
    language: Language
    rating: float | None
    product: str | None
    occurred_at: datetime
    received_at: datetime


class FeedbackClassified(Event):
    """The classifier has judged a feedback. Carries the feedback along, so the tracker needs to ask nobody."""

    version: ClassVar[int] = 1

    feedback: FeedbackReceived
    category: str
    urgency: Urgency
    confidence: float
    urgency_confidence: float
    model_version: str


EVENTS: dict[tuple[str, int], type[Event]] = {
    (event.__name__, event.version): event for event in (FeedbackReceived, FeedbackClassified)
}
