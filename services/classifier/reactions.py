"""Events in: on this event, run this use case."""

from collections.abc import Mapping
from functools import partial

from services.classifier.model.shelf import Shelf
from services.classifier.use_cases.classify_feedback import classify_feedback
from shared.clock import Clock
from shared.contracts.envelope import Event
from shared.contracts.events import FeedbackReceived
from shared.messaging.consumer import Reaction


def reactions(shelf: Shelf, clock: Clock) -> Mapping[type[Event], Reaction]:
    """What the classifier does when it hears something."""
    return {FeedbackReceived: partial(classify_feedback, shelf=shelf, clock=clock)}
