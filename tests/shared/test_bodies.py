"""What is read of a body, and when: nothing for a stranger, little at an open door, in a time bounded by its length."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from types import SimpleNamespace

import httpx
import pytest
import uvicorn
from pydantic import BaseModel
from starlette.requests import Request

from deploy.embedded.ports import LOOPBACK, listen
from shared.metrics import REQUEST_S
from shared.web.application import create_app
from shared.web.doors import SignedIn
from shared.web.heads import BoundedHttp
from shared.web.json_body import CONTAINERS_MAX, CONTENT_TYPE_LENGTH_MAX, json_of
from shared.web.limits import BODY_BYTES_MAX, OPEN_BODY_BYTES_MAX
from shared.web.problems import Problem
from shared.web.routing import Router
from tests.house_of_test import eventually

PATIENCE_S = 10.0
SOON_S = 0.5
JSON = {"content-type": "application/json"}


class Said(BaseModel):
    """Anything."""

    text: str = ""


async def yes() -> bool:
    return True


async def nobody(_: str) -> None:
    return None


def doors() -> Router:
    router = Router(tags=["figures"])

    @router.post("/open")
    async def post_open(said: Said) -> int:
        return len(said.text)

    @router.post("/closed")
    async def post_closed(said: Said, _: SignedIn) -> int:
        return len(said.text)

    return router


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    state = {"credentials": SimpleNamespace(check=nobody)}
    app = create_app("Bodies", [doors()], state=state, running=nullcontext(), is_ready=yes)
    sock = listen(0)
    server = uvicorn.Server(uvicorn.Config(app, http=BoundedHttp, ws="none", lifespan="off", log_level="error"))
    task = asyncio.ensure_future(server.serve(sockets=[sock]))
    yield sock.getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving() as port:
        yield port


async def post(port: int, path: str, content: bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=PATIENCE_S) as client:
        return await client.post(path, content=content, headers=headers)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer hy_nobody"}, {"cookie": "huiyin_session=nobody"}])
async def test_a_stranger_is_answered_before_their_body_is_sent(port: int, headers: dict[str, str]) -> None:
    """The body never comes, so who waits for it says 408 after its time, and not 401."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(f"POST /closed HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 9999\r\n\r\n[".encode())
    assert b" 401 " in await asyncio.wait_for(reader.readline(), PATIENCE_S / 5)
    writer.close()


@pytest.mark.parametrize("content", [b"[[", b'{"a": 1, "a": 2}', b"[" * 60_000])
async def test_a_strangers_body_is_not_taken_apart(port: int, content: bytes) -> None:
    assert (await post(port, "/closed", content)).status_code == 401


async def test_an_open_door_takes_a_small_body(port: int) -> None:
    for length, status in ((OPEN_BODY_BYTES_MAX - 20, 200), (OPEN_BODY_BYTES_MAX, 413)):
        answer = await post(port, "/open", b'{"text": "' + b"x" * length + b'"}')
        assert answer.status_code == status


async def test_an_open_door_counts_what_comes_in_pieces(port: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000

    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}") as client:
        assert (await client.post("/open", content=pieces(), headers=JSON)).status_code == 413


async def test_who_goes_away_in_the_middle_is_no_fault(port: int) -> None:
    async def answered(status: int = 499) -> float:
        samples = [sample for metric in REQUEST_S.collect() for sample in metric.samples]
        wanted = {"method": "POST", "route": "/open", "status": str(status)}
        return sum(one.value for one in samples if one.name.endswith("_count") and one.labels == wanted)

    before, faults = await answered(), await answered(500)
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(b"POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n[")
    await writer.drain()
    writer.close()
    await eventually(answered, before + 1)
    assert await answered(500) == faults


def asked(content_type: str) -> Request:
    return Request({"type": "http", "headers": [(b"content-type", content_type.encode())]})


@pytest.mark.parametrize(
    "declared",
    [
        *("application/json", "text/json", "APPLICATION/JSON ; Charset=UTF-8", 'application/json; charset="utf-8"'),
        *("application/problem+json", "application/json; charset=us-ascii; profile=x", "application/json;"),
    ],
)
def test_json_is_known_by_its_declared_type(declared: str) -> None:
    assert json_of(asked(declared), b"{}") == {}


@pytest.mark.parametrize(
    "declared",
    [
        *("text/plain", "application/json; charset=gb18030", "json", "", "application/xml; x=+json"),
        "application/json; charset=utf-8; charset=latin-1",
        "application/json; a=" + "x" * CONTENT_TYPE_LENGTH_MAX,
        'application/json; a="' + ";" * 15_000,
    ],
)
def test_another_type_or_one_that_is_too_long_is_refused_at_once(declared: str) -> None:
    began = time.process_time()
    with pytest.raises(Problem, match="unsupported_type"):
        json_of(asked(declared), b"{}")
    assert time.process_time() - began < SOON_S


HALF = BODY_BYTES_MAX // 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" + b",".join([b"[" * 30 + b"]" * 30] * (BODY_BYTES_MAX // 61)) + b"]", "too_many"),
        (b"[" + b"[]," * (BODY_BYTES_MAX // 3) + b"0]", "too_many"),
        (b"[" + b"{}," * (BODY_BYTES_MAX // 3) + b"0]", "too_many"),
        (b"[" + b"[]," * (CONTAINERS_MAX - 1) + b"0]", None),
        (b"[" + b'"[",' * HALF + b"0]", None),
        (b'["' + b'\\"[' * 100_000 + b'"]', None),
        (b'["' + b"\\\\" * 3 + b'","' + b"[" * 100_000 + b'"]', None),
        (b"[" * 100, "too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'["\\', "not_json"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else str(value),
)
def test_what_opens_is_counted_before_anything_is_built(body: bytes, code: str | None) -> None:
    began = time.process_time()
    found = refusal(body)
    assert time.process_time() - began < 2 * SOON_S
    assert found == code


def refusal(body: bytes) -> str | None:
    try:
        json_of(asked("application/json"), body)
    except Problem as problem:
        return problem.errors[0].code
    return None
