"""The tables of people: members, their sessions, and the links by which they come in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field

from services.tracker.store.tables import TrackerTable
from shared.tables import moment, moment_or_none, time_field


class Member(TrackerTable, table=True):
    """A person of the company. Who was forgotten keeps the id alone, for the audit."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint("tenant_id", "oidc_issuer", "oidc_subject"),
        Index("member_tenant_id_invited_at_id_idx", "tenant_id", "invited_at", "id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    email: str | None = Field(default=None, sa_type=Text)
    name: str = Field(sa_type=Text)
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    language: str = Field(sa_type=Text)
    time_zone: str | None = Field(default=None, sa_type=Text)
    password_hash: str | None = Field(default=None, sa_type=Text)
    oidc_issuer: str | None = Field(default=None, sa_type=Text)
    oidc_subject: str | None = Field(default=None, sa_type=Text)
    version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=sql_text("1")))
    invited_at: datetime = time_field()
    joined_at: datetime | None = moment_or_none()
    disabled_at: datetime | None = moment_or_none()
    forgotten_at: datetime | None = moment_or_none()


class Session(TrackerTable, table=True):
    """A person who signed in, on one device. The other services know it as a credential."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"]),
        Index("session_tenant_id_member_id_idx", "tenant_id", "member_id"),
        Index("session_tenant_id_opened_at_id_idx", "tenant_id", "opened_at", "id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    member_id: UUID
    secret_sha256: bytes = Field(sa_type=LargeBinary)
    way: str = Field(sa_type=Text)
    version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=sql_text("1")))
    opened_at: datetime = time_field()
    last_seen_at: datetime = time_field()
    expires_at: datetime = time_field()
    ended_at: datetime | None = moment_or_none()


class OneTimeLink(TrackerTable, table=True):
    """A way in that works once: its hash, never the token."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "member_id"], ["member.tenant_id", "member.id"]),
        Index("one_time_link_tenant_id_member_id_idx", "tenant_id", "member_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    purpose: str = Field(sa_type=Text)
    member_id: UUID | None = None
    email: str | None = Field(default=None, sa_type=Text)
    secret_sha256: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = moment()
    expires_at: datetime = time_field()


class SignInCount(TrackerTable, table=True):
    """How much of a bucket of tries is used, by a keyed hash of whose it is. A carrier: addresses have no tenant."""

    __tablename__ = "sign_in_count"
    __table_args__ = (Index("sign_in_count_full_again_at_idx", "full_again_at"),)
    who: bytes = Field(sa_type=LargeBinary, primary_key=True)
    full_again_at: datetime = time_field()
