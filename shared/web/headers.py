"""The headers on every answer: nothing may be guessed, framed, kept or loaded unless a door says so itself."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.retirement import noted_headers

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": API_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TLS_REMEMBERED_S = 31_536_000
TLS_ONLY = f"max-age={TLS_REMEMBERED_S}; includeSubDomains"
_Header = tuple[bytes, bytes]
_ALWAYS: tuple[_Header, ...] = tuple((name.lower().encode(), value.encode()) for name, value in ALWAYS.items())
_TLS_ONLY: _Header = (b"strict-transport-security", TLS_ONLY.encode())


class StrictHeaders:
    """Pure ASGI, outermost. A door that sets one of these headers itself keeps its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and completes the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message.get("headers", ()), scope)
            await send(message)

        await self._app(scope, receive, completed)


def _completed(headers: Iterable[_Header], scope: Scope) -> list[_Header]:
    given = [*headers]
    names = {name.lower() for name, _ in given}
    given += [header for header in _ALWAYS if header[0] not in names]
    if scope["scheme"] == "https" and _TLS_ONLY[0] not in names:
        given.append(_TLS_ONLY)  # As the reverse proxy in front says; over plain HTTP browsers must ignore it.
    noted = noted_headers(scope)
    return given + [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in noted]
