"""What happened, in the past tense. A pair (name, version) never changes its meaning; a new one is a new version."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import Event
from shared.contracts.vocabulary import Channel, Language, Stage, TenantState, Urgency


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


class RankedCategory(BaseModel):
    """A category that a feedback may belong to, and how probable the model finds it (0 to 1)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: str
    probability: float


class WeighedTerm(BaseModel):
    """A word of a text, and how much it spoke for the model's answer (coefficient times value)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    term: str
    weight: float


class FeedbackClassified(Event):
    """The classifier has judged a feedback. Carries the feedback along, so the tracker needs to ask nobody.

    An older sender leaves out how it came to its verdict: `ranked` are the best categories, `terms` the words that
    spoke most for the first of them, `urgency_terms` those that spoke for the urgency.
    """

    version: ClassVar[int] = 1

    feedback: FeedbackReceived
    category: str
    urgency: Urgency
    confidence: float
    urgency_confidence: float
    model_version: str
    ranked: list[RankedCategory] = Field([])
    terms: list[WeighedTerm] = Field([])
    urgency_terms: list[WeighedTerm] = Field([])


class VerdictCorrected(Event):
    """Somebody has said what a verdict should have been, or that it is right. Of several, the latest holds."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    customer_id: UUID | None
    text: str
    language: Language
    category: str
    urgency: Urgency
    corrected_by: UUID | None
    corrected_at: datetime


class CaseProgressed(Event):
    """A feedback has come to another stage, for whoever holds its receipt. Of several, the highest `step` holds."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    stage: Stage
    step: int
    at: datetime


class TenantChanged(Event):
    """A tenant was made, renamed, suspended, woken or deleted. Receivers ignore a version older than what they hold."""

    version: ClassVar[int] = 1

    tenant_version: int
    state: TenantState
    time_zone: str
    languages: list[Language]
    changed_at: datetime
    country: str | None = None


class MemberChanged(Event):
    """What a person may do has changed. Says nothing about who they are."""

    version: ClassVar[int] = 1

    member_id: UUID
    member_version: int
    scopes: list[str]
    revoked_at: datetime | None


class KeyChanged(Event):
    """A key or session was made, changed or revoked. Carries a hash, never the secret."""

    version: ClassVar[int] = 1

    key_id: UUID
    key_version: int
    kind: str
    secret_sha256: str
    scopes: list[str]
    member_id: UUID | None
    channel: Channel | None
    origins: list[str] | None
    requests_per_minute: int | None
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyUsed(Event):
    """A key was used at a door of the sender; told at most once in some minutes for each key."""

    version: ClassVar[int] = 1

    key_id: UUID
    used_at: datetime


class CustomerErased(Event):
    """A customer asked to be forgotten: whoever holds words or traces of theirs blanks them, and stays blank."""

    version: ClassVar[int] = 1

    customer_id: UUID
    erased_at: datetime


class FeedbackErased(Event):
    """As CustomerErased, for one feedback alone, such as one in which nobody is named."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    erased_at: datetime


class CustomerReplied(Event):
    """A customer answered a mail of ours. Words are masked; `feedback_id` is the feedback whose case they answer.

    `reply_id` is what the collector keeps the answer under. Whoever wrote held a mail of that case in hands;
    `is_from_their_address` says whether it also came from an address of that customer's.
    """

    version: ClassVar[int] = 1

    feedback_id: UUID
    reply_id: UUID
    customer_id: UUID | None
    text: str
    language: Language
    is_from_their_address: bool
    files: int
    occurred_at: datetime
    received_at: datetime


class AddressBounced(Event):
    """A mail of ours came back. `status` is the code of RFC 3463; `is_permanent`: nobody is reached there again."""

    version: ClassVar[int] = 1

    address_id: UUID
    is_permanent: bool
    status: str
    reported_at: datetime


class DuplicateLinked(Event):
    """A feedback tells again what another told before. Of several for one feedback, the latest holds."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    original_id: UUID
    likeness: float
    linked_at: datetime


class DuplicateUnlinked(Event):
    """Somebody has said that a feedback is a statement of its own after all."""

    version: ClassVar[int] = 1

    feedback_id: UUID
    original_id: UUID
    likeness: float
    unlinked_at: datetime


EVENTS: dict[tuple[str, int], type[Event]] = {
    (event.__name__, event.version): event
    for event in (
        FeedbackReceived,
        FeedbackClassified,
        VerdictCorrected,
        CaseProgressed,
        TenantChanged,
        MemberChanged,
        KeyChanged,
        KeyUsed,
        CustomerErased,
        FeedbackErased,
        CustomerReplied,
        AddressBounced,
        DuplicateLinked,
        DuplicateUnlinked,
    )
}
