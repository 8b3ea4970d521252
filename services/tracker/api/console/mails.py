"""/console/mails: the ledger as mails: who was told what, and why somebody was not."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.context import Here
from services.tracker.domain.telling import NoticeState
from services.tracker.store.notices import list_notices
from services.tracker.store.tables import Notice
from shared.access.scopes import Scope
from shared.paging import Place
from shared.web.pages import Page

# States as people ask for them.
GROUPS: Mapping[str, tuple[NoticeState, ...]] = {
    "waiting": (NoticeState.QUEUED, NoticeState.CLAIMED),
    "sent": (NoticeState.SENT,),
    "not_sent": (NoticeState.NOT_SENT,),
    "in_doubt": (NoticeState.IN_DOUBT,),
    "failed": (NoticeState.FAILED,),
    "skipped": (NoticeState.SKIPPED,),
}
PAGES_OF_EVENTS = {"closure": "/console/actions", "reply": "/console/cases"}
Reader = Annotated[Visit, visitor_with(Scope.PII_READ)]
router = PageRouter("/mails")


class MailQuery(BaseModel):
    """What the list is narrowed to; an unknown state is all of them."""

    state: str = ""
    about: UUID | None = None


@router.get("", include_in_schema=False)
async def get_mails(here: Here, visit: Reader, page: Page, narrowed: Annotated[MailQuery, Query()]) -> HTMLResponse:
    """Mails, newest first."""
    states = GROUPS.get(narrowed.state)
    tenant_id, place = visit.actor.tenant_id, page.place(visit.actor)
    async with here.database.transaction(tenant_id) as tx:
        found = await list_notices(tx, tenant_id, states, narrowed.about, (place, page.rows_max))
    shown, following = page.turn(visit.actor, found, lambda notice: Place(notice.created_at, notice.id))
    said: dict[str, Any] = {
        "mails": shown,
        "following": following,
        "groups": list(GROUPS),
        "narrowed": narrowed,
        "about_of": about_of,
    }
    return visit.page("mails.html", has_server=here.mail.mailer is not None, **said)


def about_of(notice: Notice) -> str:
    """The page of what a mail is about."""
    return f"{PAGES_OF_EVENTS.get(notice.event, PAGES_OF_EVENTS['closure'])}/{notice.about}"
