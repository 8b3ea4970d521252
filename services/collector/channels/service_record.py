"""Channel service_record: what a service desk or a technician wrote down after a visit."""

from typing import Annotated, Literal

from pydantic import Field

from services.collector.channels.fields import Count, Day, Label, Lenient, Moment, Sealed, Title
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel

PARTS_MAX = 50
QUANTITY_MAX = 10_000


class PartIn(Lenient):
    """A part that was put in."""

    number: Label
    name: Name | None = None
    quantity: int = Field(1, ge=1, le=QUANTITY_MAX)


class ServiceIn(Lenient):
    """The visit."""

    ticket: Name
    kind: Literal["install", "repair", "maintenance", "return", "other"]
    technician: Annotated[Name | None, Sealed()] = None
    station: Name | None = Field(None, description="the service station or partner")
    visited_at: Moment | None = None
    visits: Count | None = Field(None, description="how many visits the ticket took so far")
    fault_code: Label | None = None
    symptom: Title | None = None
    cause: Title | None = None
    work_done: Title | None = None
    parts: list[PartIn] = Field([], max_length=PARTS_MAX)
    warranty: Literal["in", "out", "goodwill"] | None = None
    outcome: Literal["solved", "parts_ordered", "exchanged", "returned", "not_solved"] | None = None
    purchased_on: Day | None = None
    installed_on: Day | None = None


class OwnFields(Lenient):
    """Of a service record."""

    service: ServiceIn | None = None


CHANNEL = ChannelRules(
    name=Channel.SERVICE_RECORD,
    names={"zh": "服务记录", "en": "Service record"},
    text_length_max=20_000,
    own=OwnFields,
)
