"""The shape of a feedback at the door, and how it becomes an intake."""

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.collector.channels.registry import CHANNELS
from services.collector.domain.dialling import digits_of
from services.collector.domain.intake import SCALES, ConsentGiven, Intake, Person, Rating
from services.collector.domain.language import language_of_tag, language_of_text
from shared.clock import now
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Channel, Purpose

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(hours=24)  # Phones' clocks are wrong, and time zones are mistaken.
WARNINGS_MAX = 20
UNKNOWN_NAME_LENGTH_MAX = 100
EMAIL_LENGTH_MAX = 254
PHONE_LENGTH_MIN = 5  # Shorter ones are "n/a", "0" and "123": they would make strangers one person.

# What a mail server reads as more than a name, or a mail's header as more than an address, stands in no local part.
_LOCAL = re.compile(r"(?!.*=\?)[^@\s<>,;:\"()\[\]\\]{1,64}")
_LABEL_LENGTH_MAX = 63


def _plausible(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= now() + FUTURE_TOLERANCE:
        raise PydanticCustomError("time_out_of_range", "time out of range", {"earliest": EARLIEST.date().isoformat()})
    return moment


def _phone(number: str) -> str:
    if len(digits_of(number)) < PHONE_LENGTH_MIN:
        raise PydanticCustomError("not_a_phone", "not a phone number", {"min_length": PHONE_LENGTH_MIN})
    return number


def _email(address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    labels = domain.split(".")
    if not (
        _LOCAL.fullmatch(local) and address.strip().isprintable() and len(labels) > 1 and all(map(_is_label, labels))
    ):
        raise PydanticCustomError("not_an_email", "not an e-mail address")
    return address.strip()


def _is_label(label: str) -> bool:
    """Letters of any script with their marks, digits and dashes between them, as a domain may have (RFC 5890)."""
    return 0 < len(label) <= _LABEL_LENGTH_MAX and all(
        character == "-" or unicodedata.category(character)[0] in "LMN" for character in label
    )


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Email = Annotated[FilledText, Field(max_length=EMAIL_LENGTH_MAX), AfterValidator(_email)]
Phone = Annotated[Name, AfterValidator(_phone)]
Tag = Annotated[FilledText, Field(max_length=35)]


class _Lenient(BaseModel):
    """Shipped apps live for years: a field that is not known is ignored, and named in the answer."""

    model_config = ConfigDict(extra="allow")


class RatingIn(_Lenient):
    """A rating on a named scale."""

    scale: Literal["stars5", "csat5", "ces7", "nps11", "unit"]
    value: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _on_its_scale(self) -> Self:
        lowest, highest = SCALES[self.scale]
        if not lowest <= self.value <= highest:
            raise PydanticCustomError("off_the_scale", "off the scale", {"lowest": lowest, "highest": highest})
        return self


class CustomerIn(_Lenient):
    """Who spoke, as far as they said."""

    external_id: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    name: Name | None = None
    language: Tag | None = None


class ConsentIn(_Lenient):
    """What the customer agreed to. Each purpose is a tick of its own; none is ticked for them."""

    purposes: list[Purpose] = Field(max_length=len(Purpose))
    version: Name = "unstated"
    locale: Tag = "und"
    given_at: Moment | None = None
    stated_by: Name = "customer"


class ProductIn(_Lenient):
    """What it is about."""

    category: Name | None = None
    model: Name | None = None
    sku: Name | None = None
    serial: Name | None = None
    app_version: Name | None = None


class FeedbackIn(_Lenient):
    """One feedback. `client_event_id`, or `source` with `external_id`, makes sending it again harmless."""

    text: FilledText = Field(validation_alias=AliasChoices("text", "message"))
    channel: Channel = Channel.WIDGET
    client_event_id: UUID | None = None
    source: Name | None = None
    external_id: Name | None = None
    language: Tag | None = None
    rating: RatingIn | None = None
    occurred_at: Moment | None = None
    customer: CustomerIn | None = None
    consent: ConsentIn | None = None
    product: ProductIn | None = None

    @model_validator(mode="after")
    def _rules_between_fields(self) -> Self:
        longest = CHANNELS[self.channel].text_length_max
        if len(self.text) > longest:
            raise PydanticCustomError("text_too_long", "too long for its channel", {"max_length": longest})
        if self.external_id and not self.source:
            raise PydanticCustomError("source_missing", "external_id without source")
        return self

    def unknown_fields(self) -> list[str]:
        """The names that were sent and mean nothing here, as pointers."""
        found = _unknown(self, "")
        return found[:WARNINGS_MAX]

    def to_intake(self, body: object, moment: datetime) -> Intake:
        """The normalised record; `body` is what was sent, for telling repeats from contradictions."""
        given = self.language or (self.customer.language if self.customer else None)
        return Intake(
            channel=self.channel,
            text=self.text,
            language=language_of_text(self.text),
            occurred_at=(self.occurred_at or moment).astimezone(UTC),
            body=canonical(body),
            client_event_id=self.client_event_id,
            source=self.source,
            external_id=self.external_id,
            rating=Rating(self.rating.scale, self.rating.value) if self.rating else None,
            product=self.product.model_dump(exclude_none=True, include=set(ProductIn.model_fields))
            if self.product
            else None,
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


class FeedbackOut(BaseModel):
    """The receipt. It is given only for what is on disk."""

    id: UUID
    receipt_code: str
    warnings: list[str] = []


def canonical(body: object) -> bytes:
    """One spelling for equal JSON values."""
    return _CANONICAL.encode(body).encode()


def _unknown(model: BaseModel, inside: str) -> list[str]:
    extra: dict[str, Any] = model.model_extra or {}
    names = [f"{inside}/{name[:UNKNOWN_NAME_LENGTH_MAX]}".encode(errors="replace").decode() for name in extra]
    for field, value in model.__dict__.items():
        if isinstance(value, BaseModel):
            names += _unknown(value, f"{inside}/{field}")
    return names
