"""/console/settings/audit: who did what, in each of the three services, as a page and as a table to take along."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, Field

from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.settings import settings_page
from services.tracker.api.context import Context, Here
from services.tracker.store.api_keys import list_keys
from services.tracker.store.members import list_members
from shared.access.reading import AuditFilter, list_audit, states_of
from shared.access.scopes import Scope
from shared.access.tables import Audit
from shared.paging import Place
from shared.peers.reading import PeerSilentError
from shared.web.pages import PAGE_ITEMS_MAX, Page, PageAsked
from shared.web.problems import Problem

Service = Literal["tracker", "collector", "classifier"]
CSV_PAGES_MAX = 50
NAMED_MAX = 500
COLUMNS = ("at", "actor", "verb", "object_kind", "object_id", "detail", "before", "after", "why")
# A table program takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")
Auditor = Annotated[Visit, visitor_with(Scope.AUDIT_READ)]
Line = dict[str, Any]
router = PageRouter("/settings")


SINCE_MIN = date(2000, 1, 1)  # Before there was anything to tell; the first years of the calendar have no time zones.


class AuditQuery(BaseModel):
    """What the list is narrowed to; an empty field of the form is none."""

    service: Service = "tracker"
    actor: str = ""
    verb: str = ""
    object_id: UUID | Literal[""] = ""
    since: Annotated[date, Field(ge=SINCE_MIN)] | Literal[""] = ""

    def since_at(self, zone: ZoneInfo) -> datetime | None:
        """The beginning of the day where the person is."""
        return datetime.combine(self.since, time(), zone).astimezone(UTC) if self.since else None

    def said(self, zone: ZoneInfo) -> dict[str, Any]:
        """As the doors of the API want it."""
        since = self.since_at(zone)
        asked = {"actor": self.actor.strip(), "verb": self.verb.strip(), "object_id": str(self.object_id)}
        asked["since"] = since.isoformat() if since else ""
        return {name: value for name, value in asked.items() if value}

    def filter(self, zone: ZoneInfo) -> AuditFilter:
        """As the store wants it."""
        object_id = self.object_id or None
        return AuditFilter(self.actor.strip() or None, self.verb.strip() or None, object_id, self.since_at(zone))


Narrowed = Annotated[AuditQuery, Query()]


@router.get("/audit", include_in_schema=False)
async def get_audit_page(here: Here, visit: Auditor, page: Page, narrowed: Narrowed) -> HTMLResponse:
    """Lines, newest first."""
    is_away = False
    lines: list[Line] = []
    following = None
    try:
        lines, following = await _page_of(here, visit, page, narrowed)
    except PeerSilentError:
        is_away = True
    asked = narrowed.said(visit.formats.time_zone)
    said: dict[str, Any] = {"lines": lines, "following": following, "narrowed": narrowed, "is_away": is_away}
    said |= {"query": urlencode(asked), "is_narrowed": bool(asked), "seal": await here.last_seal(visit.actor.tenant_id)}
    return settings_page(visit, "audit", names=await _names(here, visit), **said)


@router.get("/audit.csv", include_in_schema=False)
async def get_audit_csv(here: Here, visit: Auditor, narrowed: Narrowed) -> StreamingResponse:
    """The same lines as a table, up to some thousands."""
    headers = {"Content-Disposition": f'attachment; filename="audit-{narrowed.service}.csv"'}
    return StreamingResponse(_rows(here, visit, narrowed), media_type="text/csv; charset=utf-8", headers=headers)


async def _page_of(here: Context, visit: Visit, page: PageAsked, narrowed: AuditQuery) -> tuple[list[Line], str | None]:
    if narrowed.service != "tracker":
        return await _asked(here, visit, narrowed, page.limit, page.cursor)
    wanted = narrowed.filter(visit.formats.time_zone)
    found = await _own(here, visit, wanted, page.place(visit.actor), page.rows_max)
    shown, following = page.turn(visit.actor, found, lambda line: Place(line.at, line.id))
    return [_line(one) for one in shown], following


async def _own(here: Context, visit: Visit, wanted: AuditFilter, place: Place | None, limit: int) -> list[Audit]:
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        return await list_audit(tx, visit.actor.tenant_id, wanted, place, limit)


async def _asked(
    here: Context, visit: Visit, narrowed: AuditQuery, limit: int, cursor: str | None
) -> tuple[list[Line], str | None]:
    """Another service's lines, by the person's own right."""
    peer = here.collector if narrowed.service == "collector" else here.classifier
    query = narrowed.said(visit.formats.time_zone) | {"limit": limit} | ({"cursor": cursor} if cursor else {})
    answer = await peer.read("/v1/audit", visit.token, query)
    if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise Problem("not_found", 404)
    if answer.status_code != HTTPStatus.OK:
        raise PeerSilentError(str(answer.status_code))
    said = answer.json()
    lines = [line | {"at": datetime.fromisoformat(line["at"])} for line in said["items"]]
    return lines, said["next"]


async def _names(here: Context, visit: Visit) -> dict[str, str]:
    """What the audit calls members and keys, as people call them."""
    tenant_id = visit.actor.tenant_id
    async with here.database.transaction(tenant_id) as tx:
        members = await list_members(tx, tenant_id, None, NAMED_MAX)
        keys = await list_keys(tx, tenant_id, None, NAMED_MAX)
    people = {f"member:{one.id}": one.name or visit.say("common.somebody") for one in members}
    return people | {f"{one.kind}:{one.id}": one.label for one in keys}


async def _rows(here: Context, visit: Visit, narrowed: AuditQuery) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _csv([COLUMNS])  # A byte order mark, for table programs that would guess.
    cursor: str | None = None
    place: Place | None = None
    for _ in range(CSV_PAGES_MAX):
        if narrowed.service == "tracker":
            found = await _own(here, visit, narrowed.filter(visit.formats.time_zone), place, PAGE_ITEMS_MAX)
            lines = [_line(one) for one in found]
            place = Place(found[-1].at, found[-1].id) if len(found) == PAGE_ITEMS_MAX else None
        else:
            lines, cursor = await _asked(here, visit, narrowed, PAGE_ITEMS_MAX, cursor)
        yield _csv([[_cell(line[name]) for name in COLUMNS] for line in lines])
        if place is None and cursor is None:
            return


def _line(line: Audit) -> Line:
    return line.model_dump(include={"id", "at", "actor", "verb", "object_kind", "object_id", "why"}) | states_of(line)


def _csv(rows: list[Any]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text
