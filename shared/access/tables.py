"""Tables of the ground that say who may do what, and who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import GroundTable, moment, moment_or_none


class Credential(GroundTable, table=True):
    """A key that was handed out: its hash, never the secret; or the state of a member or tenant. Carrier table."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("(kind IN ('member', 'tenant')) = (secret_sha256 IS NULL)", name="credential_secret_check"),
    )
    id: UUID = Field(primary_key=True)
    tenant_id: UUID
    label: str = Field(sa_type=Text)
    secret_sha256: bytes | None = Field(default=None, sa_type=LargeBinary)
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False, server_default=text("'secret'")))
    version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    member_id: UUID | None = None
    channel: str | None = Field(default=None, sa_type=Text)
    origins: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    requests_per_minute: int | None = None
    expires_at: datetime | None = moment_or_none()
    revoked_at: datetime | None = moment_or_none()
    created_at: datetime = moment()


class Audit(GroundTable, table=True):
    """Who did what to what, written in the transaction of the deed. Tenant table; the app role may only add."""

    __tablename__ = "audit"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    actor: str = Field(sa_type=Text)
    verb: str = Field(sa_type=Text)
    object_kind: str = Field(sa_type=Text)
    object_id: UUID | None = None
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
