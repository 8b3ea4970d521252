"""/console/live: server-sent events that say which cases have arrived."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from services.tracker.api.case_schema import CaseQuery
from services.tracker.api.cases import filter_of
from services.tracker.api.console.page import HEADERS, PageRouter, Worker
from services.tracker.api.context import Here
from services.tracker.store.cases import CaseFilter, list_cases
from shared.database import Database
from shared.web.problems import Problem

LOOK_EVERY_S = 2.0
# A connection ends by itself now and then: the browser joins again, and a session that is over finds the door shut.
LIFE_S = 300.0
STREAMS_MAX = 200
IDS_MAX = 50
_open_streams: set[object] = set()
router = PageRouter("/live")


class LiveQuery(CaseQuery):
    """The view that is looked at, and since when."""

    since: AwareDatetime


@router.get("", include_in_schema=False)
async def get_live(
    request: Request, here: Here, visit: Worker, narrowed: Annotated[LiveQuery, Query()]
) -> StreamingResponse:
    """Each new case of a view, by its id, within seconds."""
    if len(_open_streams) >= STREAMS_MAX:
        raise Problem("unavailable", 503)
    begin = request.headers.get("last-event-id")
    after = datetime.fromisoformat(begin) if begin else narrowed.since
    told = _told(request, here.database, visit.actor.tenant_id, replace(filter_of(narrowed, visit.actor), after=after))
    return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS | {"X-Accel-Buffering": "no"})


async def _told(request: Request, database: Database, tenant_id: UUID, wanted: CaseFilter) -> AsyncIterator[str]:
    mark = object()
    _open_streams.add(mark)
    end = asyncio.get_running_loop().time() + LIFE_S
    try:
        yield f"retry: {int(LOOK_EVERY_S * 1000)}\n\n"
        while asyncio.get_running_loop().time() < end and not await request.is_disconnected():
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
        _open_streams.discard(mark)
