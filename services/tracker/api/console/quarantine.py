"""/console/quarantine: what looked like spam. The collector holds it; this page asks it as the person who looks."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from services.tracker.api.console.asking import answered, document, shown
from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.people import colleagues_of
from services.tracker.api.context import Context, Here
from services.tracker.api.forms import read_form
from shared.access.scopes import Scope
from shared.ids import new_id
from shared.web.pages import PAGE_ITEMS_MAX, Page, PageAsked
from shared.web.problems import Problem

QUARANTINE = "/v1/quarantine"
PAGE = "/console/quarantine"
STATES = ("held", "spam", "released")
COUNTED_MAX = 99
_FEEDBACK = "feedback:"  # How the fields of a form begin that say which feedbacks are meant.
_OTHER_FIELDS_MAX = 5
# Those who have not been looked at can be either; what was called spam can still go on.
VERBS = {"held": ("release", "spam"), "spam": ("release",), "released": ()}
Verb = Literal["release", "spam"]
Reader = Annotated[Visit, visitor_with(Scope.FEEDBACK_READ)]
Decider = Annotated[Visit, visitor_with(Scope.FEEDBACK_WRITE)]
router = PageRouter("/quarantine")


class QuarantineQuery(BaseModel):
    """What is listed, and what was done just now; an unknown state is what is held."""

    state: str = "held"
    done: Verb | None = None
    n: int = 0


@router.get("", include_in_schema=False)
async def get_quarantine_page(
    here: Here, visit: Reader, page: Page, asked: Annotated[QuarantineQuery, Query()]
) -> Response:
    """What is held, newest first, with what spoke for spam."""
    state = asked.state if asked.state in STATES else STATES[0]
    listed = await _listed(here, visit, state, page)
    if page.cursor and not listed["items"]:  # All of a later page has been decided.
        return _back(state, asked.done, asked.n)
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        people = await colleagues_of(tx, visit.actor.tenant_id, visit.say)
    verbs = VERBS[state] if visit.may(Scope.FEEDBACK_WRITE) else ()
    said: dict[str, Any] = {"states": STATES, "state": state, "asked": asked, "verbs": verbs, "cursor": page.cursor}
    return visit.page(
        "quarantine.html",
        scripts=["quarantine"],
        held=[_readable(one) for one in listed["items"]],
        following=listed["next"],
        people=people,
        channel=await channels_of(here, visit),
        **said,
    )


@router.get("/waiting", include_in_schema=False)
async def get_quarantine_waiting(here: Here, visit: Reader) -> HTMLResponse:
    """How many wait for somebody: a part of the inbox, which goes on without it."""
    try:
        listed = await shown(here, visit, f"{QUARANTINE}?limit={COUNTED_MAX}", Scope.FEEDBACK_READ)
    except Problem:
        listed = {"items": [], "next": None}
    return visit.page("parts/held_count.html", count=len(listed["items"]), has_more=listed["next"] is not None)


@router.post("/{verb}", include_in_schema=False)
async def post_quarantine(verb: Verb, request: Request, here: Here, visit: Decider) -> Response:
    """⇝: lets them go on, or calls them spam."""
    form = await read_form(request, fields_max=PAGE_ITEMS_MAX + _OTHER_FIELDS_MAX)
    ids = _ids(form)
    decided: list[str] = []
    if ids:
        asking = here.collector.pass_on(f"{QUARANTINE}:{verb}", visit.token, {"feedback_ids": ids}, str(new_id()))
        decided = document(await answered(asking), Scope.FEEDBACK_WRITE)["feedback_ids"]
    state = form.get("state", "")
    return _back(state if state in STATES else STATES[0], verb, len(decided), form.get("cursor", ""))


async def _listed(here: Context, visit: Visit, state: str, page: PageAsked) -> dict[str, Any]:
    asked = {"state": state, "limit": page.limit} | ({"cursor": page.cursor} if page.cursor else {})
    return await shown(here, visit, f"{QUARANTINE}?{urlencode(asked)}", Scope.FEEDBACK_READ)


def _back(state: str, done: Verb | None, count: int, cursor: str = "") -> RedirectResponse:
    """To the list, which says what was done."""
    said = {"state": state} | ({"done": done, "n": count} if done else {}) | ({"cursor": cursor} if cursor else {})
    return RedirectResponse(f"{PAGE}?{urlencode(said)}", HTTPStatus.SEE_OTHER)


def _ids(form: dict[str, str]) -> list[str]:
    """Which feedbacks a form names."""
    try:
        return [str(UUID(name.removeprefix(_FEEDBACK))) for name in form if name.startswith(_FEEDBACK)]
    except ValueError:
        raise Problem("bad_request", 400) from None


def _readable(one: dict[str, Any]) -> dict[str, Any]:
    """With its times as such."""
    return one | {name: datetime.fromisoformat(one[name]) if one[name] else None for name in ("held_at", "decided_at")}
