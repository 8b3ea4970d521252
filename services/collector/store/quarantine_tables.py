"""What looked like spam at the door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Float, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment_or_none, time_field


class Quarantined(CollectorTable, table=True):
    """A feedback (`id` is its) that goes no further until somebody has looked; and what they decided."""

    __tablename__ = "quarantine"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["feedback.tenant_id", "feedback.id"]),
        Index("quarantine_held_idx", "tenant_id", "state", "held_at", "id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    score: float = Field(sa_type=Float)
    signs: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    held_at: datetime = time_field()
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = moment_or_none()
