"""GET /v1/notices and GET /v1/figures: who was told what, and how much there is of everything."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from services.tracker.api.context import Here
from services.tracker.domain.telling import NoticeEvent, NoticeState, Reason
from services.tracker.store.figures import count_work
from services.tracker.store.notices import count_notices, list_notices
from shared.contracts.vocabulary import Language
from shared.messaging.figures import carrier_figures
from shared.paging import Place
from shared.web.doors import FiguresReader, PersonReader
from shared.web.pages import Page
from shared.web.routing import Router
from shared.web.whose import Whose


class NoticeQuery(BaseModel):
    """What the list is narrowed to."""

    state: list[NoticeState] | None = None
    about: UUID | None = None


class NoticeOut(BaseModel):
    """One row of the ledger. The address itself stays with the collector."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    about: UUID
    event: NoticeEvent
    round: int
    customer_id: UUID
    address_id: UUID | None
    channel: str | None
    state: NoticeState
    reason: Reason | None
    language: Language | None
    subject: str | None
    text: str | None
    tries: int
    created_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None


class NoticesOut(BaseModel):
    """A page of notices, newest first."""

    items: list[NoticeOut]
    next: str | None


class FiguresOut(BaseModel):
    """Counts of this service; `notifications` by state, and by reason where somebody was not told."""

    cases: int
    problems: int
    actions: int
    notifications: dict[str, int]
    outbox_pending: int
    dead_letters: int
    jobs_waiting: int
    jobs_dead: int


router = Router(prefix="/v1", tags=["notices"])


@router.get("/notices")
async def get_notices(
    here: Here, actor: PersonReader, page: Page, narrowed: Annotated[NoticeQuery, Query()]
) -> NoticesOut:
    """The ledger, newest first, narrowed by state and by what it is about."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_notices(
            tx, actor.tenant_id, narrowed.state, narrowed.about, (page.place(actor), page.rows_max)
        )
    shown, following = page.turn(actor, found, lambda notice: Place(notice.created_at, notice.id))
    return NoticesOut(items=[NoticeOut.model_validate(notice) for notice in shown], next=following)


@router.get("/figures")
async def get_figures(here: Here, actor: FiguresReader, whose: Whose) -> FiguresOut:
    """The tracker's counts."""
    async with here.database.transaction(actor.tenant_id) as tx:
        work, notifications = await count_work(tx), await count_notices(tx)
    return FiguresOut(notifications=notifications, **work, **await carrier_figures(here.carrier, whose))
