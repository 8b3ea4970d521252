"""The web's own table: what was answered to a request that may come again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, SmallInteger
from sqlmodel import Field

from shared.tables import GroundTable, moment


class Idempotency(GroundTable, table=True):
    """One request that named an Idempotency-Key, and the answer to it. Tenant table.

    `id` and `request_mac` are keyed hashes and `reply` is sealed under the caller's key, which stands nowhere: who
    reads the table learns neither what was asked nor what was answered.
    """

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_created_idx", "created_at"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    request_mac: bytes = Field(sa_type=LargeBinary)
    status: int | None = Field(default=None, sa_type=SmallInteger)
    reply: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = moment()
