"""GET /v1/cases: what customers said, classified, for the people who work on it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from services.tracker.api.context import Here
from services.tracker.domain.case_states import CaseState
from services.tracker.store.cases import CaseFilter, CaseSeen, list_cases
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel, Language, Urgency
from shared.paging import Place
from shared.web.doors import WorkReader
from shared.web.pages import Page
from shared.web.routing import Router


class CaseQuery(BaseModel):
    """What the list is narrowed to."""

    category: Name | None = None
    urgency: Urgency | None = None
    source: Name | None = None
    state: CaseState | None = None


class CaseOut(BaseModel):
    """One case. `text` is empty since `erased_at`, when its customer or its feedback was erased."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    id: UUID
    feedback_id: UUID
    customer_id: UUID | None
    state: CaseState
    text: str
    language: Language
    category: str
    urgency: Urgency
    confidence: float
    model_version: str
    channel: Channel
    source: str | None
    product: str | None
    rating: float | None
    occurred_at: datetime
    received_at: datetime
    opened_at: datetime
    erased_at: datetime | None


class CasesOut(BaseModel):
    """A page of cases, newest first."""

    items: list[CaseOut]
    next: str | None


router = Router(prefix="/v1", tags=["cases"])


@router.get("/cases")
async def get_cases(here: Here, actor: WorkReader, page: Page, narrowed: Annotated[CaseQuery, Query()]) -> CasesOut:
    """Cases, newest first, narrowed by category, urgency, source and state."""
    wanted = CaseFilter(narrowed.category, narrowed.urgency, narrowed.source, narrowed.state)
    async with here.database.transaction(actor.tenant_id) as tx:
        cases = await list_cases(tx, actor.tenant_id, wanted, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, cases, lambda seen: Place(seen.case.opened_at, seen.case.id))
    return CasesOut(items=[_out(seen) for seen in shown], next=following)


def _out(seen: CaseSeen) -> CaseOut:
    return CaseOut(**seen.case.model_dump(include=set(CaseOut.model_fields)), erased_at=seen.erased_at)
