"""How cases look from outside, and what may be wanted of them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.domain.case_states import MOVES, CaseState, CloseReason
from services.tracker.store.tables import CaseEvent, CustomerCase, Problem
from services.tracker.store.told_before import Repeats
from shared.clock import now
from shared.contracts.events import RankedCategory, WeighedTerm
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Channel, Language, Urgency
from shared.web.versions import Versioned

TAGS_MAX = 20
TAG_LENGTH_MAX = 40
CATEGORY_LENGTH_MAX = 100
SNOOZE_DAYS_MAX = 366
CASES_CHANGED_MAX = 200
NOTE_LENGTH_MAX = 4_000

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _soon(moment: datetime) -> datetime:
    if not now() < moment <= now() + timedelta(days=SNOOZE_DAYS_MAX):
        raise PydanticCustomError("not_soon", "past or too far", {"days_max": SNOOZE_DAYS_MAX})
    return moment


Tag = Annotated[FilledText, Field(max_length=TAG_LENGTH_MAX)]
CategoryId = Annotated[str, Field(max_length=CATEGORY_LENGTH_MAX, pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$")]
Assignee = Annotated[str, Field(pattern=f"^(me|none|{_UUID})$", description="a member's id, `me`, or `none`")]
Soon = Annotated[AwareDatetime, AfterValidator(_soon)]
Note = Annotated[FilledText, Field(max_length=NOTE_LENGTH_MAX)]


class CaseQuery(BaseModel):
    """What the list is narrowed to; a part that may come several times takes any of its values."""

    state: list[CaseState] | None = None
    urgency: list[Urgency] | None = None
    category: list[Name] | None = None
    channel: Channel | None = None
    language: Language | None = None
    product: Name | None = None
    source: Name | None = None
    assignee: Assignee | None = None
    tag: Tag | None = None
    snoozed: bool | None = None
    reviewed: bool | None = None
    customer_id: UUID | None = None
    feedback_id: UUID | None = None


class CaseChangeIn(BaseModel):
    """What is to be different; a part that is left out stays, and null takes away what may be absent.

    `close_reason` goes with the state `closed` alone. Who says a category or an urgency, be it the present one, has
    reviewed the case.
    """

    model_config = ConfigDict(extra="forbid")

    state: CaseState = CaseState.NEW
    close_reason: CloseReason | None = Field(None, validate_default=True)
    assignee_id: UUID | None = None
    snoozed_until: Soon | None = None
    tags: list[Tag] = Field([], max_length=TAGS_MAX)
    category: CategoryId = ""
    urgency: Urgency = Urgency.LOW
    reviewed: bool = False

    @field_validator("close_reason")
    @classmethod
    def _of_closed_cases(cls, reason: CloseReason | None, info: ValidationInfo) -> CloseReason | None:
        is_closing = info.data.get("state") is CaseState.CLOSED
        if is_closing and reason is None:
            raise PydanticCustomError("close_reason_missing", "missing")
        if reason is not None and not is_closing:
            raise PydanticCustomError("close_reason_alone", "of closed cases")
        return reason

    @field_validator("tags")
    @classmethod
    def _each_once(cls, tags: list[str]) -> list[str]:
        return list(dict.fromkeys(tag.strip() for tag in tags))

    def wanted(self) -> dict[str, object]:
        """What was said."""
        return self.model_dump(exclude_unset=True)


class CasesChangeIn(BaseModel):
    """One change for many cases."""

    model_config = ConfigDict(extra="forbid")

    case_ids: list[UUID] = Field(min_length=1, max_length=CASES_CHANGED_MAX)
    change: CaseChangeIn


class NoteIn(BaseModel):
    """Something that the people who work on a case are to know. No customer reads it."""

    model_config = ConfigDict(extra="forbid")

    text: Note


class ReplyIn(BaseModel):
    """An answer in the customer's language; greeting and signature are put around it."""

    model_config = ConfigDict(extra="forbid")

    text: Note


class CaseOut(Versioned):
    """One case. `category` and `urgency` are what holds now, `model_…` what the model said.

    `text` is empty since `erased_at`, when its customer or its feedback was erased.
    """

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    id: UUID
    feedback_id: UUID
    customer_id: UUID | None
    state: CaseState
    close_reason: CloseReason | None
    assignee_id: UUID | None
    snoozed_until: datetime | None
    tags: list[str]
    text: str
    language: Language
    category: str
    urgency: Urgency
    confidence: float
    margin: float = Field(description="how far the model's first choice was ahead of the second, from 0 to 1")
    model_category: str
    model_urgency: Urgency
    model_version: str
    reviewed_at: datetime | None
    channel: Channel
    source: str | None
    product: str | None
    rating: float | None
    occurred_at: datetime
    received_at: datetime
    opened_at: datetime
    changed_at: datetime
    erased_at: datetime | None


class CaseEventOut(BaseModel):
    """Something that happened to a case, and who did it. Of a change, `detail` holds what each part was, and is."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: CaseEventKind
    detail: dict[str, Any]
    by: str
    member_id: UUID | None
    at: datetime


class ProblemOfCase(BaseModel):
    """A problem that the case belongs to."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str


class OriginalOfCase(BaseModel):
    """The case in which the same was told first, and how alike the two are (1: the same words)."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    feedback_id: UUID
    occurred_at: datetime
    likeness: float


class CaseWholeOut(CaseOut):
    """A case with all that is known of it: where it may go, what the model saw in it, and what happened to it."""

    legal_moves: list[CaseState]
    ranked: list[RankedCategory]
    terms: list[WeighedTerm]
    urgency_terms: list[WeighedTerm]
    history: list[CaseEventOut]
    problems: list[ProblemOfCase]
    duplicate_of: OriginalOfCase | None
    told_again: int = Field(description="how many other cases tell the same again; at most 1,000 are counted")

    @classmethod
    def of(cls, case: CustomerCase, history: list[CaseEvent], problems: list[Problem], repeats: Repeats) -> Self:
        """The case beside what was read with it."""
        more = {
            "legal_moves": MOVES[CaseState(case.state)],
            "history": history,
            "problems": problems,
            "duplicate_of": repeats.original,
            "told_again": repeats.again,
        }
        return cls.model_validate({**case.model_dump(exclude={"tenant_id"}), **more}, from_attributes=True)


class CasesOut(BaseModel):
    """A page of cases, newest first."""

    items: list[CaseOut]
    next: str | None


class CaseChangedOut(BaseModel):
    """What became of one case of many: the case as it stands now, or the problem that kept it as it was."""

    id: UUID
    status: Literal[200, 404, 409]
    case: CaseOut | None = None
    problem: dict[str, Any] | None = None


class CasesChangedOut(BaseModel):
    """What became of each, in the order in which they were named."""

    items: list[CaseChangedOut]
