"""The tables of mail: the mailboxes that are read, what was left aside there, and what customers answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment, moment_or_none, time_field


def _count() -> Any:  # noqa: ANN401 - a field of a table class is typed where it is declared
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))


class Mailbox(CollectorTable, table=True):
    """A mailbox that is read, how far, and how that went. The password is sealed under the tenant's data key."""

    __tablename__ = "mailbox"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    host: str = Field(sa_type=Text)
    port: int
    security: str = Field(sa_type=Text)
    username: str = Field(sa_type=Text)
    sealed_password: bytes = Field(sa_type=LargeBinary)
    folder: str = Field(sa_type=Text)
    after_reading: str = Field(sa_type=Text)
    move_to: str | None = Field(default=None, sa_type=Text)
    interval_s: int
    since: date | None = None
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    created_at: datetime = moment()
    uid_validity: int | None = Field(default=None, sa_type=BigInteger)
    last_uid: int = _count()
    read_at: datetime | None = moment_or_none()
    failed_at: datetime | None = moment_or_none()
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    fault: str | None = Field(default=None, sa_type=Text)
    feedback_count: int = _count()
    reply_count: int = _count()
    bounce_count: int = _count()
    refused_count: int = _count()
    set_aside_count: int = _count()
    known_count: int = _count()


class MailLeft(CollectorTable, table=True):
    """A mail that became nothing: refused, for nobody wrote it, or set aside, for it could not be taken in.

    It says where the mail lies in its mailbox, and nothing of what is in it.
    """

    __tablename__ = "mail_left"
    __table_args__ = (UniqueConstraint("tenant_id", "mailbox_id", "uid_validity", "uid"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    mailbox_id: UUID
    uid_validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    outcome: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    at: datetime = moment()


class CustomerReply(CollectorTable, table=True):
    """What a customer answered to a mail of ours, masked; the original is sealed as a feedback's is."""

    __tablename__ = "customer_reply"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_mac"),
        Index("customer_reply_tenant_id_feedback_id_idx", "tenant_id", "feedback_id"),
        Index("customer_reply_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feedback_id: UUID
    customer_id: UUID | None = None
    external_mac: bytes = Field(sa_type=LargeBinary)
    text: str = Field(sa_type=Text)
    masked_spans: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    sealed_original: bytes | None = Field(default=None, sa_type=LargeBinary)
    wrapped_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    language: str = Field(sa_type=Text)
    occurred_at: datetime = time_field()
    received_at: datetime = time_field()
    erased_at: datetime | None = moment_or_none()
