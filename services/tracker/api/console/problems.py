"""/console/problems: what many customers suffer from alike, its cases, and what is done about it."""

from uuid import UUID

from fastapi.responses import HTMLResponse

from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.letters import letter_frames
from services.tracker.api.console.page import PageRouter, Worker
from services.tracker.api.context import Here
from services.tracker.api.entrance import At
from services.tracker.domain.action_states import ActionKind
from services.tracker.store.action_views import CardFilter, list_cards
from services.tracker.store.problem_views import cases_of_problem, view_problem, view_problems
from shared.paging import Place
from shared.web.pages import PAGE_ITEMS_MAX, Page
from shared.web.problems import Problem

router = PageRouter("/problems")


@router.get("", include_in_schema=False)
async def get_problem_list(here: Here, visit: Worker, page: Page) -> HTMLResponse:
    """Problems, newest first."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await view_problems(tx, visit.actor.tenant_id, page.place(visit.actor), page.rows_max)
    shown, following = page.turn(visit.actor, found, lambda one: Place(one.problem.created_at, one.problem.id))
    is_first = "cursor" not in visit.request.query_params
    return visit.page("problems.html", scripts=["problems"], problems=shown, following=following, is_first=is_first)


@router.get("/{problem_id}", include_in_schema=False)
async def get_problem_page(problem_id: UUID, here: Here, at: At, visit: Worker, page: Page) -> HTMLResponse:
    """One problem with its cases and actions."""
    tenant_id = visit.actor.tenant_id
    async with here.database.transaction(tenant_id) as tx:
        seen = await view_problem(tx, tenant_id, problem_id)
        found = await cases_of_problem(tx, tenant_id, problem_id, page.place(visit.actor), page.rows_max)
        cards = await list_cards(tx, tenant_id, CardFilter(problem_id=problem_id), None, PAGE_ITEMS_MAX)
    if seen is None:
        raise Problem("not_found", 404)
    cases, following = page.turn(visit.actor, found, lambda case: Place(case.opened_at, case.id))
    return visit.page(
        "problem.html",
        scripts=["problem"],
        seen=seen,
        cases=cases,
        following=following,
        is_first="cursor" not in visit.request.query_params,
        cards=cards,
        kinds=ActionKind,
        frames=letter_frames(visit.tenant.brand or at.brand),
        category=await categories_of(here, visit),
    )
