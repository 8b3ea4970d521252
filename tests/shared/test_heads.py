"""What callers send before a body, byte by byte: every bad one is answered or cut off, soon and with little memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request

from deploy.embedded.ports import LOOPBACK, listen
from shared.web.heads import (
    COOKIE_BYTES_MAX,
    FRAMING_BYTES_MAX,
    HEAD_BYTES_MAX,
    HEADERS_MAX,
    PIPELINED_BYTES_MAX,
    PIPELINED_MAX,
    BoundedHttp,
)
from shared.web.limits import BodyLimit

PATIENCE_S = 10.0
QUICK_S = 0.3
CONNECTIONS_MAX = 4
FLOOD_BYTES = 300_000_000
GOOD = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"


class Quick(BoundedHttp):
    head_timeout_s = QUICK_S


class Narrow(Quick):
    connections_max = CONNECTIONS_MAX


@asynccontextmanager
async def serving(http: type[BoundedHttp]) -> AsyncIterator[int]:
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.post("/names")
    async def names(request: Request) -> list[str]:
        await request.body()
        return request.headers.keys()

    @app.post("/cookies")
    async def cookies(request: Request) -> dict[str, str]:
        return request.cookies

    app.add_middleware(BodyLimit, idle_s=QUICK_S)
    sock = listen(0)
    server = uvicorn.Server(uvicorn.Config(app, http=http, ws="none", lifespan="off", log_level="error"))
    task = asyncio.ensure_future(server.serve(sockets=[sock]))
    yield sock.getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving(Quick) as port:
        yield port


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The answer's status; 0 for a connection that is closed without one."""
    line = await asyncio.wait_for(reader.readline(), PATIENCE_S)
    return int(line.split()[1]) if line else 0


async def answer_to(port: int, *pieces: bytes) -> int:
    async with connected(port) as (reader, writer):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await status_of(reader)


def with_headers(many: int, length: int = 1) -> bytes:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"v" * length) for number in range(many))
    return b"POST /echo HTTP/1.1\r\nHost: x\r\n" + lines + b"Content-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (GOOD, 200),
        (with_headers(HEADERS_MAX - 2), 200),
        (with_headers(HEADERS_MAX - 1), 431),
        (with_headers(10_000), 431),
        (with_headers(1, HEAD_BYTES_MAX - 1_000), 200),
        (with_headers(1, HEAD_BYTES_MAX), 431),
        (b"POST /" + b"x" * HEAD_BYTES_MAX + GOOD[10:], 431),
        (b"POST /cookies HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * COOKIE_BYTES_MAX + b"\r\n\r\n", 200),
        (b"POST /cookies HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * (COOKIE_BYTES_MAX + 1) + b"\r\n\r\n", 431),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", 400),
        (b"POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", 200),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nhost: y\r\nContent-Length: 2\r\n\r\nhi", 400),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", 400),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        (b"TRACE /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET /echo HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: POST\r\n\r\n", 405),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"POST /echo HTTP/1.1\r\n" + b": no name\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value[:45]) if isinstance(value, bytes) else str(value),
)
async def test_a_head_is_answered_by_its_size_and_form(port: int, sent: bytes, status: int) -> None:
    assert await answer_to(port, sent) == status


async def test_a_head_without_end_is_cut_off_early() -> None:
    """One header of 300 MB: what httptools keeps until its end must not grow with it, long before the deadline."""
    sent = 0
    async with serving(BoundedHttp) as port, connected(port) as (_, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nX: ")
        with contextlib.suppress(ConnectionError):
            while sent < FLOOD_BYTES:
                writer.write(b"x" * 65_536)
                await asyncio.wait_for(writer.drain(), PATIENCE_S)
                sent += 65_536
    assert sent < FLOOD_BYTES / 10


@pytest.mark.parametrize("start", [b"", b"\r\n", b"POST /ec", b"POST /echo HTTP/1.1\r\nHost"])
@pytest.mark.parametrize("before", [b"", GOOD], ids=["first", "after another"])
async def test_a_head_that_does_not_come_is_not_waited_for(port: int, before: bytes, start: bytes) -> None:
    async with connected(port) as (reader, writer):
        if before:
            writer.write(before)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200")
            await reader.readexactly(1)
        if before and not start:
            return  # An idle connection that was answered may stay for a while: that is keep-alive.
        writer.write(start)
        assert await status_of(reader) == 408


async def test_a_head_that_drips_is_not_waited_for(port: int) -> None:
    """Bytes that keep coming do not move the deadline."""
    async with connected(port) as (reader, writer):
        dripping = asyncio.ensure_future(drip(writer))
        try:
            assert await status_of(reader) == 408
        finally:
            dripping.cancel()


async def drip(writer: asyncio.StreamWriter) -> None:
    for byte in GOOD:
        writer.write(bytes([byte]))
        await asyncio.sleep(QUICK_S / 10)


@pytest.mark.parametrize(
    "begun",
    [b"Content-Length: 2\r\n\r\nh", b"Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n"],
    ids=["declared", "chunked"],
)
async def test_a_body_without_end_is_not_waited_for(port: int, begun: bytes) -> None:
    assert await answer_to(port, b"POST /echo HTTP/1.1\r\nHost: x\r\n" + begun) == 408


async def test_a_long_body_is_no_long_head(port: int) -> None:
    body = b"x" * (3 * HEAD_BYTES_MAX)
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert await answer_to(port, head + body[:10], body[10:]) == 200
    assert await answer_to(port, GOOD + GOOD) == 200


async def test_who_comes_when_too_many_are_there_is_asked_to_come_again() -> None:
    async with serving(Narrow) as port:
        held = [await asyncio.open_connection(LOOPBACK, port) for _ in range(CONNECTIONS_MAX)]
        async with connected(port) as (reader, _):
            assert await status_of(reader) == 503
            assert b"Retry-After: 2" in await reader.read()
        for _, writer in held:
            writer.close()


CHUNKED = b"POST /names HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("apart", [False, True], ids=["in one piece", "in pieces"])
async def test_a_trailer_is_no_header(port: int, *, apart: bool) -> None:
    pieces = [CHUNKED, b"2\r\nhi\r\n0\r\n", b"Authorization: Bearer stolen\r\nX-Forwarded-For: 7.7.7.7\r\n\r\n"]
    async with connected(port) as (reader, writer):
        for piece in pieces if apart else [b"".join(pieces)]:
            writer.write(piece)
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding" in answer
    assert b"authorization" not in answer
    assert b"x-forwarded-for" not in answer


@pytest.mark.parametrize("path", [b"/names", b"/nothing"])
@pytest.mark.parametrize("flood", [b"T: x\r\n", b"T" * 1_000], ids=["many", "one without end"])
async def test_trailers_without_end_are_cut_off(port: int, path: bytes, flood: bytes) -> None:
    sent = 0
    async with connected(port) as (_, writer):
        writer.write(CHUNKED.replace(b"/names", path).replace(b"close", b"keep-alive") + b"0\r\n")
        with contextlib.suppress(ConnectionError):
            while sent < FLOOD_BYTES:
                writer.write(flood * (FRAMING_BYTES_MAX // len(flood)))
                await asyncio.wait_for(writer.drain(), PATIENCE_S)
                sent += FRAMING_BYTES_MAX
    assert sent < FLOOD_BYTES / 10


async def test_a_body_in_the_smallest_chunks_is_no_long_frame(port: int) -> None:
    assert await answer_to(port, CHUNKED, b"1\r\nx\r\n" * FRAMING_BYTES_MAX, b"0\r\n\r\n") == 200


async def test_who_was_answered_does_not_send_the_rest_for_ever(port: int) -> None:
    head = b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    async with connected(port) as (reader, writer):
        writer.write(head)
        assert await status_of(reader) == 404
        dripping = asyncio.ensure_future(drip_on(writer))
        try:
            await asyncio.wait_for(reader.read(), PATIENCE_S)
        finally:
            dripping.cancel()


async def drip_on(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(b"x")
            await asyncio.sleep(QUICK_S / 10)


async def test_of_requests_in_a_row_so_many_are_answered_and_the_rest_is_not_kept() -> None:
    """What waits is bounded; who sends more finds the connection closed behind the last answer, and may ask again."""
    async with serving(BoundedHttp) as port, connected(port) as (reader, writer):
        writer.write(GOOD * 5_000 + b"garbage")
        answers = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert answers.count(b"HTTP/1.1 200") == PIPELINED_MAX + 1
    assert answers.count(b"HTTP/1.1") == PIPELINED_MAX + 1
    assert answers.lower().count(b"connection: close") == 1


async def test_bodies_in_a_row_are_not_kept_beyond_a_limit(port: int) -> None:
    """One that waits for the answers before it, and is never whole: who does not end it is cut off by its size."""
    long = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"
    async with connected(port) as (reader, writer):
        writer.write(GOOD * 3 + long + b"x" * 2 * PIPELINED_BYTES_MAX)
        with contextlib.suppress(ConnectionError):
            assert (await asyncio.wait_for(reader.read(), PATIENCE_S)).count(b"408") == 0


async def test_a_cookie_with_a_backslash_is_no_cookie(port: int) -> None:
    cookies = b'a=1; b="' + b"\\" * 3_000 + b'"; c=3'
    async with connected(port) as (reader, writer):
        writer.write(b"POST /cookies HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: " + cookies + b"\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert answer.endswith(b'{"a":"1","c":"3"}')
