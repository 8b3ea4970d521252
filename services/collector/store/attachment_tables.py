"""The table of what customers attach to feedback. The bytes lie in files; their names and keys stand here, sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment, moment_or_none


class Attachment(CollectorTable, table=True):
    """A file that was announced, and once its bytes came, is kept.

    It belongs to `feedback_id`, or until that is known, to whatever feedback comes under `client_event_id`. Each file
    has a key of its own, `wrapped_key`: wrapped by the person's key where `customer_id` says whose, else by the
    tenant's, so that binding a file to a person moves 32 bytes and erasing the person loses the file.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "feedback_id"], ["feedback.tenant_id", "feedback.id"]),
        Index(
            "attachment_feedback_idx",
            "tenant_id",
            "feedback_id",
            "declared_sha256",
            unique=True,
            postgresql_where=text("feedback_id IS NOT NULL"),
        ),
        Index(
            "attachment_event_idx",
            "tenant_id",
            "client_event_id",
            "declared_sha256",
            unique=True,
            postgresql_where=text("client_event_id IS NOT NULL"),
        ),
        Index("attachment_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
        Index(
            "attachment_stored_idx",
            "tenant_id",
            "file_id",
            postgresql_include=["size_bytes"],
            postgresql_where=text("file_id IS NOT NULL"),
        ),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feedback_id: UUID | None = None
    client_event_id: UUID | None = None
    customer_id: UUID | None = None
    kind: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    declared_sha256: bytes = Field(sa_type=LargeBinary)
    declared_bytes: int
    sealed_name: bytes = Field(sa_type=LargeBinary)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    file_id: UUID | None = None
    preview_id: UUID | None = None
    sha256: bytes | None = Field(default=None, sa_type=LargeBinary)
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    asked_at: datetime = moment()
    stored_at: datetime | None = moment_or_none()
