"""Bounds what a caller may send around its bodies: heads and their time, requests in a row, trailers, connections."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_BYTES_MAX = 16 * 1024
HEADERS_MAX = 100
COOKIE_BYTES_MAX = 4 * 1024
HEAD_TIMEOUT_S = 10.0
CONNECTIONS_MAX = 800  # Below the 1,024 files that a process may commonly hold open.
PIPELINED_MAX = 16
PIPELINED_BYTES_MAX = 256 * 1024
FRAMING_BYTES_MAX = 64 * 1024  # Sizes of chunks, their extensions and trailers, beyond what a body of small chunks has.
FRAMING_PER_BODY_MAX = 8
RETRY_AFTER_S = 2

_ANSWER = "HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: {retry_after_s}\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP, which by itself waits for ever for the end of a head, and keeps all that comes.

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
        self._body_bytes = 0
        self._framing_bytes = 0
        self._trailers = 0
        self._waiting_bytes = 0
        self._is_in_body = False
        self._is_last = False
        self._is_deaf = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Takes a caller in, or sends them away when too many are there."""
        super().connection_made(transport)
        self._expect_a_head()
        if len(self.connections) > self.connections_max:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the caller, and what they asked in a row without waiting."""
        self._stop_the_clock()
        self._is_deaf = True
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; refuses a head or the frame of a body that has grown too large without an end."""
        if self._hears_nothing():
            return
        if self._is_in_body:
            self._framing_bytes += len(data)  # Less what of it turns out to be the body.
        else:
            self._expect_a_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_body:
            self._check_framing()
        elif self._head_bytes > HEAD_BYTES_MAX:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP, unless the last request that is taken was read before it."""
        if not self._hears_nothing():
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        """A head begins, perhaps in the same piece of data as the end of the last request."""
        if self._hears_nothing():
            return
        self._expect_a_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keeps a header. A trailer is none (RFC 9110, 6.5.1): a proxy has cleaned the head, not what comes later."""
        if self._hears_nothing():
            return
        if self._is_in_body:
            self._trailers += 1
            if self._trailers > HEADERS_MAX:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().on_header(name, _without_escapes(value) if name.lower() == b"cookie" else value)

    def on_headers_complete(self) -> None:
        """The head is there: whole, in time, and of a size and form that is answered."""
        if self._hears_nothing():
            return
        self._stop_the_clock()
        fault = self._fault_of_head()
        if fault is not None:
            self._refuse(fault)
            return
        self._is_in_body = True
        self._body_bytes = self._framing_bytes = self._trailers = 0
        super().on_headers_complete()
        if len(self.pipeline) >= PIPELINED_MAX:
            self.cycle.keep_alive = False
            self._is_last = True

    def on_body(self, body: bytes) -> None:
        """Passes a piece of the body on."""
        if self._hears_nothing():
            return
        self._body_bytes += len(body)
        self._framing_bytes -= len(body)
        if self.pipeline:
            self._waiting_bytes += len(body)
        if self._waiting_bytes > PIPELINED_BYTES_MAX:
            self._hang_up()
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; another one may follow."""
        if self._hears_nothing():
            return
        self._is_in_body = False
        self._head_bytes = 0
        if self.cycle.response_complete:
            self._stop_the_clock()
        self._is_deaf = self._is_last
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is out. What is left of the request has as long as a head to end."""
        super().on_response_complete()
        if not self.pipeline:
            self._waiting_bytes = 0
        if self._is_in_body and self.cycle.response_complete and self._deadline is None:
            self._deadline = self.loop.call_later(self.head_timeout_s, self._hang_up)

    def _hears_nothing(self) -> bool:
        return self._is_deaf or self.transport.is_closing()

    def _fault_of_head(self) -> HTTPStatus | None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        cookies = sum(len(value) for name, value in self.headers if name == b"cookie")
        if size > HEAD_BYTES_MAX or len(self.headers) > HEADERS_MAX or cookies > COOKIE_BYTES_MAX:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        hosts = sum(name == b"host" for name, _ in self.headers)
        is_one = hosts == 1 or (hosts == 0 and self.parser.get_http_version() == "1.0")
        return None if is_one else HTTPStatus.BAD_REQUEST  # RFC 9112, 3.2: two readers could take two different ones.

    def _check_framing(self) -> None:
        if self._framing_bytes > FRAMING_BYTES_MAX + FRAMING_PER_BODY_MAX * self._body_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _expect_a_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_timeout_s, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_the_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus) -> None:
        if self.transport.is_closing():
            return
        if self._may_speak():
            answer = _ANSWER.format(status=status.value, phrase=status.phrase, retry_after_s=RETRY_AFTER_S)
            self.transport.write(answer.encode())
        self._hang_up()

    def _may_speak(self) -> bool:
        """Whether nothing is being answered, of which a bare status would seem a part."""
        if self.cycle is None:
            return True
        if self._is_in_body:
            return not self.pipeline and not self.cycle.response_started
        return bool(self.cycle.response_complete)

    def _hang_up(self) -> None:
        self._is_deaf = True
        self.pipeline.clear()
        self.transport.close()


def _without_escapes(cookies: bytes) -> bytes:
    """Cookies without those that hold a backslash: none may (RFC 6265), and older Pythons read it for seconds."""
    if b"\\" not in cookies:
        return cookies
    return b";".join(pair for pair in cookies.split(b";") if b"\\" not in pair)
