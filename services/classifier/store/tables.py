"""The classifier's tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.tables import NAMING, moment, time_field


class ClassifierTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of this service's tables."""


class Model(ClassifierTable, table=True):
    """A model that was trained: `version` is the hash of its file, `corpus` that of what it learnt from."""

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("tenant_id", "corpus"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: str = Field(sa_type=Text)
    corpus: str = Field(sa_type=Text)
    examples: int
    trained_at: datetime = moment()


class Verdict(ClassifierTable, table=True):
    """What the classifier says of one feedback (`id` is the feedback's), and which model said it."""

    __tablename__ = "verdict"
    __table_args__ = (
        Index("verdict_customer_idx", "tenant_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    customer_id: UUID | None = None
    category: str = Field(sa_type=Text)
    urgency: str = Field(sa_type=Text)
    confidence: float
    urgency_confidence: float
    language: str = Field(sa_type=Text)
    model_version: str = Field(sa_type=Text)
    decided_at: datetime = moment()


class Label(ClassifierTable, table=True):
    """What somebody says that the verdict on one feedback should have been (`id` is the feedback's), with its words."""

    __tablename__ = "label"
    __table_args__ = (
        Index("label_customer_idx", "tenant_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    customer_id: UUID | None = None
    text: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    urgency: str = Field(sa_type=Text)
    corrected_by: UUID | None = None
    corrected_at: datetime = time_field()
