"""/v1/actions: what is done about a problem, moved along its table."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.tracker.api.context import Here
from services.tracker.api.moments import OccurredAt, check_taking_over
from services.tracker.domain.action_states import (
    MOVES,
    SENTENCES,
    ActionClosedError,
    ActionKind,
    ActionState,
    IllegalMoveError,
)
from services.tracker.store.actions import ActionSeen, answers_of, list_actions, see_action
from services.tracker.use_cases.change_action import ChangeAction, change_action
from services.tracker.use_cases.gather_problem import UnknownProblemError
from services.tracker.use_cases.move_action import MoveAction, UnknownActionError, move_action
from services.tracker.use_cases.plan_action import plan_action
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Language
from shared.paging import Place
from shared.web.doors import ActionWriter, WorkReader
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import Problem, language_of
from shared.web.routing import Router
from shared.web.versions import Fresh, Versioned

ANSWER_LENGTH_MAX = 2_000
Paragraph = Annotated[FilledText, Field(max_length=ANSWER_LENGTH_MAX)]


class ActionIn(BaseModel):
    """A planned action. `answers` is what customers read when it closes, by language."""

    model_config = ConfigDict(extra="forbid")

    problem_id: UUID
    title: Name
    kind: ActionKind = ActionKind.PRODUCT
    answers: dict[Language, Paragraph] = {}
    occurred_at: OccurredAt | None = None


class ActionChangeIn(BaseModel):
    """What is to be different; a part that is left out stays. `answers` are taken as a whole."""

    model_config = ConfigDict(extra="forbid")

    title: Name = ""
    answers: dict[Language, Paragraph] = {}


class MoveIn(BaseModel):
    """A step to take."""

    model_config = ConfigDict(extra="forbid")

    to: ActionState
    note: Paragraph | None = None
    occurred_at: OccurredAt | None = None


class MoveOut(BaseModel):
    """A step that was taken."""

    model_config = ConfigDict(from_attributes=True)

    from_state: ActionState
    to_state: ActionState
    note: str | None
    moved_by: str
    moved_at: datetime


class ActionOut(Versioned):
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
    moves: list[MoveOut]
    created_at: datetime


class ActionsOut(BaseModel):
    """A page of actions, newest first."""

    items: list[ActionOut]
    next: str | None


router = Router(prefix="/v1/actions", tags=["actions"])


@router.post("", status_code=201)
async def post_action(wanted: ActionIn, here: Here, actor: ActionWriter, once: Once) -> ActionOut:
    """Plans an action for a problem."""
    check_taking_over(actor, wanted.occurred_at)
    work = partial(plan_action, tenant_id=actor.tenant_id, **vars(wanted))
    try:
        return await once.perform(here.database, actor, work, partial(_out, language=once.language))
    except UnknownProblemError:
        raise Problem("unknown_problem", 404) from None


@router.patch("/{action_id}")
async def patch_action(
    action_id: UUID, wanted: ActionChangeIn, here: Here, actor: ActionWriter, change: Change
) -> ActionOut:
    """Another title, or other answers to customers; once the action is closed, they have read them: 409."""
    said = wanted.model_dump(exclude_unset=True)
    work = partial(change_action, command=ChangeAction(actor.tenant_id, action_id, said, change.expected))
    try:
        return await change.perform(here.database, actor, work, partial(_out, language=change.language))
    except UnknownActionError:
        raise Problem("not_found", 404) from None
    except ActionClosedError:
        raise Problem("action_closed", 409) from None


@router.post("/{action_id}/moves")
async def post_move(action_id: UUID, wanted: MoveIn, here: Here, actor: ActionWriter, change: Change) -> ActionOut:
    """Takes a step; an illegal one answers 409 with the legal ones. Closing tells the customers."""
    check_taking_over(actor, wanted.occurred_at)
    command = MoveAction(actor, action_id, **vars(wanted), expected=change.expected)
    work = partial(move_action, command=command)
    try:
        moved = await change.perform(here.database, actor, work, partial(_out, language=change.language))
    except UnknownActionError:
        raise Problem("not_found", 404) from None
    except IllegalMoveError as error:
        raise _illegal(error) from None
    here.kick_jobs()
    return moved


@router.get("/{action_id}")
async def get_action(request: Request, action_id: UUID, here: Here, actor: WorkReader, fresh: Fresh) -> ActionOut:
    """One action with its history."""
    async with here.database.transaction(actor.tenant_id) as tx:
        seen = await see_action(tx, actor.tenant_id, action_id)
    if seen is None:
        raise Problem("not_found", 404)
    return fresh.answer(_out(seen, language_of(request)))


@router.get("")
async def get_actions(request: Request, here: Here, actor: WorkReader, page: Page) -> ActionsOut:
    """Actions, newest first, without their histories."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_actions(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda action: Place(action.created_at, action.id))
    items = [_out(ActionSeen(action, []), language_of(request)) for action in shown]
    return ActionsOut(items=items, next=following)


def _illegal(error: IllegalMoveError) -> Problem:
    about = {"state": error.state, "to": error.to}
    return Problem("illegal_move", 409, about=about, extra={"state": error.state, "legal_moves": list(error.legal)})


def _out(seen: ActionSeen, language: str) -> ActionOut:
    action = seen.action
    state = ActionState(action.state)
    return ActionOut(
        **action.model_dump(include={"id", "problem_id", "kind", "title", "round", "version", "created_at"}),
        state=state,
        state_says=SENTENCES[state][Language(language)],
        answers=answers_of(action),
        legal_moves=list(MOVES[state]),
        moves=[MoveOut.model_validate(move) for move in seen.moves],
    )
