"""/console/review: the verdicts that the model was least sure of, for a person to decide."""

from typing import Annotated

from fastapi.responses import HTMLResponse

from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.context import Context, Here
from services.tracker.console.highlight import highlight
from services.tracker.store.cases import count_reviews, review_queue
from shared.access.scopes import Scope
from shared.paging import Place
from shared.web.pages import Page, PageAsked

Reviewer = Annotated[Visit, visitor_with(Scope.CASES_WRITE)]
router = PageRouter("/review")


@router.get("", include_in_schema=False)
async def get_review(here: Here, visit: Reviewer, page: Page) -> HTMLResponse:
    """The queue, one card after the other."""
    return await _queue(here, visit, page, "review.html")


@router.get("/cards", include_in_schema=False)
async def get_cards(here: Here, visit: Reviewer, page: Page) -> HTMLResponse:
    """The head of the queue alone, when the page has run out of cards."""
    return await _queue(here, visit, page, "parts/review_cards.html")


async def _queue(here: Context, visit: Visit, page: PageAsked, template: str) -> HTMLResponse:
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await review_queue(tx, visit.actor.tenant_id, page.place(visit.actor), page.rows_max)
        counts = await count_reviews(tx, visit.actor.tenant_id)
    shown, following = page.turn(visit.actor, found, lambda case: Place(case.margin, case.id))
    cards = [(case, highlight(case.text, case.terms)) for case in shown]
    return visit.page(
        template,
        scripts=["review"],
        cards=cards,
        following=following,
        counts=counts,
        category=await categories_of(here, visit),
        channel=await channels_of(here, visit),
    )
