"""Tables of the ground that say who may do what, and who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import GroundTable, moment, moment_or_none


class Credential(GroundTable, table=True):
    """A key that was handed out: its hash, never the secret. Carrier table."""

    __tablename__ = "credential"
    id: UUID = Field(primary_key=True)
    tenant_id: UUID
    label: str = Field(sa_type=Text)
    secret_sha256: bytes = Field(sa_type=LargeBinary)
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
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
