"""/console/inbox: the cases, for whoever works on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse

from services.tracker.api.case_schema import CASES_CHANGED_MAX, CaseQuery
from services.tracker.api.cases import filter_of
from services.tracker.api.console.categories import Categories, categories_of
from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, Worker
from services.tracker.api.console.people import Colleagues, colleagues_of
from services.tracker.api.context import Here
from services.tracker.domain.case_states import MOVES, CaseState
from services.tracker.store.cases import CaseFilter, list_cases, read_cases
from services.tracker.store.tables import CustomerCase
from shared.contracts.vocabulary import Language, Urgency
from shared.paging import Place
from shared.web.pages import Page

# What is looked at again and again, one click away: a name and what it narrows to.
VIEWS: dict[str, dict[str, Any]] = {
    "work": {"state": ["new", "open"], "snoozed": "false"},
    "mine": {"state": ["new", "open", "waiting"], "assignee": "me"},
    "unassigned": {"state": ["new", "open"], "assignee": "none", "snoozed": "false"},
    "critical": {"state": ["new", "open", "waiting"], "urgency": ["critical", "high"]},
    "snoozed": {"snoozed": "true"},
    "everything": {"state": [state.value for state in CaseState]},
}
router = PageRouter("/inbox")


class InboxQuery(CaseQuery):
    """What the inbox is narrowed to, and the case beside the list."""

    open: UUID | None = None


@dataclass(frozen=True)
class View:
    """A saved filter: its name, its address, and whether it is the one that is seen."""

    name: str
    address: str
    is_here: bool


Narrowed = Annotated[InboxQuery, Query()]
CaseIds = Annotated[list[UUID], Query(alias="id", min_length=1, max_length=CASES_CHANGED_MAX)]


@router.get("", include_in_schema=False)
async def get_inbox(here: Here, visit: Worker, page: Page, narrowed: Narrowed) -> HTMLResponse:
    """Cases, newest first. Who says nothing sees what waits for somebody."""
    asked = narrowed if narrowed.model_fields_set - {"open"} else InboxQuery.model_validate(VIEWS["work"])
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await list_cases(
            tx, visit.actor.tenant_id, filter_of(asked, visit.actor), page.place(visit.actor), page.rows_max
        )
        has_any = bool(found or await list_cases(tx, visit.actor.tenant_id, CaseFilter(), None, 1))
        people = await colleagues_of(tx, visit.actor.tenant_id, visit.say)
    shown, following = page.turn(visit.actor, found, lambda case: Place(case.opened_at, case.id))
    channel = await channels_of(here, visit)
    return visit.page(
        "inbox.html",
        scripts=["inbox"],
        views=_views(narrowed),
        asked=asked,
        has_any=has_any,
        live="/console/live" + _address(asked, since=(shown[0].opened_at if shown else visit.formats.now).isoformat()),
        following=_address(narrowed, cursor=following) if following else None,
        is_later="cursor" in visit.request.query_params,
        choices={"urgency": list(Urgency), "channel": list(channel), "language": list(Language)},
        channel=channel,
        **_rows(visit, shown, people, await categories_of(here, visit)),
    )


@router.get("/rows", include_in_schema=False)
async def get_rows(here: Here, visit: Worker, case_ids: CaseIds) -> HTMLResponse:
    """Rows of the list alone, for cases that have changed or arrived."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await read_cases(tx, visit.actor.tenant_id, case_ids)
        people = await colleagues_of(tx, visit.actor.tenant_id, visit.say)
    return visit.page("parts/case_rows.html", **_rows(visit, found, people, await categories_of(here, visit)))


def _rows(visit: Visit, cases: Sequence[CustomerCase], people: Colleagues, categories: Categories) -> dict[str, Any]:
    return {"cases": cases, "moves": MOVES, "people": people, "category": categories, "now": visit.formats.now}


def _views(narrowed: InboxQuery) -> list[View]:
    asked = narrowed.model_dump(mode="json", exclude_unset=True, exclude={"open"}) or _plain(VIEWS["work"])
    return [View(name, f"?{urlencode(parts, doseq=True)}", _plain(parts) == asked) for name, parts in VIEWS.items()]


def _plain(parts: dict[str, Any]) -> dict[str, Any]:
    """A view as a query is once it was read."""
    return InboxQuery.model_validate(parts).model_dump(mode="json", exclude_unset=True)


def _address(narrowed: InboxQuery, **more: str) -> str:
    parts = narrowed.model_dump(mode="json", exclude_unset=True, exclude={"open"}) | more
    return f"?{urlencode(parts, doseq=True)}"
