"""What fields of a feedback are made of, for the door and for every channel alike."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.collector.domain.dialling import digits_of
from shared.clock import now
from shared.contracts.text import FilledText, Name, OneLine

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(hours=24)  # Phones' clocks are wrong, and time zones are mistaken.
EMAIL_LENGTH_MAX = 254
PHONE_LENGTH_MIN = 5  # Shorter ones are "n/a", "0" and "123": they would make strangers one person.
LABEL_LENGTH_MAX = 80
TITLE_LENGTH_MAX = 1_000  # A mail's subject, a post's headline, a question.
URL_LENGTH_MAX = 2_000
COUNT_MAX = 10_000_000_000

# What a mail server reads as more than a name, or a mail's header as more than an address, stands in no local part.
_LOCAL = re.compile(r"(?!.*=\?)[^@\s<>,;:\"()\[\]\\]{1,64}")
_DOMAIN_LABEL_LENGTH_MAX = 63


class Lenient(BaseModel):
    """Shipped apps live for years: a field that is not known is ignored, and named in the answer."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class Sealed:
    """Marks a field that leads to a person by itself: nobody reads it but those who may read originals."""


def plausible(moment: datetime) -> datetime:
    """A moment at which a customer may have spoken."""
    if not EARLIEST <= moment <= now() + FUTURE_TOLERANCE:
        raise PydanticCustomError("time_out_of_range", "time out of range", {"earliest": EARLIEST.date().isoformat()})
    return moment


def _plausible_day(day: date) -> date:
    if not EARLIEST.date() <= day <= (now() + FUTURE_TOLERANCE).date():
        raise PydanticCustomError("time_out_of_range", "time out of range", {"earliest": EARLIEST.date().isoformat()})
    return day


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
    return 0 < len(label) <= _DOMAIN_LABEL_LENGTH_MAX and all(
        character == "-" or unicodedata.category(character)[0] in "LMN" for character in label
    )


def _url(address: str) -> str:
    """An address of the web, without a user's name or password in it."""
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_one = False
    if not is_one or any(character.isspace() for character in address):
        raise PydanticCustomError("not_a_url", "not an address of the web")
    return address


def _page(address: str) -> str:
    """What stands behind a page's path may be its reader's own: a token, a search, a name. It is not taken in."""
    return _url(address).partition("#")[0].partition("?")[0]


Moment = Annotated[AwareDatetime, AfterValidator(plausible)]
Day = Annotated[date, AfterValidator(_plausible_day)]
Email = Annotated[FilledText, Field(max_length=EMAIL_LENGTH_MAX), AfterValidator(_email)]
Phone = Annotated[Name, AfterValidator(_phone)]
Tag = Annotated[FilledText, Field(max_length=35)]
Label = Annotated[OneLine, Field(max_length=LABEL_LENGTH_MAX)]
Title = Annotated[OneLine, Field(max_length=TITLE_LENGTH_MAX)]
Url = Annotated[OneLine, Field(max_length=URL_LENGTH_MAX), AfterValidator(_url)]
PageUrl = Annotated[OneLine, Field(max_length=URL_LENGTH_MAX), AfterValidator(_page)]
Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]
