"""The tracker's tables. A person is only an id here; contact data stays with the collector."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, Index, MetaData, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.tables import NAMING, moment, moment_or_none, time_field


class TrackerTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of this service's tables."""


def version_number() -> Any:  # noqa: ANN401 - a field of a table class is typed where it is declared
    """Counts the changes of a row; whoever changes it says which one they saw."""
    return Field(default=1, sa_column_kwargs={"server_default": sql_text("1")})


def _json_list() -> Any:  # noqa: ANN401 - as above
    return Field(sa_column=Column(JSONB, nullable=False, server_default=sql_text("'[]'")))


_IS_TO_BE_REVIEWED = "reviewed_at IS NULL AND state IN ('new', 'open')"


class CustomerCase(TrackerTable, table=True):
    """One feedback, as the people see it who work on it.

    `category` and `urgency` are what holds now; `model_category` and `model_urgency` what the model said, `ranked` its
    best categories, `terms` and `urgency_terms` the words that led it there, and `margin` the lead of its first choice.
    `stage` is what its customer was told last of how far it has come, `stage_step` how often they were told.
    """

    __tablename__ = "customer_case"
    __table_args__ = (
        UniqueConstraint("tenant_id", "feedback_id"),
        Index("customer_case_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
        Index("customer_case_newest_idx", "tenant_id", "opened_at", "id"),
        Index("customer_case_review_idx", "tenant_id", "margin", "id", postgresql_where=sql_text(_IS_TO_BE_REVIEWED)),
        Index(
            "customer_case_figures_idx",
            "tenant_id",
            "occurred_at",
            postgresql_include=["urgency", "category", "product", "language"],
        ),
        Index(
            "customer_case_unanswered_idx",
            "tenant_id",
            "occurred_at",
            postgresql_include=["urgency", "product", "language"],
            postgresql_where=sql_text("state IN ('new', 'open', 'waiting')"),
        ),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feedback_id: UUID
    customer_id: UUID | None = None
    state: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    urgency: str = Field(sa_type=Text)
    confidence: float
    model_version: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    product: str | None = Field(default=None, sa_type=Text)
    rating: float | None = None
    occurred_at: datetime = time_field()
    received_at: datetime = time_field()
    opened_at: datetime = moment()
    trace_id: str | None = Field(default=None, sa_type=Text)
    version: int = version_number()
    assignee_id: UUID | None = None
    snoozed_until: datetime | None = moment_or_none()
    tags: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=sql_text("'{}'")))
    close_reason: str | None = Field(default=None, sa_type=Text)
    ranked: list[Any] = _json_list()
    terms: list[Any] = _json_list()
    urgency_terms: list[Any] = _json_list()
    margin: float = Field(sa_column_kwargs={"server_default": sql_text("0")})
    model_category: str = Field(sa_type=Text)
    model_urgency: str = Field(sa_type=Text)
    reviewed_at: datetime | None = moment_or_none()
    changed_at: datetime = moment()
    erased_at: datetime | None = moment_or_none()
    stage: str | None = Field(default=None, sa_type=Text)
    stage_step: int = Field(default=0, sa_column_kwargs={"server_default": sql_text("0")})


class CaseEvent(TrackerTable, table=True):
    """What happened to a case, by whom: its history. Its opening is the case's own row."""

    __tablename__ = "case_event"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["customer_case.tenant_id", "customer_case.id"]),
        Index("case_event_tenant_id_case_id_at_idx", "tenant_id", "case_id", "at", "id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    kind: str = Field(sa_type=Text)
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    by: str = Field(sa_type=Text)
    member_id: UUID | None = None
    at: datetime = moment()


class Problem(TrackerTable, table=True):
    """What many customers suffer from alike."""

    __tablename__ = "problem"
    __table_args__ = (Index("problem_newest_idx", "tenant_id", "created_at", "id"),)
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    title: str = Field(sa_type=Text)
    version: int = version_number()
    created_at: datetime = moment()


class ProblemCase(TrackerTable, table=True):
    """A case that belongs to a problem; a case may belong to several."""

    __tablename__ = "problem_case"
    __table_args__ = (
        UniqueConstraint("tenant_id", "problem_id", "case_id"),
        ForeignKeyConstraint(["tenant_id", "problem_id"], ["problem.tenant_id", "problem.id"]),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["customer_case.tenant_id", "customer_case.id"]),
        Index("problem_case_tenant_id_case_id_idx", "tenant_id", "case_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    problem_id: UUID
    case_id: UUID
    joined_at: datetime = moment()


class Action(TrackerTable, table=True):
    """What is done about a problem. `round` counts how often it was reopened."""

    __tablename__ = "action"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "problem_id"], ["problem.tenant_id", "problem.id"]),
        Index("action_tenant_id_problem_id_idx", "tenant_id", "problem_id"),
        Index("action_newest_idx", "tenant_id", "created_at", "id"),
        Index("action_state_idx", "tenant_id", "state"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    problem_id: UUID
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    answers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(sa_type=Text)
    round: int
    version: int = version_number()
    created_at: datetime = moment()


class ActionMove(TrackerTable, table=True):
    """A step of an action that was taken, by whom and when."""

    __tablename__ = "action_move"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "action_id"], ["action.tenant_id", "action.id"]),
        Index("action_move_tenant_id_action_id_idx", "tenant_id", "action_id"),
        Index(
            "action_move_effect_idx",
            "tenant_id",
            "moved_at",
            "id",
            postgresql_where=sql_text("to_state IN ('verify', 'closed')"),
        ),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    action_id: UUID
    from_state: str = Field(sa_type=Text)
    to_state: str = Field(sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    moved_by: str = Field(sa_type=Text)
    moved_at: datetime = moment()


class Notice(TrackerTable, table=True):
    """The ledger: one row for each customer who is to be told one thing once. `person_id` is who that was when told."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "about", "event", "round", "customer_id"),
        UniqueConstraint("tenant_id", "about", "event", "round", "address_id"),
        UniqueConstraint("tenant_id", "about", "event", "round", "person_id"),
        Index("notice_newest_idx", "tenant_id", "created_at", "id"),
        Index("notice_figures_idx", "tenant_id", "created_at", postgresql_include=["state"]),
        Index("notice_tenant_id_customer_id_idx", "tenant_id", "customer_id"),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    about: UUID
    event: str = Field(sa_type=Text)
    round: int
    customer_id: UUID
    address_id: UUID | None = None
    person_id: UUID | None = None
    channel: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)
    text: str | None = Field(default=None, sa_type=Text)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": sql_text("0")})
    created_at: datetime = moment()
    claimed_at: datetime | None = moment_or_none()
    ended_at: datetime | None = moment_or_none()


class ToldBefore(TrackerTable, table=True):
    """That a feedback (`id`) tells again what an older one told, or no longer does, as the collector said last."""

    __tablename__ = "told_before"
    __table_args__ = (
        Index("told_before_original_idx", "tenant_id", "original_id", postgresql_where=sql_text("is_linked")),
    )
    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    original_id: UUID
    likeness: float
    is_linked: bool
    told_at: datetime = time_field()
