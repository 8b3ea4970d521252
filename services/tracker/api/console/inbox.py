"""/console/inbox: the cases, for whoever works on them."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse

from services.tracker.api.case_schema import CaseQuery
from services.tracker.api.cases import filter_of
from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.page import PageRouter, Worker
from services.tracker.api.context import Here
from services.tracker.store.cases import list_cases
from shared.paging import Place
from shared.web.pages import Page

router = PageRouter("/inbox")


@router.get("", include_in_schema=False)
async def get_inbox(here: Here, visit: Worker, page: Page, narrowed: Annotated[CaseQuery, Query()]) -> HTMLResponse:
    """Cases, newest first."""
    wanted = filter_of(narrowed, visit.actor)
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        cases = await list_cases(tx, visit.actor.tenant_id, wanted, page.place(visit.actor), page.rows_max)
    shown, following = page.turn(visit.actor, cases, lambda case: Place(case.opened_at, case.id))
    categories = await categories_of(here, visit)
    return visit.page("inbox.html", cases=shown, following=following, category=categories)
