"""The tracker's tables of who may come in: tenants and the keys of their servers and apps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from services.tracker.store.tables import TrackerTable
from shared.tables import moment, moment_or_none, time_field


class Tenant(TrackerTable, table=True):
    """A company, or a part of one, that sees nothing of the others. Its id is that of all its rows.

    `brand` is the name that its customers read, where it is not the instance's own. Nobody writes to the customers of a
    tenant that `is_demo`.
    """

    __tablename__ = "tenant"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("tenant_id = id", name="tenant_is_its_own_check"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    time_zone: str = Field(sa_type=Text)
    languages: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str = Field(sa_type=Text)
    version: int
    created_at: datetime = moment()
    changed_at: datetime = time_field()
    country: str = Field(sa_column=Column(Text, nullable=False, server_default=text("'CN'")))
    is_demo: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    brand: str | None = Field(default=None, sa_type=Text)


class ApiKey(TrackerTable, table=True):
    """A key that was handed out: its hash, never the secret."""

    __tablename__ = "api_key"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: int
    kind: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    secret_sha256: bytes = Field(sa_type=LargeBinary)
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    channel: str | None = Field(default=None, sa_type=Text)
    origins: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    requests_per_minute: int | None = None
    replaces: UUID | None = None
    made_by: str = Field(sa_type=Text)
    created_at: datetime = moment()
    expires_at: datetime | None = moment_or_none()
    revoked_at: datetime | None = moment_or_none()
    last_used_at: datetime | None = moment_or_none()
