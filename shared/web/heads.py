"""Bounds what a caller may send before a body: bytes, number and time of headers, and how many may be connected."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_BYTES_MAX = 64 * 1024
HEADERS_MAX = 100
HEAD_TIMEOUT_S = 10.0
CONNECTIONS_MAX = 800  # Below the 1,024 files that a process may commonly hold open.
RETRY_AFTER_S = 2

_ANSWER = "HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: {retry_after_s}\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP, which by itself waits for ever for the end of a head, and keeps all of it.

    What is refused here gets a bare status and a closed connection: nobody has read enough of it to say more.
    """

    head_timeout_s = HEAD_TIMEOUT_S
    connections_max = CONNECTIONS_MAX

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_bytes = 0
        self._is_in_body = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Takes a caller in, or sends them away when too many are there."""
        super().connection_made(transport)
        self._expect_a_head()
        if len(self.connections) > self.connections_max:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the caller."""
        self._stop_the_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; refuses a head that has grown too large without an end."""
        if self.transport.is_closing():
            return
        if not self._is_in_body:
            self._expect_a_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES_MAX and not self._is_in_body:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A head begins, perhaps in the same piece of data as the end of the last request."""
        self._expect_a_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there: whole, in time, and of a size that is answered."""
        self._stop_the_clock()
        self._is_in_body = True
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES_MAX or len(self.headers) > HEADERS_MAX:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Passes a piece of the body on."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; another one may follow."""
        self._is_in_body = False
        self._head_bytes = 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def _expect_a_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_timeout_s, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_the_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus) -> None:
        if not self.transport.is_closing():
            answer = _ANSWER.format(status=status.value, phrase=status.phrase, retry_after_s=RETRY_AFTER_S)
            self.transport.write(answer.encode())
            self.transport.close()
