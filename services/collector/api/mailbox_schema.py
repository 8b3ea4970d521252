"""How a mailbox looks from outside, and what may be wanted of one. A password goes in and never comes out."""

import re
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.collector.channels.imap_session import AfterReading, Security
from services.collector.channels.mailbox_faults import MailboxFault
from shared.contracts.text import Name
from shared.web.versions import Versioned

PORT_MAX = 65_535
INTERVAL_S, INTERVAL_S_MIN, INTERVAL_S_MAX = 60, 10, 86_400
PASSWORD_LENGTH_MAX = 1_000
_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9._:%-]{1,253}")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")


def _slug(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise PydanticCustomError("not_a_slug", "not a slug")
    return name


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise PydanticCustomError("not_a_host", "not a host")
    return name


def _password(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("invalid", "controls in a password")
    return text


MailboxName = Annotated[Name, AfterValidator(_slug), Field(description="what feedback from it names as its source")]
Host = Annotated[Name, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=PORT_MAX)]
Password = Annotated[
    str, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX, json_schema_extra={"writeOnly": True}),
    AfterValidator(_password),
]  # fmt: skip
Interval = Annotated[int, Field(ge=INTERVAL_S_MIN, le=INTERVAL_S_MAX, description="seconds between two looks")]
Since = Annotated[date | None, Field(description="older mails are passed over")]


def _check_protection(security: Security | None, host: str | None) -> None:
    if security is Security.NONE and host is not None and not _LOOPBACK.fullmatch(host):
        raise PydanticCustomError("not_protected", "no protection on the way to another machine")


class MailboxIn(BaseModel):
    """A mailbox to be read. Without `port`, it is 993 for `tls` and 143 else; `none` is for this very machine alone."""

    model_config = ConfigDict(extra="forbid")

    name: MailboxName
    host: Host
    port: Port | None = None
    security: Security = Security.TLS
    username: Name
    password: Password
    folder: Name = "INBOX"
    after_reading: AfterReading = AfterReading.KEEP
    move_to: Name | None = None
    interval_s: Interval = INTERVAL_S
    since: Since = None

    @model_validator(mode="after")
    def _protected(self) -> Self:
        _check_protection(self.security, self.host)
        return self

    def wanted(self) -> dict[str, object]:
        """By column; the password is not one."""
        return self.model_dump() | {"port": self.port or _PORTS[self.security]}


class MailboxChangeIn(BaseModel):
    """What is to be different. Another host, user or folder is read from its beginning."""

    model_config = ConfigDict(extra="forbid")

    name: MailboxName | None = None
    host: Host | None = None
    port: Port | None = None
    security: Security | None = None
    username: Name | None = None
    password: Password | None = None
    folder: Name | None = None
    after_reading: AfterReading | None = None
    move_to: Name | None = None
    interval_s: Interval | None = None
    since: Since = None
    is_active: bool | None = None

    def wanted(self) -> dict[str, object]:
        """What was named, by column. Only `move_to` and `since` may be nothing."""
        may_be_nothing = ("move_to", "since")
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name in may_be_nothing}


class MailboxOut(Versioned):
    """A mailbox, and how its reading goes. `fault` is why the last `failures` visits failed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    host: str
    port: int
    security: Security
    username: str
    folder: str
    after_reading: AfterReading
    move_to: str | None
    interval_s: int
    since: date | None
    is_active: bool
    created_at: datetime
    read_at: datetime | None
    failed_at: datetime | None
    failures: int
    fault: MailboxFault | None
    feedback: int = Field(validation_alias="feedback_count", description="mails that became feedback")
    replies: int = Field(validation_alias="reply_count", description="answers to mails of ours")
    bounces: int = Field(validation_alias="bounce_count", description="delivery reports about mails of ours")
    refused: int = Field(validation_alias="refused_count", description="mails that nobody wrote")
    set_aside: int = Field(validation_alias="set_aside_count", description="mails that could not be taken in")
    known: int = Field(validation_alias="known_count", description="mails that were taken in before")


class MailboxesOut(BaseModel):
    """A page of mailboxes, newest first."""

    items: list[MailboxOut]
    next: str | None


class MailLeftOut(BaseModel):
    """A mail that became nothing: where it lies, and why. `outcome` is `refused` or `set_aside`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    uid_validity: int
    uid: int
    outcome: str
    reason: str
    size_bytes: int
    at: datetime


class MailsLeftOut(BaseModel):
    """A page of mails that became nothing, newest first."""

    items: list[MailLeftOut]
    next: str | None


class MailboxTestOut(BaseModel):
    """How signing in went. `fault` says what is to be mended, `answer` is the server's own words."""

    is_open: bool
    mails: int = Field(description="in the folder, read or not")
    fault: MailboxFault | None
    answer: str
    remedy: str = Field(description="what to do, in the caller's language; empty when nothing is to be done")
