"""The collector's tables. Contact data stands in them only sealed, under a key per person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Float, ForeignKeyConstraint, Index, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.tables import NAMING, moment, moment_or_none, time_field


class CollectorTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of this service's tables."""


# Read by the carrier, which no tenant's policy guards.
CARRIERS = frozenset({"erasure", "public_code"})


def _of_customer(column: str = "customer_id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], ["customer.tenant_id", "customer.id"])


class TenantKey(CollectorTable, table=True):
    """A tenant's two keys, wrapped under the master key: one wraps the persons' keys, one makes blind indexes."""

    __tablename__ = "tenant_key"
    __table_args__ = (UniqueConstraint("tenant_id"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    wrapped_data_key: bytes = Field(sa_type=LargeBinary)
    wrapped_index_key: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()


class TenantHome(CollectorTable, table=True):
    """A tenant's country and time zone (`id` is the tenant's), as the tracker told them last."""

    __tablename__ = "tenant_home"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: int
    country: str = Field(sa_type=Text)
    time_zone: str | None = Field(default=None, sa_type=Text)


class Customer(CollectorTable, table=True):
    """A person who spoke. One who was erased stays as an id without anything behind it, for the counts.

    `merged_into` is another row of the same person: nothing of either is rewritten, so it can be taken back.
    """

    __tablename__ = "customer"
    __table_args__ = (
        Index("customer_merged_idx", "tenant_id", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("customer_newest_idx", "tenant_id", "created_at", "id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    language: str = Field(sa_type=Text)
    is_language_given: bool
    sealed_profile: bytes | None = Field(default=None, sa_type=LargeBinary)
    region: str | None = Field(default=None, sa_type=Text)
    reach_by: str | None = Field(default=None, sa_type=Text)
    merged_into: UUID | None = None
    created_at: datetime = moment()
    erased_at: datetime | None = moment_or_none()


class PersonKey(CollectorTable, table=True):
    """The key of one person (`id` is the customer's). Without it, nothing of theirs can be read again."""

    __tablename__ = "person_key"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()


class Identity(CollectorTable, table=True):
    """How a person is recognised: a keyed hash of an external id, an e-mail or a phone."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "blind_index"),
        Index("identity_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    blind_index: bytes = Field(sa_type=LargeBinary)
    customer_id: UUID
    created_at: datetime = moment()


class Address(CollectorTable, table=True):
    """Where a person can be reached. `address_id` is the same for everybody who shares the address."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("tenant_id", "customer_id", "address_id"),
        _of_customer(),
        Index("address_tenant_id_address_id_idx", "tenant_id", "address_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    customer_id: UUID
    kind: str = Field(sa_type=Text)
    address_id: UUID
    sealed: bytes = Field(sa_type=LargeBinary)
    verified_at: datetime | None = moment_or_none()
    created_at: datetime = moment()


class Feedback(CollectorTable, table=True):
    """What somebody said, masked. `body_mac` tells whether a repeat says the same, `external_mac` that it is one.

    `sealed_original` holds what masking took out, under the customer's key, or where nobody is named under the row's
    own `wrapped_key`; `masked_spans` says where it was. Rows from before the masking have no `external_mac`.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        _of_customer(),
        Index(
            "feedback_client_event_idx",
            "tenant_id",
            "client_event_id",
            unique=True,
            postgresql_where=text("client_event_id IS NOT NULL"),
        ),
        Index(
            "feedback_external_idx",
            "tenant_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL AND external_mac IS NULL"),
        ),
        Index(
            "feedback_external_mac_idx",
            "tenant_id",
            "external_mac",
            unique=True,
            postgresql_where=text("external_mac IS NOT NULL"),
        ),
        Index("feedback_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    customer_id: UUID | None = None
    channel: str = Field(sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    external_id: str | None = Field(default=None, sa_type=Text)
    external_mac: bytes | None = Field(default=None, sa_type=LargeBinary)
    client_event_id: UUID | None = None
    receipt_code: str = Field(sa_type=Text)
    body_mac: bytes = Field(sa_type=LargeBinary)
    text: str = Field(sa_type=Text)
    masked_spans: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    sealed_original: bytes | None = Field(default=None, sa_type=LargeBinary)
    wrapped_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    language: str = Field(sa_type=Text)
    rating: float | None = Field(default=None, sa_type=Float)
    rating_given: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    product: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    details: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    occurred_at: datetime = time_field()
    received_at: datetime = time_field()
    erased_at: datetime | None = moment_or_none()


class Consent(CollectorTable, table=True):
    """What a person agreed to, or took back; rows are only added, and the newest statement counts.

    `feedback_id` is the feedback that it came with, if it came with one.
    """

    __tablename__ = "consent"
    __table_args__ = (
        _of_customer(),
        Index("consent_newest_idx", "tenant_id", "customer_id", "purpose", "recorded_at"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    customer_id: UUID
    feedback_id: UUID | None = None
    purpose: str = Field(sa_type=Text)
    is_granted: bool
    text_version: str = Field(sa_type=Text)
    locale: str = Field(sa_type=Text)
    stated_by: str = Field(sa_type=Text)
    given_at: datetime = time_field()
    recorded_at: datetime = moment()


class Progress(CollectorTable, table=True):
    """A stage that a feedback came to, as the tracker told it. Rows are only added; of one feedback the last counts."""

    __tablename__ = "progress"
    __table_args__ = (
        UniqueConstraint("tenant_id", "feedback_id", "step"),
        ForeignKeyConstraint(["tenant_id", "feedback_id"], ["feedback.tenant_id", "feedback.id"]),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feedback_id: UUID
    step: int
    stage: str = Field(sa_type=Text)
    at: datetime = time_field()


class WidgetSetting(CollectorTable, table=True):
    """How a tenant's widgets look and what they say (`id` is the tenant's), where that is not as shipped."""

    __tablename__ = "widget_setting"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: int
    settings: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    changed_at: datetime = time_field()


class ConsentText(CollectorTable, table=True):
    """What customers were asked to agree to. Rows are only added: a consent names the version, for good."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("tenant_id", "version"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: str = Field(sa_type=Text)
    texts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = moment()
