"""The shape of a feedback at the door, and how it becomes an intake."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.collector.channels.fields import Email, Label, Lenient, Phone, Tag, Title, plausible
from services.collector.channels.registry import CHANNELS
from services.collector.channels.rules import ChannelRules, known_fields
from services.collector.channels.unknown_fields import warnings_of
from services.collector.domain.intake import SCALES, WHOLE_SCALES, ConsentGiven, Intake, Person, Rating
from services.collector.domain.language import language_of_tag, language_of_text
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Channel, Purpose

WARNINGS_MAX = 20
MORE_MAX = 50
UNKNOWN_NAME_LENGTH_MAX = 100
SKEW_IGNORED = timedelta(seconds=60)  # A clock this much off is right; the rest is the way through the network.
_SKEW = "skew"
_OF_EVERY_SOURCE = ("more", "originals")


def _by_its_clock(moment: datetime, info: ValidationInfo) -> datetime:
    """A moment by the sender's clock, as it was by ours. Nothing was said after it came in."""
    skew, received = (info.context or {}).get(_SKEW, (timedelta(), moment))
    if not skew:
        return plausible(moment)
    try:
        return plausible(min(moment + skew, received))
    except OverflowError:
        return plausible(moment)


def _known_channel(channel: Channel) -> Channel:
    if channel not in CHANNELS:
        *others, last = (f"'{name}'" for name in CHANNELS)
        raise PydanticCustomError("not_one_of", "no channel", {"expected": f"{', '.join(others)} or {last}"})
    return channel


ClockMoment = Annotated[AwareDatetime, AfterValidator(_by_its_clock)]
KnownChannel = Annotated[Channel, AfterValidator(_known_channel), Field(json_schema_extra={"enum": [*CHANNELS]})]


class RatingIn(Lenient):
    """A rating on a named scale."""

    scale: Literal["stars5", "csat5", "ces7", "nps11", "unit", "thumbs", "stars10", "percent"]
    value: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _on_its_scale(self) -> Self:
        lowest, highest = SCALES[self.scale]
        if self.scale in WHOLE_SCALES and not self.value.is_integer():
            raise PydanticCustomError("not_whole", "not a whole number")
        if not lowest <= self.value <= highest:
            raise PydanticCustomError("off_the_scale", "off the scale", {"lowest": lowest, "highest": highest})
        return self


class CustomerIn(Lenient):
    """Who spoke, as far as they said."""

    external_id: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    name: Name | None = None
    language: Tag | None = None


class ConsentIn(Lenient):
    """What the customer agreed to. Each purpose is a tick of its own; none is ticked for them."""

    purposes: list[Purpose] = Field(max_length=len(Purpose))
    version: Name = "unstated"
    locale: Tag = "und"
    given_at: ClockMoment | None = None
    stated_by: Name = "customer"


class ProductIn(Lenient):
    """What it is about."""

    category: Name | None = None
    model: Name | None = None
    sku: Name | None = None
    serial: Name | None = None
    app_version: Name | None = None


class FeedbackIn(Lenient):
    """One feedback. `client_event_id`, or `source` with `external_id`, makes sending it again harmless."""

    text: FilledText = Field(validation_alias=AliasChoices("text", "message"))
    channel: KnownChannel = Channel.WIDGET
    client_event_id: UUID | None = None
    source: Name | None = None
    external_id: Name | None = None
    language: Tag | None = None
    rating: RatingIn | None = None
    occurred_at: ClockMoment | None = None
    sent_at: AwareDatetime | None = Field(None, description="the sender's clock now; times are set right by it")
    customer: CustomerIn | None = None
    consent: ConsentIn | None = None
    product: ProductIn | None = None
    more: dict[Label, Title] = Field({}, max_length=MORE_MAX, description="further columns of its source, by name")
    originals: dict[Label, Title] = Field(
        {}, max_length=MORE_MAX, description="what was written where a field holds its normal form, by field"
    )

    @model_validator(mode="after")
    def _rules_between_fields(self) -> Self:
        longest = CHANNELS[self.channel].text_length_max
        if len(self.text) > longest:
            raise PydanticCustomError("text_too_long", "too long for its channel", {"max_length": longest})
        if self.external_id and not self.source:
            raise PydanticCustomError("source_missing", "external_id without source")
        return self

    def warnings(self) -> list[str]:
        """What was sent and means nothing here: names that nobody knows, and fields of another channel."""
        return warnings_of(self)

    def to_intake(self, body: object, moment: datetime) -> Intake:
        """The normalised record; `body` is what was sent, for telling repeats from contradictions."""
        given = self.language or (self.customer.language if self.customer else None)
        rules = CHANNELS[self.channel]
        return Intake(
            channel=self.channel,
            text=self.text,
            language=language_of_text(self.text),
            occurred_at=(self.occurred_at or moment).astimezone(UTC),
            body=canonical(_lasting(body)),
            client_event_id=self.client_event_id,
            source=self.source,
            external_id=self.external_id,
            rating=Rating(self.rating.scale, self.rating.value) if self.rating else None,
            product=(known_fields(self.product) or None) if self.product else None,
            details=known_fields(self, [*rules.own.model_fields, *_OF_EVERY_SOURCE]) or None,
            sealed_details=rules.sealed,
            person=self._person(given),
            consent=self._consent(moment),
        )

    def _person(self, language: str | None) -> Person | None:
        if self.customer is None:
            return None
        return Person(
            external_id=self.customer.external_id,
            email=self.customer.email,
            phone=self.customer.phone,
            name=self.customer.name,
            language=language_of_tag(language) if language else None,
        )

    def _consent(self, moment: datetime) -> ConsentGiven | None:
        if self.consent is None:
            return None
        return ConsentGiven(
            purposes=tuple(self.consent.purposes),
            text_version=self.consent.version,
            locale=self.consent.locale,
            stated_by=self.consent.stated_by,
            given_at=(self.consent.given_at or moment).astimezone(UTC),
        )


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _with_own_fields(*channels: ChannelRules) -> type[FeedbackIn]:
    bases: tuple[type[Any], ...] = (FeedbackIn, *(rules.own for rules in channels))
    return create_model("FeedbackIn", __base__=bases, __doc__=FeedbackIn.__doc__)


_OF_CHANNEL = {name: _with_own_fields(rules) for name, rules in CHANNELS.items()}
# For the API description: whichever channel a feedback is of, its fields are among these.
AnyFeedbackIn = _with_own_fields(*CHANNELS.values())
_sent_at = TypeAdapter(AwareDatetime)


def feedback_of(body: object, received: datetime) -> FeedbackIn:
    """A feedback with the fields of its channel. Raises pydantic's ValidationError."""
    sent: dict[str, Any] = body if isinstance(body, dict) else {}
    channel = sent.get("channel", Channel.WIDGET)
    model = _OF_CHANNEL.get(channel, FeedbackIn) if isinstance(channel, str) else FeedbackIn
    return model.model_validate(body, context={_SKEW: (_skew(sent.get("sent_at"), received), received)})


def _skew(sent_at: object, received: datetime) -> timedelta:
    """How far the sender's clock is behind ours; nothing when it says nothing that is a time."""
    try:
        skew = received - _sent_at.validate_python(sent_at)
    except ValidationError:
        return timedelta()
    return skew if abs(skew) > SKEW_IGNORED else timedelta()


def _lasting(body: object) -> object:
    """What was sent, without what is another at each sending."""
    return {name: part for name, part in body.items() if name != "sent_at"} if isinstance(body, dict) else body


class FeedbackOut(BaseModel):
    """The receipt. It is given only for what is on disk."""

    id: UUID
    receipt_code: str
    receipt_url: str | None = Field(None, description="the page for the customer, where a public address is set")
    warnings: list[str] = []


def read_body(body: Mapping[str, Any], moment: datetime) -> Intake:
    """A body that came by another way than the door, through the same checks. Raises ValueError."""
    return feedback_of(body, moment).to_intake(dict(body), moment)


def canonical(body: object) -> bytes:
    """One spelling for equal JSON values."""
    return _CANONICAL.encode(body).encode()
