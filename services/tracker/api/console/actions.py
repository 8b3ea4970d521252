"""/console/actions: what is done about problems, as a board, as a list of each state, and each on a page."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from services.tracker.api.console.letters import letter_frames
from services.tracker.api.console.page import PageRouter, Visit, Worker
from services.tracker.api.context import Here
from services.tracker.api.entrance import At
from services.tracker.console.action_steps import BESIDE, LINE, lacking, moves_document, step_line
from services.tracker.domain.action_states import MOVES, SENTENCES, ActionState
from services.tracker.domain.telling import Reason
from services.tracker.store.action_views import (
    Card,
    CardFilter,
    board_cards,
    list_cards,
    names_of_members,
    told_counts,
)
from services.tracker.store.actions import ActionSeen, answers_of, see_action
from services.tracker.store.problem_views import view_problem
from services.tracker.store.tables import ActionMove
from shared.access.kinds import Kind
from shared.database import Tx
from shared.paging import Place
from shared.web.pages import Page, PageAsked
from shared.web.problems import Problem


class BoardQuery(BaseModel):
    """Without a state, the board."""

    state: ActionState | None = None


router = PageRouter("/actions")


@router.get("", include_in_schema=False)
async def get_board(here: Here, visit: Worker, page: Page, wanted: Annotated[BoardQuery, Query()]) -> HTMLResponse:
    """The table of moves as a board; with a state, all actions that stand there."""
    if wanted.state is not None:
        return await _list(here, visit, page, wanted.state)
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        cards = await board_cards(tx, visit.actor.tenant_id)
    columns = {state: [card for card in cards if card.state == state] for state in ActionState}
    return visit.page(
        "actions.html",
        scripts=["board"],
        columns=columns,
        has_cards=bool(cards),
        line=LINE,
        beside=BESIDE,
        moving=_moving(visit),
    )


@router.get("/{action_id}", include_in_schema=False)
async def get_action_page(action_id: UUID, here: Here, at: At, visit: Worker) -> HTMLResponse:
    """One action: where it stands, what is lacking, what was done, and who was told."""
    tenant_id = visit.actor.tenant_id
    async with here.database.transaction(tenant_id) as tx:
        seen = await see_action(tx, tenant_id, action_id)
        if seen is None:
            raise Problem("not_found", 404)
        problem = await view_problem(tx, tenant_id, seen.action.problem_id)
        told = await told_counts(tx, seen.action)
        names = await _names(tx, tenant_id, seen.moves)
    state = ActionState(seen.action.state)
    return visit.page(
        "action.html",
        scripts=["action"],
        action=seen.action,
        moves=seen.moves,
        since=seen.moves[-1].moved_at if seen.moves else seen.action.created_at,
        state=state,
        legal=MOVES[state],
        line=step_line(state, _visited(seen)),
        lacking=lacking(state),
        problem=problem,
        answers=answers_of(seen.action),
        frames=letter_frames(visit.tenant.brand or at.brand),
        told=told,
        names=names,
        moving=_moving(visit),
        says=SENTENCES,
    )


async def _list(here: Here, visit: Visit, page: PageAsked, state: ActionState) -> HTMLResponse:
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        place = page.place(visit.actor)
        found = await list_cards(tx, visit.actor.tenant_id, CardFilter(state=state), place, page.rows_max)
    shown, following = page.turn(visit.actor, found, _place_of)
    is_first = "cursor" not in visit.request.query_params
    return visit.page("action_list.html", cards=shown, following=following, state=state, is_first=is_first)


def _place_of(card: Card) -> Place:
    return Place(card.created_at, card.id)


def _moving(visit: Visit) -> dict[str, Any]:
    """What the dialog of a move says."""
    reasons = {reason: visit.say(f"notice_reason.{reason}") for reason in Reason}
    return moves_document(visit.say) | {"reasons": reasons}


def _visited(seen: ActionSeen) -> set[ActionState]:
    """The states of this round, which a reopening begins."""
    visited = {ActionState.DRAFT}
    for move in seen.moves:
        to = ActionState(move.to_state)
        visited = set() if to is ActionState.REOPENED else visited | {to}
    return visited


async def _names(tx: Tx, tenant_id: UUID, moves: Sequence[ActionMove]) -> dict[str, str]:
    """Who took the steps, by what the history calls them. Keys and operators have no name here."""
    begin = f"{Kind.MEMBER}:"
    ids = {move.moved_by: UUID(move.moved_by.removeprefix(begin)) for move in moves if move.moved_by.startswith(begin)}
    known = await names_of_members(tx, tenant_id, list(ids.values()))
    return {label: name for label, member_id in ids.items() if (name := known.get(member_id))}
