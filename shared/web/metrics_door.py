"""GET /metrics: what this service counts, for Prometheus. Not open without a credential."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.messaging.figures import waiting_now
from shared.metrics import exposition
from shared.web.doors import requires
from shared.web.routing import Router

MetricsReader = Annotated[Actor, Depends(requires(Scope.METRICS_READ))]
router = Router(tags=["metrics"])


@router.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(request: Request, _: MetricsReader) -> PlainTextResponse:
    """Durations of requests, facts taken in, and what waits, of all tenants together."""
    state = request.app.state
    found = await waiting_now(state.carrier, state.stream, state.consumers)
    return PlainTextResponse(exposition(found), media_type=CONTENT_TYPE_LATEST)
