"""Who was erased, so that what comes late stays blank."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from shared.tables import GroundTable, moment


class Erased(GroundTable, table=True):
    """A customer or a feedback that was erased (`id` is theirs). Tenant table; rows are only added."""

    __tablename__ = "erased"
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    at: datetime = moment()
