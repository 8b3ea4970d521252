"""A query parameter is known and comes once, at every door: a slip must not answer with everything."""

import pytest

from shared.access.scopes import Scope
from shared.ids import new_id
from tests.collector.door import refusal
from tests.house_of_test import SERVICES, House, running


async def doors(house: House, service: str) -> list[str]:
    paths = house.app(service).openapi()["paths"]
    return [path for path, item in paths.items() if "get" in item]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_door_names_a_parameter_that_it_does_not_know(house: House, service: str) -> None:
    async with running(house.app(service), None) as client:
        for path in await doors(house, service):
            answer = await client.get(path, params={"stat/e": "new", "limit ": "1"})
            assert answer.status_code == 422, path
            errors = refusal(answer)["errors"]
            assert [error["code"] for error in errors] == ["unknown_parameter"] * 2
            assert {error["pointer"] for error in errors} == {"/query/stat~1e", "/query/limit "}
        assert refusal(await client.post("/healthz?x=1"))["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/problems", "/v1/actions", "/v1/notices"])
async def test_every_list_names_a_parameter_that_comes_twice(house: House, path: str) -> None:
    async with running(house.app("tracker"), None) as client:
        answer = await client.get(f"{path}?limit=1&limit=200&cursor=x&cursor=x")
        assert [(error["pointer"], error["code"]) for error in refusal(answer)["errors"]] == [
            ("/query/limit", "sent_twice"),
            ("/query/cursor", "sent_twice"),
        ]
        assert (await client.get("/v1/notices?state=sent&state=failed")).status_code == 401, "a list may come in parts"


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z"])
@pytest.mark.parametrize("service", SERVICES)
async def test_a_time_that_utc_does_not_have_is_refused(house: House, service: str, since: str) -> None:
    key = await house.new_key(new_id(), Scope.AUDIT_READ)
    async with running(house.app(service), key) as client:
        answer = await client.get("/v1/audit", params={"since": since})
        assert answer.status_code == 422
        assert [error["pointer"] for error in refusal(answer)["errors"]] == ["/query/since"]


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_is_sent_on_to_a_host_that_they_named(house: House, service: str) -> None:
    async with running(house.app(service), None) as client:
        answer = await client.get("/v1/audit/", headers={"Host": "elsewhere.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers
