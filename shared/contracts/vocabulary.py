"""Words that more than one service uses, each with one spelling."""

from enum import StrEnum


class Channel(StrEnum):
    """The way a feedback came in."""

    SURVEY = "survey"
    WIDGET = "widget"
    SERVICE_RECORD = "service_record"
    EMAIL = "email"
    SOCIAL = "social"
    IMPORT = "import"


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
