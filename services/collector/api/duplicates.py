"""/v1/feedback/{id}/duplicates: what was told again, and which time was the first."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from services.collector.api.context import Here
from services.collector.domain.duplicates import LinkKind
from services.collector.store.duplicate_tables import DuplicateLink
from services.collector.store.duplicates import count_links, list_links
from services.collector.store.originals import read_feedback
from services.collector.use_cases.undo_duplicate import UndoDuplicate, undo_duplicate
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.paging import Place
from shared.trace import trace_id
from shared.web.doors import CaseWriter, FiguresReader, requires
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router


class DuplicateOut(BaseModel):
    """That `feedback_id` tells again what `original_id` told before: the same words, or nearly (`likeness` below 1).

    One with `undone_at` was taken back by a person, and is not made again.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    feedback_id: UUID
    original_id: UUID
    likeness: float
    kind: LinkKind
    made_at: datetime
    undone_at: datetime | None
    undone_by: str | None


class DuplicatesOut(BaseModel):
    """A page of links from and to one feedback."""

    items: list[DuplicateOut]
    next: str | None


class DuplicateFiguresOut(BaseModel):
    """How many links hold, of equal and of near texts, and how many were taken back."""

    model_config = ConfigDict(from_attributes=True)

    exact: int
    near: int
    undone: int


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
router = Router(prefix="/v1", tags=["duplicates"])


@router.get("/feedback/{feedback_id}/duplicates")
async def get_duplicates(feedback_id: UUID, here: Here, actor: Reader, page: Page) -> DuplicatesOut:
    """What this feedback tells again, and what tells it again."""
    place = page.place(actor)
    async with here.database.transaction(actor.tenant_id) as tx:
        if await read_feedback(tx, actor.tenant_id, feedback_id) is None:
            raise Problem("not_found", 404)
        links = await list_links(tx, actor.tenant_id, feedback_id, place.id if place else None, page.rows_max)
    shown, following = page.turn(actor, links, lambda link: Place(link.made_at, link.id))
    return DuplicatesOut(items=[DuplicateOut.model_validate(link) for link in shown], next=following)


@router.post("/feedback/{feedback_id}/duplicates/{link_id}:undo")
async def post_duplicate_undo(
    feedback_id: UUID, link_id: UUID, here: Here, actor: CaseWriter, once: Once
) -> DuplicateOut:
    """Takes a link back. Doing it again changes nothing."""
    command = UndoDuplicate(actor, feedback_id, link_id, here.clock(), trace_id())
    undone = await once.perform(here.database, actor, partial(undo_duplicate, command=command), _undone)
    here.kick_relay()
    return undone


@router.get("/duplicates/figures")
async def get_duplicate_figures(here: Here, actor: FiguresReader) -> DuplicateFiguresOut:
    """How much was told again."""
    async with here.database.transaction(actor.tenant_id) as tx:
        return DuplicateFiguresOut.model_validate(await count_links(tx, actor.tenant_id))


def _undone(link: DuplicateLink | None) -> DuplicateOut:
    if link is None:
        raise Problem("not_found", 404)
    return DuplicateOut.model_validate(link)
