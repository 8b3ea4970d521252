"""/console/live: server-sent events that say which cases have arrived."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from services.tracker.api.case_schema import CaseQuery
from services.tracker.api.cases import filter_of
from services.tracker.api.console.page import HEADERS, PageRouter, Visit, Worker
from services.tracker.api.context import Here
from services.tracker.api.entrance import At, Entrance
from services.tracker.store.cases import CaseFilter, list_cases
from shared.access.credentials import SuspendedError
from shared.clock import now
from shared.database import Database
from shared.web.problems import Problem

LOOK_EVERY_S = 2.0
# A connection ends by itself now and then: the browser joins again, and a session that is over finds the door shut.
LIFE_S = 300.0
STREAMS_MAX = 1_000
STREAMS_OF_ONE_MAX = 6  # Somebody's open pages; another one's must not be shut for them.
IDS_MAX = 50
SINCE_MIN = datetime(2000, 1, 1, tzinfo=UTC)
# What came before that, a page that is loaded again shows; each look must stay a short walk down an index.
BACK_MAX = timedelta(hours=1)
_open_streams: Counter[UUID] = Counter()
router = PageRouter("/live")


class LiveQuery(CaseQuery):
    """The view that is looked at, and since when."""

    since: Annotated[AwareDatetime, Field(ge=SINCE_MIN)]


@dataclass(frozen=True)
class Listener:
    """A page that listens, as long as it is open and its person is signed in."""

    request: Request
    at: Entrance
    visit: Visit

    async def is_there(self) -> bool:
        """Whether it makes sense to go on."""
        if await self.request.is_disconnected():
            return False
        try:
            return await self.at.credentials.check(self.visit.token) is not None
        except SuspendedError:
            return False


@router.get("", include_in_schema=False)
async def get_live(
    request: Request, here: Here, at: At, visit: Worker, narrowed: Annotated[LiveQuery, Query()]
) -> StreamingResponse:
    """Each new case of a view, by its id, within seconds."""
    member_id = visit.member.id
    if _open_streams.total() >= STREAMS_MAX or _open_streams[member_id] >= STREAMS_OF_ONE_MAX:
        raise Problem("unavailable", 503)
    wanted = replace(filter_of(narrowed, visit.actor), after=_since(request, narrowed))
    told = _told(Listener(request, at, visit), here.database, wanted)
    return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS | {"X-Accel-Buffering": "no"})


def _since(request: Request, narrowed: LiveQuery) -> datetime:
    """Where the browser left off, or where its page began."""
    oldest = now() - BACK_MAX
    try:
        return max(datetime.fromisoformat(request.headers["last-event-id"]), oldest)
    except (KeyError, ValueError, TypeError, OverflowError):
        return max(narrowed.since, oldest)


async def _told(listener: Listener, database: Database, wanted: CaseFilter) -> AsyncIterator[str]:
    member_id, tenant_id = listener.visit.member.id, listener.visit.actor.tenant_id
    _open_streams[member_id] += 1
    end = asyncio.get_running_loop().time() + LIFE_S
    try:
        yield f"retry: {int(LOOK_EVERY_S * 1000)}\n\n"
        while asyncio.get_running_loop().time() < end and await listener.is_there():
            async with database.transaction(tenant_id) as tx:
                arrived = await list_cases(tx, tenant_id, wanted, None, IDS_MAX)
            if arrived:
                wanted = replace(wanted, after=arrived[0].opened_at)
                ids = json.dumps({"ids": [str(case.id) for case in arrived]})
                yield f"id: {arrived[0].opened_at.isoformat()}\nevent: arrived\ndata: {ids}\n\n"
            else:
                yield ": nothing new\n\n"
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        _open_streams[member_id] -= 1
        if not _open_streams[member_id]:
            del _open_streams[member_id]
