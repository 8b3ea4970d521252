"""How sessions look from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.tracker.use_cases.keep_sessions import Way


class SessionOut(BaseModel):
    """Somebody who signed in, on one device."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    member_id: UUID
    way: Way
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class SessionsOut(BaseModel):
    """A page of sessions that hold, newest first."""

    items: list[SessionOut]
    next: str | None
