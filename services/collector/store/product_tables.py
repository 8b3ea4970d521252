"""What is sold, and how much of it is in service: without it, a count of complaints says nothing."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Date, ForeignKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment


class Product(CollectorTable, table=True):
    """A model that is sold. `model_key` is the spelling under which two spellings of one model are equal."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("tenant_id", "model_key"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    model: str = Field(sa_type=Text)
    model_key: str = Field(sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    skus: list[str] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'[]'")))
    created_at: datetime = moment()


class Exposure(CollectorTable, table=True):
    """Units of a product in service in a month (its first day); of one lot, or of all where `lot` is empty."""

    __tablename__ = "exposure"
    __table_args__ = (
        UniqueConstraint("tenant_id", "product_id", "lot", "month"),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["product.tenant_id", "product.id"]),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    product_id: UUID
    lot: str = Field(sa_type=Text)
    month: date = Field(sa_type=Date)
    units_in_service: int
    stated_at: datetime = moment()
