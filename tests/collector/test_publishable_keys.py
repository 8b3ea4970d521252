"""What anybody may do who takes the key out of an app: send feedback from where it belongs, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.api.senders import PUBLIC_BODY_BYTES_MAX, PUBLIC_ITEMS_MAX
from shared.access.credentials import Limits
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel
from tests.collector.door import first_error, refusal
from tests.contracts.samples import operations
from tests.house_of_test import SERVICES, House, running

SHOP = "https://shop.example.test"
FROM_SHOP = {"Origin": SHOP}
SAID = {"text": "一开就跳闸"}
LIMITS = Limits(Channel.SURVEY, frozenset({SHOP}), requests_per_minute=60)

OPEN = {
    ("post", "/v1/feedback"),
    ("post", "/v1/feedback:batch"),
    ("get", "/v1/widget/config"),
    ("post", "/v1/widget/attachments"),
    ("get", "/v1/widget/receipts/{code}"),
    ("get", "/healthz"),
    ("get", "/readyz"),
}


async def key_of(house: House, tenant_id: UUID, limits: Limits = LIMITS) -> str:
    return await house.new_key(tenant_id, Scope.FEEDBACK_SEND, kind=Kind.PUBLISHABLE, limits=limits)


@pytest.fixture
async def client(house: House, tenant_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with running(house.app("collector"), await key_of(house, tenant_id)) as found:
        yield found


async def test_it_sends_from_its_own_pages(client: httpx.AsyncClient, house: House, tenant_id: UUID) -> None:
    answer = await client.post("/v1/feedback", json=SAID, headers=FROM_SHOP)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == SHOP
    async with house.query("collector") as owner:
        assert await owner.fetchval("SELECT channel FROM feedback WHERE tenant_id = $1", tenant_id) == "survey"


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example.test"}, {"Origin": "null"}])
async def test_it_is_refused_from_elsewhere(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    refused = refusal(await client.post("/v1/feedback", json=SAID, headers=headers))
    assert (refused["status"], refused["code"]) == (403, "origin_refused")


@pytest.mark.parametrize(("headers", "status"), [({}, 201), (FROM_SHOP, 403)])
async def test_a_key_without_origins_is_for_apps_alone(
    house: House, tenant_id: UUID, headers: dict[str, str], status: int
) -> None:
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset(), 60))
    async with running(house.app("collector"), key) as client:
        assert (await client.post("/v1/feedback", json=SAID, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"channel": "email"}, "/channel", "other_channel"),
        ({"source": "shop"}, "/source", "not_with_this_key"),
        ({"source": "shop", "external_id": "1"}, "/source", "not_with_this_key"),
        ({"text": "字" * 4_097}, "/text", "text_too_long"),
    ],
)
async def test_what_it_may_not_say(client: httpx.AsyncClient, more: dict[str, str], pointer: str, code: str) -> None:
    refused = refusal(await client.post("/v1/feedback", json=SAID | more, headers=FROM_SHOP))
    assert first_error(refused) == (pointer, code)
    batch = await client.post("/v1/feedback:batch", json={"items": [SAID, SAID | more]}, headers=FROM_SHOP)
    good, bad = batch.json()["items"]
    assert (good["status"], bad["status"]) == (201, 422)
    assert bad["problem"]["errors"][0]["pointer"] == f"/items/1{pointer}"


async def test_a_batch_of_its_own_is_small(client: httpx.AsyncClient) -> None:
    many = {"items": [SAID] * (PUBLIC_ITEMS_MAX + 1)}
    refused = refusal(await client.post("/v1/feedback:batch", json=many, headers=FROM_SHOP))
    assert first_error(refused) == ("/items", "too_many")
    big: dict[str, Any] = {"items": [], "padding": "x" * PUBLIC_BODY_BYTES_MAX}
    assert refusal(await client.post("/v1/feedback:batch", json=big, headers=FROM_SHOP))["status"] == 413


async def test_it_is_told_how_often_it_may_send(house: House, tenant_id: UUID) -> None:
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset({SHOP}), 2))
    async with running(house.app("collector"), key) as client:
        answers = [await client.post("/v1/feedback", json=SAID, headers=FROM_SHOP) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=2;w=60'
    assert answers[0].headers["ratelimit"].startswith('"default";r=1;t=')
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert refusal(answers[2])["code"] == "too_often"


async def test_long_texts_count_as_several_requests(house: House, tenant_id: UUID) -> None:
    """What costs more to read uses up more of the rate; a full bucket lets any one request through."""
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset({SHOP}), 10))
    batches = [{"items": [{"text": f"{number} " + "x" * 4_000} for number in range(many)]} for many in (6, 6, 50)]
    async with running(house.app("collector"), key) as client:
        answers = [await client.post("/v1/feedback:batch", json=batch, headers=FROM_SHOP) for batch in batches]
    assert [answer.status_code for answer in answers] == [207, 429, 429]
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset({SHOP}), 10))
    async with running(house.app("collector"), key) as client:
        whole = await client.post("/v1/feedback:batch", json=batches[2], headers=FROM_SHOP)
        assert whole.status_code == 207
        assert whole.headers["ratelimit"].startswith('"default";r=0;')


async def test_one_network_uses_up_nothing_of_the_others(house: House, tenant_id: UUID) -> None:
    app = house.app("collector")
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset({SHOP}), 1))
    headers = FROM_SHOP | {"Authorization": f"Bearer {key}"}
    async with app.router.lifespan_context(app):
        greedy, other = (httpx.ASGITransport(app, client=(host, 1)) for host in ("192.0.2.1", "192.0.2.2"))
        async with httpx.AsyncClient(transport=greedy, base_url="http://service", headers=headers) as client:
            sent = [(await client.post("/v1/feedback", json=SAID)).status_code for _ in range(40)]
        async with httpx.AsyncClient(transport=other, base_url="http://service", headers=headers) as client:
            assert (await client.post("/v1/feedback", json=SAID)).status_code == 201
    assert sent == [201] + [429] * 39


@pytest.mark.parametrize("service", SERVICES)
async def test_every_other_door_is_shut(house: House, tenant_id: UUID, service: str) -> None:
    app = house.app(service)
    doors = {str(one): one for one in operations(service, app.openapi()) if (one.method, one.path) not in OPEN}
    async with running(app, await key_of(house, tenant_id)) as client:
        for name, door in doors.items():
            path = door.path.replace("{", "").replace("}", "")
            answer = await client.request(door.method, path, json={}, headers=FROM_SHOP)
            if door.scopes:
                assert answer.status_code == 403, f"{name}: {answer.status_code}"
            else:  # Doors that people come in by ask nobody for a scope.
                assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code}"


@pytest.mark.parametrize("channel", ["email", "unheard_of"])
async def test_a_channel_that_is_not_public_takes_none(house: House, tenant_id: UUID, channel: str) -> None:
    """The tracker may have bound a key to a way in that this collector does not know, or not as a public one."""
    key = await key_of(house, tenant_id, Limits(Channel(channel), frozenset({SHOP}), 60))
    async with running(house.app("collector"), key) as client:
        refused = refusal(await client.post("/v1/feedback", json=SAID, headers=FROM_SHOP))
    assert (refused["status"], refused["code"]) == (403, "channel_not_public")
    assert channel in refused["title"]
