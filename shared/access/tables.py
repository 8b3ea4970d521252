"""Tables of the ground that say who may do what, and who did what."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import GroundTable, moment, moment_or_none


class Credential(GroundTable, table=True):
    """A key that was handed out: its hash, never the secret; or the state of a member or tenant. Carrier table."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("(kind IN ('member', 'tenant')) = (secret_sha256 IS NULL)", name="credential_secret_check"),
        Index(
            "credential_origins_idx",
            "origins",
            postgresql_using="gin",
            postgresql_where=text("origins IS NOT NULL"),
        ),
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
    """Who did what to what, written in the transaction of the deed. Tenant table; the app role may only add.

    `xid` is the number of that transaction, which the sealer's order comes from.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_xid_idx", "xid"),
        Index("audit_object_idx", "tenant_id", "object_id", "id", postgresql_where=text("object_id IS NOT NULL")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    actor: str = Field(sa_type=Text)
    verb: str = Field(sa_type=Text)
    object_kind: str = Field(sa_type=Text)
    object_id: UUID | None = None
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    why: str | None = Field(default=None, sa_type=Text)
    xid: int = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text::bigint)")),
    )


class AuditSeal(GroundTable, table=True):
    """The place of an audit line in its tenant's chain. Tenant table that only its owner's function writes."""

    __tablename__ = "audit_seal"
    __table_args__ = (UniqueConstraint("tenant_id", "seq"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    previous: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    sealed_at: datetime = moment()
