"""What people decided of customers who look like one person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment_or_none, time_field


class CustomerMerge(CollectorTable, table=True):
    """What somebody decided of two customers: that they are one person, or that they are not; or took back."""

    __tablename__ = "customer_merge"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "kept_id"], ["customer.tenant_id", "customer.id"]),
        ForeignKeyConstraint(["tenant_id", "merged_id"], ["customer.tenant_id", "customer.id"]),
        Index("customer_merge_pair_idx", "tenant_id", "merged_id", "kept_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    kept_id: UUID
    merged_id: UUID
    state: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = time_field()
    undone_by: str | None = Field(default=None, sa_type=Text)
    undone_at: datetime | None = moment_or_none()
