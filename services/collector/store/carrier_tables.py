"""The collector's carrier tables: they are read before one knows for which tenant, or for all at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment, time_field


class Erasure(CollectorTable, table=True):
    """The erasure ledger: who was erased, as an id and keyed hashes. Carrier table: it is read for all tenants at once.

    It is written to a file as well, for a restored backup does not know what was erased after it was made.
    """

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("tenant_id", "subject_id"),)
    id: UUID = Field(primary_key=True)
    tenant_id: UUID
    kind: str = Field(sa_type=Text)
    subject_id: UUID
    marks: list[list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    reason: str = Field(sa_type=Text)
    erased_at: datetime = time_field()


class PublicCode(CollectorTable, table=True):
    """Which feedback a receipt code belongs to. Carrier table: the code comes without a tenant."""

    __tablename__ = "public_code"
    code: str = Field(sa_type=Text, primary_key=True)
    tenant_id: UUID
    feedback_id: UUID
    created_at: datetime = moment()
