"""Gives every request its trace, answers with it, and writes one line and one measurement when it is done."""

import time
from functools import lru_cache

from opentelemetry.trace import format_trace_id, get_current_span
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.logs import get_log
from shared.metrics import REQUEST_S
from shared.trace import new_trace_id, read_traceparent, traceparent, tracing

_HEADER = b"traceparent"
# Asked by machines every few seconds; a line each would hide the others.
QUIET = {"/healthz", "/readyz", "/metrics"}

_DURATIONS_REMEMBERED_MAX = 1_024

_log = get_log("door")


class Traced:
    """Pure ASGI, around everything else. A path is named by its pattern: what stands in its place may be a secret."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on under its trace, the caller's own if one came."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = _sent_trace(scope) or _span_trace() or new_trace_id()
        began = time.perf_counter()
        status = 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, traceparent(trace).encode())]
            await send(message)

        with tracing([trace]):
            try:
                await self._app(scope, receive, answered)
            finally:
                _note(scope, status, time.perf_counter() - began)


def _sent_trace(scope: Scope) -> str | None:
    sent = next((value for name, value in scope["headers"] if name == _HEADER), None)
    return read_traceparent(sent.decode("latin-1")) if sent else None


def _span_trace() -> str | None:
    """The trace that OpenTelemetry has begun for this request, where it is on."""
    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "-")
    _duration(scope["method"], route, status).observe(seconds)
    if route not in QUIET:
        _log.info("answered", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))


@lru_cache(_DURATIONS_REMEMBERED_MAX)
def _duration(method: str, route: str, status: int) -> Histogram:
    return REQUEST_S.labels(method, route, status)
