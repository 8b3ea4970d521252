"""/v1/quarantine: what looked like spam at an open door. Nothing of it is dropped; a person lets it go or says so."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.collector.api.context import Context, Here
from services.collector.domain.spam import Sign
from services.collector.store.quarantine import QuarantineState, list_held
from services.collector.use_cases.decide_on_held import DecideOnHeld, decide_on_held
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel, Language
from shared.paging import Place
from shared.trace import trace_id
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.routing import Router

DECIDED_AT_ONCE_MAX = 200


class HeldOut(BaseModel):
    """A feedback that looked like spam, masked; what spoke for it, and how much (0 to 1)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: QuarantineState
    score: float
    signs: list[Sign]
    text: str
    language: Language
    channel: Channel
    customer_id: UUID | None
    held_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class QuarantineOut(BaseModel):
    """A page of them, newest first."""

    items: list[HeldOut]
    next: str | None


class HeldIn(BaseModel):
    """Which feedbacks."""

    model_config = ConfigDict(extra="forbid")

    feedback_ids: list[UUID] = Field(min_length=1, max_length=DECIDED_AT_ONCE_MAX)


class DecidedOut(BaseModel):
    """Those of which it was not said before."""

    feedback_ids: list[UUID]


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
Writer = Annotated[Actor, Depends(requires(Scope.FEEDBACK_WRITE))]
Wanted = Annotated[QuarantineState, Query(description="held, released or spam")]
router = Router(prefix="/v1", tags=["quarantine"])


@router.get("/quarantine")
async def get_quarantine(here: Here, actor: Reader, page: Page, state: Wanted = QuarantineState.HELD) -> QuarantineOut:
    """What is held, was let go, or was called spam."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_held(tx, actor.tenant_id, state, (page.place(actor), page.rows_max))
    shown, following = page.turn(actor, found, lambda held: Place(held.held_at, held.id))
    return QuarantineOut(items=[HeldOut.model_validate(held) for held in shown], next=following)


@router.post("/quarantine:release")
async def post_quarantine_release(asked: HeldIn, here: Here, actor: Writer, once: Once) -> DecidedOut:
    """Lets feedback go on, to be judged and answered like any other. One that was called spam can be released, too."""
    return await _decide(here, actor, once, asked, QuarantineState.RELEASED)


@router.post("/quarantine:spam")
async def post_quarantine_spam(asked: HeldIn, here: Here, actor: Writer, once: Once) -> DecidedOut:
    """Says that feedback is spam: it stays where it is, and asks for nobody's time again."""
    return await _decide(here, actor, once, asked, QuarantineState.SPAM)


async def _decide(here: Context, actor: Actor, once: Once, asked: HeldIn, state: QuarantineState) -> DecidedOut:
    command = DecideOnHeld(actor, asked.feedback_ids, state, here.clock(), trace_id())
    decided = await once.perform(here.database, actor, partial(decide_on_held, command=command), _decided)
    here.kick_relay()
    return decided


def _decided(ids: list[UUID]) -> DecidedOut:
    return DecidedOut(feedback_ids=ids)
