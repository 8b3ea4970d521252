"""Classes of bad input in the fields of each channel: refused in words or taken whole, never a fault."""

import copy
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.scopes import Scope
from tests.collector.channel_bodies import OWN, body_of
from tests.collector.door import door, first_error, refusal
from tests.collector.test_publishable_keys import FROM_SHOP, key_of
from tests.contracts.hostile import REFUSED_TEXTS, TAKEN_TEXTS
from tests.house_of_test import House, eventually, running

Place = tuple[str | int, ...]
# Fields of a closed list, a form, or a time are tried by tests of their own.
NO_FREE_TEXT = {"kind", "url", "post_url", "screen", "warranty", "outcome", "ended_by"}
TIMES = {"visited_at", "sent_at", "purchased_on", "installed_on"}
FAULTY_TIMES = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-02-30", "1e400", "", "昨天", "∞",
    "2026-11-20T08:30:00[Europe/Berlin]", "2026-11-20T25:00:00Z",
)  # fmt: skip
TIRING = ("a" * 50_000, "a@" * 20_000, "@" + "." * 50_000, " " * 50_000 + "x", "1" * 50_000, "http://" + "a." * 20_000)
TIRING_S = 10.0  # Quadratic work on these would take minutes.
ITEMS_MAX = 300


def texts_in(value: Any, inside: Place = ()) -> Iterator[Place]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield inside
    elif isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts_in(part, (*inside, name))


def name_of(place: Place) -> str:
    return next(str(part) for part in reversed(place) if isinstance(part, str))


FREE = [(one, place) for one in OWN for place in texts_in(OWN[one]) if name_of(place) not in NO_FREE_TEXT | TIMES]
TIMED = [(one, place) for one in OWN for place in texts_in(OWN[one]) if name_of(place) in TIMES]
LINKS = [(one, place) for one in OWN for place in texts_in(OWN[one]) if name_of(place) in ("url", "post_url")]


def with_text(channel: str, place: Place, text: str) -> dict[str, Any]:
    body = copy.deepcopy(body_of(channel))
    at: Any = body
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = text
    return body


async def sent(client: httpx.AsyncClient, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for start in range(0, len(items), ITEMS_MAX):
        content = json.dumps({"items": items[start : start + ITEMS_MAX]}).encode()
        answer = await client.post("/v1/feedback:batch", content=content)
        assert answer.status_code == 207, answer.text[:500]
        told += answer.json()["items"]
    return told


def test_there_are_fields_to_try() -> None:
    assert {channel for channel, _ in FREE} == set(OWN)
    assert len(FREE) > 35
    assert {name_of(place) for _, place in TIMED} == TIMES


async def test_texts_that_are_none_are_refused_by_field(house: House, tenant_id: UUID) -> None:
    wrong = [(text, code) for texts in REFUSED_TEXTS.values() for text, code in texts.items()]
    tried = [(channel, place, text, code) for channel, place in FREE for text, code in wrong]
    async with door(house, tenant_id) as client:
        told = await sent(client, [with_text(*one[:3]) for one in tried])
    for item, ((_, place, _, code), answer) in enumerate(zip(tried, told, strict=True)):
        [error] = answer["problem"]["errors"]
        start = item % ITEMS_MAX
        assert (error["pointer"], error["code"]) == (f"/items/{start}/" + "/".join(map(str, place)), code)
    async with house.query("collector") as owner:
        assert await owner.fetchval("SELECT count(*) FROM feedback WHERE tenant_id = $1", tenant_id) == 0


async def test_texts_of_every_kind_are_taken_and_stay_on_one_line(house: House, tenant_id: UUID) -> None:
    kinds = [text for texts in TAKEN_TEXTS.values() for text in texts]
    items = [with_text(channel, place, text) for channel, place in FREE for text in kinds if name_of(place) != "locale"]
    async with door(house, tenant_id) as client:
        told = await sent(client, items)
    refused = {(answer["problem"]["errors"][0]["code"]) for answer in told if answer["status"] != 201}
    assert refused == set()
    async with house.query("collector") as owner:
        rows = await owner.fetch("SELECT details::text AS held FROM feedback WHERE tenant_id = $1", tenant_id)
    assert len(rows) == len(items)
    assert not any("\\r" in row["held"] or "\\n" in row["held"] or "\\u001b" in row["held"] for row in rows)


async def test_a_limit_holds_to_the_character(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        for channel, place, longest in (
            ("widget", ("tags", 0), 80),
            ("email", ("mail", "subject"), 1_000),
            ("import", ("row", "file"), 200),
        ):
            for length, status in ((longest, 201), (longest + 1, 422)):
                answer = await client.post("/v1/feedback", json=with_text(channel, place, "长" * length))
                assert answer.status_code == status, (place, length)


async def test_strings_that_tire_a_rule(house: House, tenant_id: UUID) -> None:
    """Each limit stands before each rule that could take long."""
    started = time.monotonic()
    async with door(house, tenant_id) as client:
        for channel, place in FREE + LINKS + TIMED:
            for text in TIRING:
                refusal(await client.post("/v1/feedback", json=with_text(channel, place, text)))
    assert time.monotonic() - started < TIRING_S * len(TIRING)


async def test_times_out_of_this_world(house: House, tenant_id: UUID) -> None:
    tried = [(channel, place, text) for channel, place in TIMED for text in FAULTY_TIMES]
    async with door(house, tenant_id) as client:
        told = await sent(client, [with_text(*one) for one in tried])
        sent_at = await sent(client, [{"text": "x", "sent_at": text} for text in FAULTY_TIMES])
    codes = {one["problem"]["errors"][0]["code"] for one in told}
    assert codes <= {"not_a_time", "not_a_date", "time_out_of_range", "time_without_zone"}
    # A clock may stand in any year that there is: only what is no time is refused.
    assert [one["status"] for one in sent_at] == [422, 201, 201, 422, 422, 422, 422, 422, 422, 422]


@pytest.mark.parametrize(
    "address",
    [
        ",".join(f"a{number}@example.test" for number in range(10)),
        "a@example.test; b@example.test",
        '"a b"@example.test',
        "a@example.test\r\nBcc: b@example.test",
        "A <a@example.test>",
    ],
)
async def test_more_than_one_address_is_none(house: House, tenant_id: UUID, address: str) -> None:
    async with door(house, tenant_id) as client:
        answer = await client.post("/v1/feedback", json={"text": "x", "customer": {"email": address}})
    assert first_error(refusal(answer)) == ("/customer/email", "not_an_email")


async def test_a_key_of_a_page_that_has_ended_is_told_nothing(house: House, tenant_id: UUID) -> None:
    async with running(house.app("collector"), await key_of(house, tenant_id)) as client:
        assert (await client.get("/v1/widget/config", headers=FROM_SHOP)).status_code == 200
        assert (await client.get("/v1/widget/config", headers={"Origin": "https://evil.test"})).status_code == 403
        for path in ("/v1/widget-settings", "/v1/consent-texts", "/v1/channels"):
            assert refusal(await client.get(path, headers=FROM_SHOP))["code"] == "forbidden"
        async with house.query("collector", "carrier") as carrier:
            await carrier.execute("UPDATE credential SET revoked_at = now() WHERE tenant_id = $1", tenant_id)

        async def status() -> int:
            return (await client.get("/v1/widget/config", headers=FROM_SHOP)).status_code

        await eventually(status, 401)


async def test_words_of_a_page_are_words_and_nothing_else(house: House, tenant_id: UUID) -> None:
    """What a company writes for its widgets comes back as it is, in JSON: no template is filled, no header is made."""
    texts = [text for kind in (34, 35, 36, 40, 41) for text in TAKEN_TEXTS[kind] if not text.startswith("\t")]
    async with door(house, tenant_id, Scope.TENANT_MANAGE, Scope.FEEDBACK_WRITE) as client:
        for text in texts:
            wanted = {"brand": text, "texts": {"en": {"open": text}}}
            put = await client.put("/v1/widget-settings", json=wanted, headers={"If-Match": "*"})
            assert put.status_code == 200, put.text
            config = await client.get("/v1/widget/config")
            assert config.headers["content-type"] == "application/json"
            assert (config.json()["brand"], config.json()["texts"]["en"]["open"]) == (text, text)
