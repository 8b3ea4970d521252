"""The short way to the feedback door answers as the long one does, word for word, and is the one that is taken."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.domain.intake import SCALES
from shared.access.credentials import Limits
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.contracts.reach import TENANT_HEADER
from shared.contracts.vocabulary import Channel
from tests.collector.door import WHOLE, door
from tests.house_of_test import House, running

JSON = {"Content-Type": "application/json"}
FRESH = ("id", "receipt_code")
CASES: list[tuple[dict[str, str], bytes]] = [
    (JSON, b'{"text": "fine"}'),
    ({"Content-Type": "application/json; charset=utf-8"}, b'{"text": "fine"}'),
    ({}, b'{"text": "fine"}'),
    (JSON, json.dumps(WHOLE).encode()),
    (JSON, json.dumps(WHOLE).encode()),  # Again: 200.
    (JSON, json.dumps(WHOLE | {"text": "another"}).encode()),  # And 422.
    (JSON, b'{"text": "x", "unknown": 1, "customer": {"what": 2}}'),
    (JSON, b'{"text": ""}'),
    (JSON, b'{"rating": {"scale": "stars5", "value": 9}}'),
    (JSON | {"Accept-Language": "zh"}, b'{"text": "\\u0000"}'),
    (JSON, b'{"text": "a", "text": "b"}'),
    (JSON, b"[]"),
    (JSON, b"{"),
    (JSON, b""),
    (JSON, b"\xff\xfe"),
    (JSON, b'{"text": NaN}'),
    (JSON, b"[" * 100_000),
    (JSON, b'{"text": "' + b"x" * 300_000 + b'"}'),
    ({"Content-Type": "text/plain"}, b'{"text": "x"}'),
    ({"Content-Type": "application/json; charset=gbk"}, b'{"text": "x"}'),
    ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=x"),
    (JSON | {"Authorization": "Bearer nobody"}, b'{"text": "x"}'),
    (JSON | {"Authorization": "bearer nobody"}, b'{"text": "x"}'),
    (JSON | {"Authorization": "Basic eDp5"}, b'{"text": "x"}'),
    (JSON | {"Origin": "https://shop.example"}, b'{"text": "x"}'),
]


def shown(answer: httpx.Response) -> tuple[int, dict[str, str], Any]:
    """All that the caller sees, but for what is new in each answer."""
    headers = {name: value for name, value in answer.headers.items() if name != "traceparent"}
    body = answer.json()
    fresh = answer.status_code == httpx.codes.CREATED
    return answer.status_code, headers, {k: v for k, v in body.items() if not (fresh and k in FRESH)}


@pytest.mark.parametrize("query", ["", "?x=1"])
async def test_both_ways_answer_alike(house: House, tenant_id: UUID, query: str) -> None:
    long = {TENANT_HEADER: str(tenant_id)}
    async with door(house, tenant_id) as client:
        for headers, body in CASES:
            short_way = await client.post(f"/v1/feedback{query}", content=body, headers=headers)
            if short_way.status_code == httpx.codes.CREATED and b"client_event_id" in body:
                short_way = await client.post(f"/v1/feedback{query}", content=body, headers=headers)
            long_way = await client.post(f"/v1/feedback{query}", content=body, headers=headers | long)
            assert shown(short_way) == shown(long_way), (headers, body[:80])


@pytest.mark.parametrize("scope", [Scope.FEEDBACK_READ, Scope.FIGURES_READ])
async def test_who_may_not_send_hears_so_on_both_ways(house: House, tenant_id: UUID, scope: Scope) -> None:
    async with door(house, tenant_id, scope) as client:
        answers = [
            await client.post("/v1/feedback", json={"text": "x"}, headers=headers)
            for headers in ({}, {TENANT_HEADER: str(tenant_id)})
        ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert shown(answers[0]) == shown(answers[1])


async def test_a_publishable_key_meets_its_limits_on_both_ways(house: House, tenant_id: UUID) -> None:
    limits = Limits(Channel.WIDGET, frozenset({"https://shop.example"}), 10)
    key = await house.new_key(tenant_id, Scope.FEEDBACK_SEND, kind=Kind.PUBLISHABLE, limits=limits)
    own, foreign = {"Origin": "https://shop.example"}, {"Origin": "https://other.example"}
    async with running(house.app("collector"), key) as client:
        for more in ({}, {TENANT_HEADER: str(tenant_id)}):
            good = await client.post("/v1/feedback", json={"text": "x"}, headers=own | more)
            assert (good.status_code, good.headers["access-control-allow-origin"]) == (201, "https://shop.example")
            assert "ratelimit" in good.headers
            refused = await client.post("/v1/feedback", json={"text": "x"}, headers=foreign | more)
            assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
            other = await client.post("/v1/feedback", json={"text": "x", "channel": "email"}, headers=own | more)
            assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "other_channel")
        while (answer := await client.post("/v1/feedback", json={"text": "x"}, headers=own)).is_success:
            pass
        assert (answer.status_code, answer.json()["code"]) == (429, "too_often")


async def test_the_usual_post_takes_the_short_way(house: House, tenant_id: UUID) -> None:
    app = house.app("collector")
    app.router.routes.clear()
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with running(app, key) as client:
        body = {"text": "x", "rating": {"scale": "stars5", "value": SCALES["stars5"][0]}}
        assert (await client.post("/v1/feedback", json=body)).status_code == 201
        long = await client.post("/v1/feedback", json=body, headers={TENANT_HEADER: str(tenant_id)})
        assert long.status_code == 404
