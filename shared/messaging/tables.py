"""Carrier tables: what travels between services and what waits for its time. Without row-level security."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import GroundTable, moment, moment_or_none


def _document() -> Any:  # noqa: ANN401 - a field of a table class is typed where it is declared
    return Field(sa_column=Column(JSONB, nullable=False))


class Outbox(GroundTable, table=True):
    """Facts of this service that others are to hear, written in the transaction of the fact."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_unsent_idx", "seq", postgresql_where=text("sent_at IS NULL")),
        Index("outbox_sent_idx", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    seq: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    subject: str = Field(sa_type=Text)
    body: dict[str, Any] = _document()
    created_at: datetime = moment()
    sent_at: datetime | None = moment_or_none()


class Inbox(GroundTable, table=True):
    """Facts of others that this service has taken in, written in the transaction of their effect."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_received_idx", "received_at"),)
    consumer: str = Field(sa_type=Text, primary_key=True)
    msg_id: UUID = Field(primary_key=True)
    tenant_id: UUID
    received_at: datetime = moment()


class DeadLetter(GroundTable, table=True):
    """Facts whose effect failed by their own fault: how often, why, and since when nobody tries any more."""

    __tablename__ = "dead_letter"
    consumer: str = Field(sa_type=Text, primary_key=True)
    msg_id: UUID = Field(primary_key=True)
    tenant_id: UUID | None = None
    subject: str = Field(sa_type=Text)
    body: dict[str, Any] = _document()
    tries: int
    error: str = Field(sa_type=Text)
    first_at: datetime = moment()
    last_at: datetime = moment()
    dead_at: datetime | None = moment_or_none()


class Job(GroundTable, table=True):
    """Work for later, claimed by one worker at a time under a lease with a fencing number."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "dedupe_key"),
        Index("job_waiting_idx", "run_at", postgresql_where=text("done_at IS NULL AND dead_at IS NULL")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    dedupe_key: str = Field(sa_type=Text)
    args: dict[str, Any] = _document()
    run_at: datetime = moment()
    tries: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    fence: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    locked_until: datetime | None = moment_or_none()
    error: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = moment()
    done_at: datetime | None = moment_or_none()
    dead_at: datetime | None = moment_or_none()


class ForgottenTenant(GroundTable, table=True):
    """A tenant whose rows were deleted: nothing of it is taken in again. Carrier table."""

    __tablename__ = "forgotten_tenant"
    tenant_id: UUID = Field(primary_key=True)
    forgotten_at: datetime = moment()


class StreamMark(GroundTable, table=True):
    """Which stream this service's facts went into, and how far: another or a shorter one has lost them."""

    __tablename__ = "stream_mark"
    stream: str = Field(sa_type=Text, primary_key=True)
    made_at: datetime = Field(sa_column=moment().sa_column)
    last_seq: int = Field(sa_type=BigInteger)
