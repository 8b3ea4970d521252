"""Events in: on this event, run this use case."""

from collections.abc import Mapping

from services.tracker.store.personal_places import REGISTER
from services.tracker.use_cases.hear_of_mails import hear_bounces, hear_replies
from services.tracker.use_cases.keep_keys import note_uses
from services.tracker.use_cases.note_repeats import note_linked, note_unlinked
from services.tracker.use_cases.open_cases import open_cases
from shared.contracts.envelope import Event
from shared.contracts.events import (
    AddressBounced,
    CustomerErased,
    CustomerReplied,
    DuplicateLinked,
    DuplicateUnlinked,
    FeedbackClassified,
    FeedbackErased,
    KeyUsed,
)
from shared.messaging.consumer import Reaction
from shared.privacy.reactions import ForgetPeople

_FORGET = ForgetPeople("tracker", REGISTER)

# Of one fetch, erasures come first.
REACTIONS: Mapping[type[Event], Reaction] = {
    CustomerErased: _FORGET.customers,
    FeedbackErased: _FORGET.feedback,
    FeedbackClassified: open_cases,
    CustomerReplied: hear_replies,
    AddressBounced: hear_bounces,
    KeyUsed: note_uses,
    DuplicateLinked: note_linked,
    DuplicateUnlinked: note_unlinked,
}
