"""The headers of every answer, and the announcement of a door that goes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from starlette.requests import Request

from shared.access.scopes import Scope
from shared.web.application import create_app
from shared.web.headers import ALWAYS
from shared.web.limits import BODY_BYTES_MAX
from shared.web.problems import Problem, problem_response
from shared.web.retirement import retiring
from shared.web.routing import Router
from tests.house_of_test import SERVICES, House, running

BIG = b"x" * (BODY_BYTES_MAX + 1)


def is_strict(answer: httpx.Response) -> bool:
    return {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_has_the_strict_headers(house: House, tenant_id: UUID, service: str) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app(service), key) as client:
        answers = {
            200: await client.get("/v1/figures"),
            401: await client.get("/v1/figures", headers={"Authorization": "Bearer x"}),
            404: await client.get("/nowhere"),
            405: await client.put("/v1/figures"),
            413: await client.post("/v1/figures", content=BIG),
            422: await client.get("/v1/figures?x=1"),
        }
        assert [answer.status_code for answer in answers.values()] == list(answers)
        assert [status for status, answer in answers.items() if not is_strict(answer)] == []
        assert not any("Strict-Transport-Security" in answer.headers for answer in answers.values())
        assert not any("Server" in answer.headers for answer in answers.values())
    async with running(house.app(service, app_url="postgresql://nobody@127.0.0.1:9/x"), key) as client:
        away = await client.get("/v1/figures")
        assert (away.status_code, away.headers["Retry-After"], is_strict(away)) == (503, "2", True)


async def test_behind_tls_browsers_are_told_to_stay_there(house: House) -> None:
    transport = httpx.ASGITransport(house.app("collector"))
    async with httpx.AsyncClient(transport=transport, base_url="https://service") as client:
        answer = await client.get("/healthz")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("status", [429, 503])
def test_who_shall_come_again_is_told_when(status: int) -> None:
    request = Request({"type": "http", "headers": []})
    assert problem_response(Problem("unavailable", status), request).headers["Retry-After"]


SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 5, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def aging() -> AsyncIterator[httpx.AsyncClient]:
    """A service with one door that goes and one that stays."""
    router = Router(prefix="/v1", tags=["health"])

    @router.get("/old", **retiring(since=SINCE, until=UNTIL, instead="/v1/new"))
    async def get_old(number: int = 1) -> int:
        """Answers as it always did."""
        if number == 0:
            raise Problem("not_found", 404)
        return number

    @router.get("/new")
    async def get_new() -> int:
        """Stays."""
        return 1

    async def ready() -> bool:
        return True

    app = create_app("test", [router], state={}, running=nullcontext(), is_ready=ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield client


async def test_a_door_that_goes_says_so_on_every_answer() -> None:
    async with aging() as client:
        for path, status in {
            "/v1/old": 200,
            "/v1/old?number=0": 404,
            "/v1/old?number=x": 422,
            "/v1/old?x=1": 422,
        }.items():
            answer = await client.get(path)
            assert answer.status_code == status
            assert answer.headers["Deprecation"] == f"@{int(SINCE.timestamp())}"
            assert answer.headers["Sunset"] == "Sat, 01 May 2027 12:00:00 GMT"
            assert answer.headers["Link"] == '</v1/new>; rel="successor-version"'
        assert not {"Deprecation", "Sunset"} & set((await client.get("/v1/new")).headers)
        described = (await client.get("/openapi.json")).json()["paths"]["/v1/old"]["get"]
        assert (described["deprecated"], described["x-sunset"]) == (True, UNTIL.isoformat())


def test_a_door_cannot_end_before_it_is_announced() -> None:
    with pytest.raises(ValueError, match="announced"):
        retiring(since=UNTIL, until=SINCE, instead="/v1/new")
