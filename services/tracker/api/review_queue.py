"""GET /v1/review-queue: the cases of which the model was least sure, for a person to say what they are."""

from pydantic import BaseModel

from services.tracker.api.case_schema import CaseOut
from services.tracker.api.context import Here
from services.tracker.store.cases import review_queue
from shared.contracts.events import RankedCategory, WeighedTerm
from shared.paging import Place
from shared.web.doors import WorkReader
from shared.web.pages import Page
from shared.web.routing import Router


class ReviewOut(CaseOut):
    """A case with the categories that it may belong to, and the words that the model went by."""

    ranked: list[RankedCategory]
    terms: list[WeighedTerm]
    urgency_terms: list[WeighedTerm]


class ReviewsOut(BaseModel):
    """A page of cases, the least sure first."""

    items: list[ReviewOut]
    next: str | None


router = Router(prefix="/v1", tags=["cases"])


@router.get("/review-queue")
async def get_review_queue(here: Here, actor: WorkReader, page: Page) -> ReviewsOut:
    """Cases that are new or open and that nobody has reviewed, the least sure first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        cases = await review_queue(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, cases, lambda case: Place(case.margin, case.id))
    return ReviewsOut(items=[ReviewOut.model_validate(case) for case in shown], next=following)
