"""Events in: on this event, run this use case."""

from collections.abc import Mapping
from functools import partial

from services.classifier.model.shelf import Shelf
from services.classifier.store.personal_places import REGISTER
from services.classifier.use_cases.classify_feedback import classify_feedback
from services.classifier.use_cases.keep_labels import keep_labels
from shared.access.held import on_keys, on_members, on_tenants
from shared.clock import Clock
from shared.contracts.envelope import Event
from shared.contracts.events import (
    CustomerErased,
    FeedbackErased,
    FeedbackReceived,
    KeyChanged,
    MemberChanged,
    TenantChanged,
    VerdictCorrected,
)
from shared.messaging.consumer import Reaction
from shared.privacy.reactions import ForgetPeople

_FORGET = ForgetPeople("classifier", REGISTER)

# Who may do what here, now. A consumer of its own: a revocation does not wait behind an import.
ACCESS: Mapping[type[Event], Reaction] = {KeyChanged: on_keys, MemberChanged: on_members, TenantChanged: on_tenants}


def reactions(shelf: Shelf, clock: Clock) -> Mapping[type[Event], Reaction]:
    """What the classifier does when it hears something; of one fetch, erasures come first."""
    return {
        CustomerErased: _FORGET.customers,
        FeedbackErased: _FORGET.feedback,
        FeedbackReceived: partial(classify_feedback, shelf=shelf, clock=clock),
        VerdictCorrected: keep_labels,
    }
