"""Events in: on this event, run this use case."""

from collections.abc import Mapping

from services.tracker.use_cases.keep_keys import note_uses
from services.tracker.use_cases.open_cases import open_cases
from shared.contracts.envelope import Event
from shared.contracts.events import FeedbackClassified, KeyUsed
from shared.messaging.consumer import Reaction

REACTIONS: Mapping[type[Event], Reaction] = {FeedbackClassified: open_cases, KeyUsed: note_uses}
