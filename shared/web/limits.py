"""Stops a body that is too large or that never ends, before anything reads it."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import Problem, problem_response

BODY_BYTES_MAX = 4 * 1024 * 1024
DOOR_BODY_BYTES_MAX = 256 * 1024  # Of a door that takes one thing, from whom a key or a session is known.
OPEN_BODY_BYTES_MAX = 64 * 1024  # Of a door that anybody may knock at.
BODY_IDLE_S = 10


class BodyLimit:
    """Pure ASGI. The answer to a body over the limit is sent at once, and the connection is closed.

    `larger` names the paths, or folders with a slash at the end, whose doors take more: they let nobody in unknown, and
    keep no body in memory.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bytes_max: int = BODY_BYTES_MAX,
        idle_s: float = BODY_IDLE_S,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._larger = larger or {}
        self._idle_s = idle_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bytes_max = self._bytes_max_of(scope["path"])
        try:
            _check_declared(scope, bytes_max)
            await self._app(scope, self._counted(receive, bytes_max), send)
        except Problem as problem:
            await problem_response(problem, Request(scope))(scope, receive, send)

    def _bytes_max_of(self, path: str) -> int:
        return next((most for place, most in self._larger.items() if _is_at(path, place)), self._bytes_max)

    def _counted(self, receive: Receive, bytes_max: int) -> Receive:
        seen = 0
        is_over = False

        async def counted() -> Message:
            nonlocal seen, is_over
            if is_over:  # Only the end of the connection is still to come, and that may take long.
                return await receive()
            message = await self._in_time(receive)
            seen += len(message.get("body", b""))
            is_over = not message.get("more_body", False)
            if seen > bytes_max:
                raise too_large(bytes_max)
            return message

        return counted

    async def _in_time(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(self._idle_s):
                return await receive()
        except TimeoutError:
            raise Problem("too_slow", 408, about={"idle_s": self._idle_s}) from None


def _is_at(path: str, place: str) -> bool:
    return path.startswith(place) if place.endswith("/") else path == place


def _check_declared(scope: Scope, bytes_max: int) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > bytes_max:
            raise too_large(bytes_max)


def too_large(bytes_max: int) -> Problem:
    """The refusal of a body over a limit."""
    return Problem("too_large", 413, about={"max_bytes": bytes_max})
