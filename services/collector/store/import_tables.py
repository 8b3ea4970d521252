"""The tables of imports. A file's words stand in them only sealed, under a key that goes when the import is over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Float, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collector.store.tables import CollectorTable
from shared.tables import moment, moment_or_none


def _count() -> Any:  # noqa: ANN401 - a field of a table class is typed where it is declared
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))


class ImportRun(CollectorTable, table=True):
    """One file on its way in: how it is read, how far it came, and how its rows were met.

    `sealed_plan` holds all that has words of the file, under the import's own key, which also seals the file and the
    rejected rows. `rows_file_id` is the file as lines of JSON, for formats that cannot be read from the middle.
    """

    __tablename__ = "import_run"
    __table_args__ = (Index("import_run_newest_idx", "tenant_id", "created_at", "id"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    begun_by: str = Field(sa_type=Text)
    is_dry: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    is_vouched: bool
    wrapped_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_plan: bytes | None = Field(default=None, sa_type=LargeBinary)
    file_id: UUID | None = None
    rows_file_id: UUID | None = None
    size_bytes: int = Field(sa_type=BigInteger)
    at_byte: int = _count()
    at_row: int = _count()
    slice: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    rows_read: int = _count()
    new_rows: int = _count()
    duplicate_rows: int = _count()
    invalid_rows: int = _count()
    repeated_rows: int = _count()
    rejects_kept: int = _count()
    rejects_bytes: int = _count()
    dry_counts: dict[str, int] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    fault: str | None = Field(default=None, sa_type=Text)
    busy_s: float = Field(default=0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    created_at: datetime = moment()
    changed_at: datetime = moment()
    started_at: datetime | None = moment_or_none()
    finished_at: datetime | None = moment_or_none()


class ImportChunk(CollectorTable, table=True):
    """What one chunk leaves behind: hashes of its rows without an id, and its rejected rows, sealed.

    By the hashes, equal rows are counted on when the import goes on after a crash.
    """

    __tablename__ = "import_chunk"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "import_id"], ["import_run.tenant_id", "import_run.id"]),
        Index("import_chunk_tenant_id_import_id_idx", "tenant_id", "import_id", "at_row"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    import_id: UUID
    at_row: int = Field(sa_type=BigInteger)
    digests: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_rejects: bytes | None = Field(default=None, sa_type=LargeBinary)
