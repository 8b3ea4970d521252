"""Words that more than one service uses, each with one spelling."""

from enum import StrEnum
from typing import ClassVar

from pydantic_core import CoreSchema, core_schema


class Channel(str):
    """The way a feedback came in. Which there are, the collector's registry alone says.

    An open word: whoever reads it in an event or a row takes any, so that a new way in changes nothing but the
    collector. The names below are those that other code speaks of.
    """

    __slots__ = ()
    SURVEY: ClassVar["Channel"]
    WIDGET: ClassVar["Channel"]
    SERVICE_RECORD: ClassVar["Channel"]
    EMAIL: ClassVar["Channel"]
    SOCIAL: ClassVar["Channel"]
    IMPORT: ClassVar["Channel"]

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> CoreSchema:
        """A string, to pydantic."""
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


Channel.SURVEY = Channel("survey")
Channel.WIDGET = Channel("widget")
Channel.SERVICE_RECORD = Channel("service_record")
Channel.EMAIL = Channel("email")
Channel.SOCIAL = Channel("social")
Channel.IMPORT = Channel("import")


class Language(StrEnum):
    """The languages the house speaks."""

    ZH = "zh"
    EN = "en"


class Purpose(StrEnum):
    """What a customer may agree to, each by itself."""

    REPLY = "reply"
    RESEARCH = "research"
    TRAINING = "training"


class Occasion(StrEnum):
    """What addresses are read for; the audit says it."""

    SEND = "send"
    LIST = "list"


class Urgency(StrEnum):
    """How soon a person must look; the order of the members is the order of urgency."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Stage(StrEnum):
    """How far a feedback has come, as its customer may know; the last two are both an end."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    WORKING = "working"
    FIXING = "fixing"
    ANSWERED = "answered"
    CLOSED = "closed"


class TenantState(StrEnum):
    """Whether a tenant's keys and people are let in, and whether its rows are kept."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"
