"""The tracker's table of addresses that mails come back from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field

from services.tracker.store.tables import TrackerTable
from shared.tables import moment, time_field


class SuppressedAddress(TrackerTable, table=True):
    """An address that nobody is reached at any more (`id` is the address's); what it is, the collector alone knows."""

    __tablename__ = "suppressed_address"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    status: str = Field(sa_type=Text)
    bounced_at: datetime = time_field()
    created_at: datetime = moment()
