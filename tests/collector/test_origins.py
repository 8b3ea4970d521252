"""Which pages may call the doors that stand open to pages: those that a key lists, and no others."""

from uuid import UUID

import httpx
import pytest

from services.collector.api.origins import PREFLIGHT_KEPT_S
from shared.access.credentials import Limits
from shared.contracts.vocabulary import Channel
from shared.ids import new_id
from shared.web.limits import BODY_BYTES_MAX
from tests.collector.door import refusal
from tests.collector.test_publishable_keys import SAID, key_of
from tests.house_of_test import House, eventually, running

DOORS = ("/v1/feedback", "/v1/feedback:batch", "/v1/widget/config", "/v1/widget/receipts/x")
ALLOWED = "access-control-allow-origin"
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def shop() -> str:
    """An origin that no other test's key lists."""
    return f"https://{new_id().hex}.example.test"


async def listing(house: House, tenant_id: UUID, *origins: str) -> str:
    return await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset(origins), 60))


def varies(answer: httpx.Response) -> bool:
    return "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", DOORS)
async def test_a_browser_is_told_before_it_sends(house: House, tenant_id: UUID, shop: str, path: str) -> None:
    await listing(house, tenant_id, shop, f"{shop}:8443")
    async with running(house.app("collector"), None) as client:
        for origin in (shop, f"{shop}:8443"):
            asked = await client.options(path, headers=ASKING | {"Origin": origin})
            assert (asked.status_code, asked.content, varies(asked)) == (204, b"", True)
            assert asked.headers[ALLOWED] == origin
            assert asked.headers["access-control-max-age"] == str(PREFLIGHT_KEPT_S)
            assert {"authorization", "content-type"} <= set(asked.headers["access-control-allow-headers"].split(", "))
            assert "access-control-allow-credentials" not in asked.headers
        for origin in (
            "https://evil.example.test",
            f"{shop}.evil.example.test",
            shop.upper(),
            "null",
            "*",
            "x" * 9_000,
        ):
            asked = await client.options(path, headers=ASKING | {"Origin": origin})
            assert refusal(asked)["code"] == "origin_refused"
            assert (ALLOWED in asked.headers, varies(asked)) == (False, True)


async def test_other_doors_are_open_to_no_page(house: House, tenant_id: UUID, shop: str) -> None:
    await listing(house, tenant_id, shop)
    async with running(house.app("collector"), None) as client:
        for path in ("/v1/figures", "/v1/widget-settings", "/v1/feedback/x", "/v1/feedback/", "/healthz"):
            asked = await client.options(path, headers=ASKING | {"Origin": shop})
            assert asked.status_code in (404, 405), path
            assert ALLOWED not in asked.headers, path
            assert ALLOWED not in (await client.get(path, headers={"Origin": shop})).headers


async def test_an_answer_is_for_the_pages_of_its_own_key(house: House, tenant_id: UUID, shop: str) -> None:
    """Another company's page is refused, and cannot even read so, though its own key lists it."""
    other = f"https://{new_id().hex}.example.test"
    await listing(house, new_id(), other)
    async with running(house.app("collector"), await listing(house, tenant_id, shop)) as client:
        mine = await client.post("/v1/feedback", json=SAID, headers={"Origin": shop})
        assert (mine.status_code, mine.headers[ALLOWED], varies(mine)) == (201, shop, True)
        assert "retry-after" in mine.headers["access-control-expose-headers"]
        theirs = await client.post("/v1/feedback", json=SAID, headers={"Origin": other})
        assert (theirs.status_code, ALLOWED in theirs.headers, varies(theirs)) == (403, False, True)
        assert (await client.options("/v1/feedback", headers=ASKING | {"Origin": other})).status_code == 204


async def test_a_refusal_can_be_read_where_no_key_is_known(house: House, tenant_id: UUID, shop: str) -> None:
    """Or an app's queue would try for ever what will never be taken."""
    await listing(house, tenant_id, shop)
    async with running(house.app("collector"), None) as client:
        for origin, may_read in ((shop, True), ("https://evil.example.test", False)):
            answers = [
                await client.post("/v1/feedback", json=SAID, headers={"Origin": origin, "Authorization": "Bearer x"}),
                await client.post("/v1/feedback", content=b"x" * (BODY_BYTES_MAX + 1), headers={"Origin": origin}),
                await client.get("/v1/widget/receipts/AAAA", headers={"Origin": origin}),
            ]
            assert [answer.status_code for answer in answers] == [401, 413, 404]
            assert {answer.headers.get(ALLOWED) for answer in answers} == {origin if may_read else None}


async def test_field_errors_and_rates_can_be_read(house: House, tenant_id: UUID, shop: str) -> None:
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset({shop}), 1))
    async with running(house.app("collector"), key) as client:
        bad = await client.post("/v1/feedback", json={}, headers={"Origin": shop})
        often = await client.post("/v1/feedback", json=SAID, headers={"Origin": shop})
    assert [(one.status_code, one.headers[ALLOWED]) for one in (bad, often)] == [(422, shop), (429, shop)]


async def test_an_origin_that_is_struck_off_is_refused_as_soon_as_its_key(
    house: House, tenant_id: UUID, shop: str
) -> None:
    await listing(house, tenant_id, shop)
    async with running(house.app("collector"), None) as client:

        async def status() -> int:
            return (await client.options("/v1/feedback", headers=ASKING | {"Origin": shop})).status_code

        assert await status() == 204
        async with house.query("collector", "carrier") as carrier:
            await carrier.execute("UPDATE credential SET revoked_at = now() WHERE tenant_id = $1", tenant_id)
        await eventually(status, 403, wait_s=10.0)


async def test_while_the_database_is_away_a_browser_is_told_to_come_again(house: House, shop: str) -> None:
    async with running(house.app("collector", app_url="postgresql://nobody@127.0.0.1:9/x"), None) as client:
        asked = await client.options("/v1/feedback", headers=ASKING | {"Origin": shop})
        assert (asked.status_code, asked.headers["retry-after"]) == (503, "2")
        answer = await client.post("/v1/feedback", json=SAID, headers={"Origin": shop, "Authorization": "Bearer x"})
        assert answer.status_code in (401, 503)


async def test_an_origin_is_listed_as_soon_as_its_key_is_known(house: House, tenant_id: UUID, shop: str) -> None:
    async with running(house.app("collector"), None) as client:
        asking = ASKING | {"Origin": shop}
        assert (await client.options("/v1/feedback", headers=asking)).status_code == 403
        await listing(house, tenant_id, shop)
        assert (await client.options("/v1/feedback", headers=asking)).status_code == 204
