"""How a fact travels: the same wrapper around every event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events. A receiver ignores members that it does not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Envelope(BaseModel):
    """One fact on its way. `id` is what an inbox knows it by; `trace_id` is the same from the post to the mail."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: str
    version: int
    tenant_id: UUID
    occurred_at: datetime
    trace_id: str
    data: dict[str, Any]
