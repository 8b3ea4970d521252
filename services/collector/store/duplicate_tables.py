"""The tables by which a statement that was told before is found, and the links that are kept of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment, moment_or_none, time_field


class DuplicateBand(CollectorTable, table=True):
    """A number that a feedback's text has in common with texts near it. Keyed by it, for it is what is looked up."""

    __tablename__ = "duplicate_band"
    tenant_id: UUID = Field(primary_key=True)
    band: int = Field(sa_type=BigInteger, primary_key=True)
    feedback_id: UUID = Field(primary_key=True)


class DuplicateSketch(CollectorTable, table=True):
    """That a feedback (`id`) was compared, and its bands, by which they are found when it is erased."""

    __tablename__ = "duplicate_sketch"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    bands: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    compared_at: datetime = moment()


class DuplicateLink(CollectorTable, table=True):
    """That a feedback tells again what an older one told. One that was undone stays, and is not made again."""

    __tablename__ = "duplicate_link"
    __table_args__ = (
        Index(
            "duplicate_link_feedback_idx",
            "tenant_id",
            "feedback_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("duplicate_link_undone_idx", "tenant_id", "feedback_id", "original_id"),
        Index("duplicate_link_original_idx", "tenant_id", "original_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feedback_id: UUID
    original_id: UUID
    likeness: float
    kind: str = Field(sa_type=Text)
    made_at: datetime = time_field()
    undone_at: datetime | None = moment_or_none()
    undone_by: str | None = Field(default=None, sa_type=Text)
