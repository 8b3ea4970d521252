"""/v1/actions: what is done about a problem, moved along its table."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.tracker.api.context import Context, Here
from services.tracker.domain.action_states import MOVES, SENTENCES, ActionKind, ActionState, IllegalMoveError
from services.tracker.store.actions import answers_of, list_actions, moves_of, read_action
from services.tracker.store.tables import Action, ActionMove
from services.tracker.use_cases.gather_problem import UnknownProblemError
from services.tracker.use_cases.move_action import MoveAction, UnknownActionError, move_action
from services.tracker.use_cases.plan_action import plan_action
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Language
from shared.paging import Place
from shared.web.doors import ActionWriter, WorkReader
from shared.web.pages import Page
from shared.web.problems import Problem, language_of

ANSWER_LENGTH_MAX = 2_000
Paragraph = Annotated[FilledText, Field(max_length=ANSWER_LENGTH_MAX)]


class ActionIn(BaseModel):
    """A planned action. `answers` is what customers read when it closes, by language."""

    model_config = ConfigDict(extra="forbid")

    problem_id: UUID
    title: Name
    kind: ActionKind = ActionKind.PRODUCT
    answers: dict[Language, Paragraph] = {}


class MoveIn(BaseModel):
    """A step to take."""

    model_config = ConfigDict(extra="forbid")

    to: ActionState
    note: Paragraph | None = None


class MoveOut(BaseModel):
    """A step that was taken."""

    model_config = ConfigDict(from_attributes=True)

    from_state: ActionState
    to_state: ActionState
    note: str | None
    moved_by: str
    moved_at: datetime


class ActionOut(BaseModel):
    """An action, where it stands, and where it may go."""

    id: UUID
    problem_id: UUID
    kind: ActionKind
    title: str
    state: ActionState
    state_says: str
    answers: dict[Language, str]
    round: int
    legal_moves: list[ActionState]
    moves: list[MoveOut] = []
    created_at: datetime


class ActionsOut(BaseModel):
    """A page of actions, newest first."""

    items: list[ActionOut]
    next: str | None


router = APIRouter(prefix="/v1/actions", tags=["actions"])


@router.post("", status_code=201)
async def post_action(request: Request, wanted: ActionIn, here: Here, actor: ActionWriter) -> ActionOut:
    """Plans an action for a problem."""
    work = partial(plan_action, tenant_id=actor.tenant_id, **vars(wanted))
    try:
        action_id = await perform(here.database, actor, work)
    except UnknownProblemError:
        raise Problem("unknown_problem", 404) from None
    return await _read(here, actor, action_id, language_of(request))


@router.post("/{action_id}/moves")
async def post_move(request: Request, action_id: UUID, wanted: MoveIn, here: Here, actor: ActionWriter) -> ActionOut:
    """Takes a step; an illegal one answers 409 with the legal ones. Closing tells the customers."""
    command = MoveAction(actor, action_id, wanted.to, wanted.note)
    try:
        await perform(here.database, actor, partial(move_action, command=command))
    except UnknownActionError:
        raise Problem("not_found", 404) from None
    except IllegalMoveError as error:
        raise _illegal(error) from None
    here.kick_jobs()
    return await _read(here, actor, action_id, language_of(request))


@router.get("/{action_id}")
async def get_action(request: Request, action_id: UUID, here: Here, actor: WorkReader) -> ActionOut:
    """One action with its history."""
    return await _read(here, actor, action_id, language_of(request))


@router.get("")
async def get_actions(request: Request, here: Here, actor: WorkReader, page: Page) -> ActionsOut:
    """Actions, newest first, without their histories."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_actions(tx, actor.tenant_id, page.place, page.limit)
    items = [_out(action, [], language_of(request)) for action in found]
    places = [Place(action.created_at, action.id) for action in found]
    return ActionsOut(items=items, next=page.next_after(places))


def _illegal(error: IllegalMoveError) -> Problem:
    about = {"state": error.state, "to": error.to}
    return Problem("illegal_move", 409, about=about, extra={"state": error.state, "legal_moves": list(error.legal)})


async def _read(context: Context, actor: Actor, action_id: UUID, language: str) -> ActionOut:
    async with context.database.transaction(actor.tenant_id) as tx:
        action = await read_action(tx, actor.tenant_id, action_id)
        moves = await moves_of(tx, actor.tenant_id, action_id)
    if action is None:
        raise Problem("not_found", 404)
    return _out(action, moves, language)


def _out(action: Action, moves: list[ActionMove], language: str) -> ActionOut:
    state = ActionState(action.state)
    return ActionOut(
        id=action.id,
        problem_id=action.problem_id,
        kind=ActionKind(action.kind),
        title=action.title,
        state=state,
        state_says=SENTENCES[state][Language(language)],
        answers=answers_of(action),
        round=action.round,
        legal_moves=list(MOVES[state]),
        moves=[MoveOut.model_validate(move) for move in moves],
        created_at=action.created_at,
    )
