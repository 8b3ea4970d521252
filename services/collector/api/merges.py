"""/v1/customer-merges: two customers that are one person, or look like one."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from services.collector.api.context import Here
from services.collector.domain.merging import MergeRefusedError, MergeState
from services.collector.store.merge_tables import CustomerMerge
from services.collector.store.merges import find_alike, list_decisions
from services.collector.use_cases.merge_customers import Decide, Pair, decline_merge, merge_customers, undo_merge
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.paging import Place
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router

SUGGESTIONS_MAX = 50


class PairIn(BaseModel):
    """Two customers. Of a merge, `kept_id` is the one under whom they are one person from then on."""

    model_config = ConfigDict(extra="forbid")

    kept_id: UUID
    merged_id: UUID


class MergeOut(BaseModel):
    """What was decided of two customers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kept_id: UUID
    merged_id: UUID
    state: MergeState
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class MergesOut(BaseModel):
    """A page of decisions, newest first."""

    items: list[MergeOut]
    next: str | None


class SuggestionOut(BaseModel):
    """Two who may be one: they share an address of these kinds."""

    model_config = ConfigDict(from_attributes=True)

    kept_id: UUID = Field(validation_alias="one")
    merged_id: UUID = Field(validation_alias="other")
    by: list[str]


class SuggestionsOut(BaseModel):
    """Up to 50 pairs of whom nothing was decided yet; those who share most first."""

    pairs: list[SuggestionOut]


Writer = Annotated[Actor, Depends(requires(Scope.CUSTOMERS_WRITE))]
router = Router(prefix="/v1", tags=["customers"])


@router.get("/customer-merges")
async def get_customer_merges(here: Here, actor: Writer, page: Page) -> MergesOut:
    """What was decided of customers who look like one person, newest first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_decisions(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda merge: Place(merge.decided_at, merge.id))
    return MergesOut(items=[MergeOut.model_validate(merge) for merge in shown], next=following)


@router.get("/customer-merges/suggestions")
async def get_merge_suggestions(here: Here, actor: Writer) -> SuggestionsOut:
    """Customers who share an address. Families do, too: a person decides."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await find_alike(tx, actor.tenant_id, SUGGESTIONS_MAX)
    return SuggestionsOut(pairs=[SuggestionOut.model_validate(alike) for alike in found])


@router.post("/customer-merges", status_code=201)
async def post_customer_merge(wanted: PairIn, here: Here, actor: Writer, once: Once) -> MergeOut:
    """Makes two customers one person. Nothing of either is rewritten, so it can be undone exactly."""
    command = Decide(actor, Pair(wanted.kept_id, wanted.merged_id), here.clock())
    try:
        return await once.perform(here.database, actor, partial(merge_customers, command=command), _merge)
    except MergeRefusedError as error:
        raise _refused(error) from None


@router.post("/customer-merges:decline", status_code=201)
async def post_customer_merge_decline(wanted: PairIn, here: Here, actor: Writer, once: Once) -> MergeOut:
    """Keeps two customers apart; they are not suggested again."""
    command = Decide(actor, Pair(wanted.kept_id, wanted.merged_id), here.clock())
    try:
        return await once.perform(here.database, actor, partial(decline_merge, command=command), _merge)
    except MergeRefusedError as error:
        raise _refused(error) from None


@router.post("/customer-merges/{merge_id}:undo")
async def post_customer_merge_undo(merge_id: UUID, here: Here, actor: Writer, once: Once) -> MergeOut:
    """Takes a merge back: two persons again, each with what was theirs."""
    work = partial(undo_merge, actor=actor, merge_id=merge_id, moment=here.clock())
    try:
        return await once.perform(here.database, actor, work, _merge)
    except MergeRefusedError as error:
        raise _refused(error) from None


def _merge(merge: CustomerMerge | None) -> MergeOut:
    if merge is None:
        raise Problem("not_found", 404)
    return MergeOut.model_validate(merge)


def _refused(error: MergeRefusedError) -> Problem:
    problems = (
        Problem("unknown_customer", 404),
        Problem("same_customer", 409),
        Problem("too_many_merged", 409),
        Problem("not_merged", 409),
        Problem("in_flight", 409),
    )
    return next(problem for problem in problems if problem.code == error.code)
