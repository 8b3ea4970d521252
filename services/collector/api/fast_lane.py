"""The short way to the feedback door: past the framework, for requests that have nothing unusual about them.

Finding a route and its dependencies takes FastAPI longer than all the rest of a feedback together. What this lane knows
at a glance (a good key, no query, nobody else's tenant) it takes itself, by the same functions as the door; everything
else, and with it every refusal of a stranger, goes the long way through the door's own route.
"""

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from services.collector.api import feedback
from services.collector.api.senders import SENDING, check_limits
from shared.access.credentials import Actor, Credentials, SuspendedError
from shared.contracts.reach import TENANT_HEADER

PATH = "/v1/feedback"
_BEARER = b"Bearer "
_TENANT = TENANT_HEADER.lower().encode()
_ROUTE = next(route for route in feedback.router.routes if isinstance(route, Route) and route.path == PATH)


class FastLane:
    """Pure ASGI, innermost: limits of bodies, traces and problems are the same for both ways."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Takes the feedback, or passes the request on untouched."""
        key = _plain_key(scope)
        actor = await _sender(scope["app"].state.credentials, key) if key else None
        if actor is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        request = Request(scope, receive)
        check_limits(request, actor)
        response = await feedback.take_one(request, scope["app"].state.context, actor)
        await response(scope, receive, send)


def _plain_key(scope: AsgiScope) -> str | None:
    """The key of a request to this door that asks for nothing but the usual."""
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST" or scope["query_string"]:
        return None
    key = None
    for name, value in scope["headers"]:
        if name == _TENANT or (name == b"authorization" and (key or not value.startswith(_BEARER))):
            return None
        if name == b"authorization":
            key = value[len(_BEARER) :].decode("latin-1")
    return key


async def _sender(credentials: Credentials, key: str) -> Actor | None:
    """Who may send; None for anybody to whom the long way has something to say."""
    try:
        actor = await credentials.check(key)
    except SuspendedError:
        return None
    return actor if actor and any(actor.may(scope) for scope in SENDING) else None
