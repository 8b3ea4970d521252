"""Which pages may call the doors that stand open to pages: those whose origin a key lists (ADR 101)."""

import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import TRANSIENT, Database
from shared.web.problems import Problem, problem_response

# What a page of somebody else's origin may call. The key is in a header, never in a cookie.
PUBLIC_PATHS = ("/v1/feedback", "/v1/feedback:batch")
PUBLIC_FOLDER = "/v1/widget/"
PREFLIGHT_KEPT_S = 600
ORIGIN_LENGTH_MAX = 253
REMEMBERED_S = 2.0  # As long as a key is: an origin that is struck off is refused as soon as its key.

_METHODS = "GET, POST, PUT"
_TAKEN = "authorization, content-type, idempotency-key, if-none-match"
_SHOWN = "etag, ratelimit, ratelimit-policy, retry-after, idempotent-replayed"
_STATE = "huiyin.origin_listed"


def note_origin(request: Request, *, is_listed: bool) -> None:
    """What the key of a request says of the page that it comes from."""
    request.scope[_STATE] = is_listed


class ListedOrigins:
    """Whether any key that holds lists an origin. A browser asks that before it shows the key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listed_until: dict[str, float] = {}

    async def __call__(self, origin: str) -> bool:
        """As the database says, or said within two seconds. What is not listed yet may be on its way."""
        if len(origin) > ORIGIN_LENGTH_MAX:
            return False
        if self._listed_until.get(origin, 0.0) > time.monotonic():
            return True
        async with self._database.transaction() as tx:
            is_listed = bool(await tx.fetchval("SELECT origin_is_listed($1)", origin))
        if is_listed:  # So there are never more of them than keys list.
            self._listed_until[origin] = time.monotonic() + REMEMBERED_S
        return is_listed


class PublicDoors:
    """Pure ASGI. Tells browsers which pages may call the public doors, and which may read their answers.

    Where the key is known, its own list decides. Where it is not (a preflight never brings one, a wrong key is
    nobody's, a receipt needs none), the lists of all keys that hold do.
    """

    def __init__(self, app: ASGIApp, *, listed: ListedOrigins) -> None:
        self._app = app
        self._listed = listed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight; passes anything else on, and completes its answer."""
        origin = Headers(scope=scope).get("origin") if _is_public(scope) else None
        if not _is_public(scope):
            await self._app(scope, receive, send)
        elif origin is not None and _is_preflight(scope):
            await (await self._preflight(scope, origin))(scope, receive, send)
        else:
            await self._app(scope, receive, self._completing(scope, origin, send))

    async def _preflight(self, scope: Scope, origin: str) -> Response:
        try:
            is_listed = await self._listed(origin)
        except TRANSIENT:
            return problem_response(Problem("unavailable", 503), Request(scope))
        if not is_listed:
            refused = problem_response(Problem("origin_refused", 403), Request(scope))
            refused.headers.add_vary_header("Origin")
            return refused
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": _METHODS,
                "Access-Control-Allow-Headers": _TAKEN,
                "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
                "Vary": "Origin",
            },
        )

    def _completing(self, scope: Scope, origin: str | None, send: Send) -> Send:
        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.add_vary_header("Origin")
                if origin is not None and await self._may_read(scope, origin):
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = _SHOWN
            await send(message)

        return completed

    async def _may_read(self, scope: MutableMapping[str, Any], origin: str) -> bool:
        if _STATE in scope:
            return bool(scope[_STATE])
        try:
            return await self._listed(origin)
        except TRANSIENT:  # Then nothing is stored either: a page that reads no answer tries again.
            return False


def _is_public(scope: Scope) -> bool:
    path = scope["path"] if scope["type"] == "http" else ""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDER)


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope)
