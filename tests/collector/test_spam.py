"""What looks like spam, what does not, and that whatever is held can go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.domain.spam import REPEATS_MAX, REPEATS_WITHIN, Filled, Repeats, Sign, suspicion_of
from shared.access.credentials import Limits
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.vocabulary import Channel
from shared.ids import new_id
from tests.collector.door import refusal, rows
from tests.house_of_test import House, running

PAGE = "https://shop.example"
LIMITS = Limits(channel=Channel.WIDGET, origins=frozenset({PAGE}), requests_per_minute=600)
FEEDBACK = [
    "热水器一开就跳闸，手摸水龙头有点麻",
    "客服让我加微信才肯退款，已经三天没人理我",
    "发票什么时候能开？我要报销",
    "你们的贷款分期手续费太高了",
    "E04",
    "13800138000",
    "!!!!!!",
    "👍👍👍👍👍👍👍👍👍👍👍👍👍👍",
    "See the video of the leak: https://photos.example/abc and please call me",
    "The app shows https://app.example/error?code=4 and then closes",
    "I make tea at 5 a day and the kettle is slow",
    "漏水照片在这里 https://pan.example/s/1 ，请尽快安排师傅上门",
    "This fridge is a killer deal, love it!",
]
SPAM = [
    "Best casino bonus, click here to claim your prize",
    "SEO services for your shop: backlinks and guest post packages",
    "代开各类发票，刷单兼职日结",
    "https://spam.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "贷款秒批无抵押，加微信领取额度",
    "买它 https://a.example/x1234567890123 https://b.example/y1234567890123",
]


@pytest.mark.parametrize("text", FEEDBACK)
def test_what_customers_say_is_not_held_however_fast_they_type(text: str) -> None:
    assert not suspicion_of(text, Filled()).is_held
    assert not suspicion_of(text, Filled(trap="", took_ms=20_000)).is_held


@pytest.mark.parametrize("text", SPAM)
def test_what_is_sold_is_held(text: str) -> None:
    assert suspicion_of(text, Filled()).is_held


def test_a_field_that_nobody_sees_tells_a_machine() -> None:
    assert suspicion_of("热水器漏水", Filled(trap="https://x")).is_held
    assert not suspicion_of("热水器漏水", Filled(trap="  ")).is_held


def test_weak_signs_hold_a_text_back_together_alone_they_do_not() -> None:
    link = "Nice kettle, see also https://a.example/1 and https://b.example/2 for more of what I think of it"
    assert suspicion_of(link, Filled(took_ms=5_000)).signs == (Sign.LINKS,)
    assert not suspicion_of(link, Filled(took_ms=5_000)).is_held
    assert suspicion_of(link, Filled(took_ms=300)).is_held
    assert not suspicion_of("It broke after two days, what now?", Filled(took_ms=300)).is_held
    assert suspicion_of("It broke after two days, what now?", Filled(took_ms=300), is_repeated=True).is_held


def test_a_text_that_comes_again_and_again_is_known_for_some_minutes() -> None:
    repeats, moment, text = Repeats(), now(), "the very same complaint"
    seen = [repeats.is_repeated(b"key", text, moment) for _ in range(REPEATS_MAX + 1)]
    assert seen == [False] * REPEATS_MAX + [True]
    assert not repeats.is_repeated(b"other key", text, moment)
    assert not repeats.is_repeated(b"key", text, moment + REPEATS_WITHIN + timedelta(seconds=1))
    assert not any(repeats.is_repeated(b"key", "很好，满意", moment) for _ in range(50)), "short praise is alike"


@asynccontextmanager
async def both(house: House, tenant_id: UUID) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The app with its publishable key, and somebody of the company."""
    app = house.app("collector")
    public = await house.new_key(tenant_id, Scope.FEEDBACK_SEND, kind=Kind.PUBLISHABLE, limits=LIMITS)
    staff = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(app, staff) as client:
        headers = {"Authorization": f"Bearer {public}", "Origin": PAGE}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as app_client:
            yield app_client, client


async def sent(client: httpx.AsyncClient, text: str, **more: Any) -> str:  # noqa: ANN401 - any field
    body = {"text": text, "client_event_id": str(new_id()), **more}
    answer = await client.post("/v1/feedback", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def held(client: httpx.AsyncClient, state: str = "held") -> list[str]:
    found = (await client.get("/v1/quarantine", params={"state": state})).json()["items"]
    return [one["id"] for one in found]


async def decide(client: httpx.AsyncClient, how: str, *ids: str) -> list[str]:
    answer = await client.post(f"/v1/quarantine:{how}", json={"feedback_ids": list(ids)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["feedback_ids"])


async def test_what_is_held_goes_no_further_until_somebody_lets_it_go(house: House, tenant_id: UUID) -> None:
    async with both(house, tenant_id) as (app, staff):
        good = await sent(app, FEEDBACK[0])
        bad, trapped = await sent(app, SPAM[0]), await sent(app, "漏水了", trap="x", took_ms=50)
        assert await held(staff) == [trapped, bad]
        assert (await rows(house, tenant_id))["outbox"] == 1
        figures = (await staff.get("/v1/figures")).json()
        assert (figures["received"], figures["quarantined"]) == (3, 2)
        assert await decide(staff, "release", trapped, good) == [trapped]
        assert await decide(staff, "release", trapped) == []
        assert (await rows(house, tenant_id))["outbox"] == 2
        assert await decide(staff, "spam", bad, trapped) == [bad], "what went on is not called back"
        assert (await held(staff), await held(staff, "spam"), await held(staff, "released")) == ([], [bad], [trapped])
        assert (await staff.get("/v1/figures")).json()["quarantined"] == 1
        assert await decide(staff, "release", bad) == [bad]
        assert (await rows(house, tenant_id))["outbox"] == 3


async def test_what_the_companys_own_servers_send_is_never_held(house: House, tenant_id: UUID) -> None:
    async with both(house, tenant_id) as (_, staff):
        await sent(staff, SPAM[0], trap="x")
        assert await held(staff) == []


async def test_one_who_is_erased_leaves_the_quarantine(house: House, tenant_id: UUID) -> None:
    async with both(house, tenant_id) as (app, staff):
        bad = await sent(app, SPAM[0])
        await staff.post(f"/v1/feedback/{bad}:erase", json={"reason": "asked_by_customer"})
        assert await held(staff) == []
        assert await decide(staff, "release", bad) == []


async def test_the_open_door_cannot_look_into_the_quarantine(house: House, tenant_id: UUID) -> None:
    async with both(house, tenant_id) as (app, _):
        assert refusal(await app.get("/v1/quarantine"))["code"] == "forbidden"
        asked = {"feedback_ids": [str(new_id())]}
        assert refusal(await app.post("/v1/quarantine:release", json=asked))["code"] == "forbidden"


async def test_a_held_feedback_has_a_receipt_and_is_known_again(house: House, tenant_id: UUID) -> None:
    async with both(house, tenant_id) as (app, _):
        body = {"text": SPAM[0], "client_event_id": str(new_id())}
        first, again = [await app.post("/v1/feedback", json=body) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 200)
        assert (await app.get(f"/v1/widget/receipts/{first.json()['receipt_code']}")).status_code == 200
