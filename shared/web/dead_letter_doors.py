"""/v1/dead-letters: facts that were set aside, for the operator. The same doors in each service."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict

from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.database import Database
from shared.messaging.replay import Letter, NotReplayableError, find_letter, list_letters, note_reading, replay
from shared.paging import Place
from shared.web.doors import Operator
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router


class DeadLetterOut(BaseModel):
    """A fact that was set aside: whose, from where, how often it was tried, and the kind of its error."""

    model_config = ConfigDict(from_attributes=True)

    consumer: str
    msg_id: UUID
    tenant_id: UUID | None
    subject: str
    tries: int
    error: str
    first_at: datetime
    last_at: datetime
    dead_at: datetime


class DeadLetterWhole(DeadLetterOut):
    """The same with what the fact says, which may be a customer's words."""

    body: dict[str, Any]


class DeadLettersOut(BaseModel):
    """A page of dead letters, newest first."""

    items: list[DeadLetterOut]
    next: str | None


class ReplayedOut(BaseModel):
    """The fact is on its way again."""

    consumer: str
    msg_id: UUID


ConsumerName = Annotated[str, Path(pattern="^[a-z0-9-]{1,80}$")]
router = Router(prefix="/v1/dead-letters", tags=["dead-letters"])


@router.get("")
async def get_dead_letters(
    request: Request, actor: Operator, page: Page, tenant_id: Annotated[UUID | None, Query()] = None
) -> DeadLettersOut:
    """All tenants' dead letters, newest first, without what they say; narrowed by tenant."""
    letters = await list_letters(request.app.state.carrier, tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, letters, lambda letter: Place(letter.dead_at, letter.msg_id))
    return DeadLettersOut(items=list(map(DeadLetterOut.model_validate, shown)), next=following)


@router.get("/{consumer}/{msg_id}")
async def get_dead_letter(request: Request, consumer: ConsumerName, msg_id: UUID, actor: Operator) -> DeadLetterWhole:
    """One with what it says. The tenant's audit notes who looked."""
    letter = await _found(request, consumer, msg_id)
    await perform(_database(request), _in_place(actor, letter.tenant_id), partial(note_reading, letter=letter))
    return DeadLetterWhole.model_validate({**vars(letter), "body": json.loads(letter.body or "{}")})


@router.post("/{consumer}/{msg_id}:replay", status_code=202)
async def post_dead_letter_replay(
    request: Request, consumer: ConsumerName, msg_id: UUID, actor: Operator, once: Once
) -> ReplayedOut:
    """Has one tried again. It goes by the inbox, so nothing happens twice; if it fails again, it comes back here."""
    letter = await _found(request, consumer, msg_id)
    try:
        tenant_id = letter.fact().tenant_id
        work = partial(replay, letter=letter)
        return await once.perform(
            _database(request), _in_place(actor, tenant_id), work, partial(_replayed, consumer, msg_id)
        )
    except NotReplayableError:
        raise Problem("not_replayable", 409) from None


def _replayed(consumer: str, msg_id: UUID, is_taken: bool) -> ReplayedOut:  # noqa: FBT001 - what the use case gives
    if not is_taken:
        raise Problem("not_found", 404)
    return ReplayedOut(consumer=consumer, msg_id=msg_id)


async def _found(request: Request, consumer: str, msg_id: UUID) -> Letter:
    letter = await find_letter(request.app.state.carrier, consumer, msg_id)
    if letter is None:
        raise Problem("not_found", 404)
    return letter


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _in_place(actor: Actor, tenant_id: UUID | None) -> Actor:
    """The operator where the deed belongs: its line stands in the tenant's audit, whose data it is."""
    return actor if tenant_id is None else actor.within(tenant_id)
