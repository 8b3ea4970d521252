"""The door that every feedback comes through: receipts, repeats and refusals."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import BaseModel

from services.collector.api.feedback_schema import FeedbackIn
from shared.access.keys import split_key
from shared.access.scopes import Scope
from shared.ids import new_id
from tests.collector.door import HAN, RECEIPT, WHOLE, checked, door, first_error, refusal, rows
from tests.house_of_test import House, eventually, running


async def test_a_feedback_gets_an_id_and_a_receipt_that_opens(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        answer = await client.post("/v1/feedback", json=WHOLE)
        given = answer.json()
        assert UUID(given["id"]).version == 7
        assert RECEIPT.fullmatch(given["receipt_code"])
        assert given["warnings"] == []
        assert answer.status_code == 201
        receipt = await client.get(f"/v1/widget/receipts/{given['receipt_code'].lower().replace('-', ' ')}")
        assert receipt.json().keys() == {"receipt_code", "received_at", "stage", "stages"}
        assert receipt.json()["receipt_code"] == given["receipt_code"]
    async with running(house.app("collector"), None) as stranger:
        assert (await stranger.get(f"/v1/widget/receipts/{given['receipt_code']}")).status_code == 200
        for unknown in ("2222-2222-2222", "%00", "x" * 500, "回执"):
            answer = await stranger.get(f"/v1/widget/receipts/{unknown}")
            assert (answer.status_code, refusal(answer)["code"]) == (404, "not_found")


@pytest.mark.parametrize("known_by", [("client_event_id",), ("source", "external_id")])
async def test_a_repeat_gets_the_first_answer_and_other_content_is_refused(
    house: House, tenant_id: UUID, known_by: tuple[str, ...]
) -> None:
    body = {"text": "坏了", "rating": {"scale": "stars5", "value": 2}} | {name: WHOLE[name] for name in known_by}
    async with door(house, tenant_id) as client:
        first = await client.post("/v1/feedback", json=body)
        assert "Idempotent-Replayed" not in first.headers
        again = await client.post("/v1/feedback", json=dict(reversed(body.items())))
        assert again.status_code == 200
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == first.json()
        other = refusal(await client.post("/v1/feedback", json=body | {"text": "好了"}))
        assert other["code"] == "key_reused"
        assert first_error(other) == (f"/{known_by[-1]}", "key_reused")
    assert (await rows(house, tenant_id))["feedback"] == 1
    assert (await rows(house, tenant_id))["outbox"] == 1


async def test_a_clash_is_reported_at_the_id_that_clashes(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        assert (await client.post("/v1/feedback", json=WHOLE)).status_code == 201
        clash = await client.post("/v1/feedback", json=WHOLE | {"client_event_id": str(new_id())})
        assert first_error(refusal(clash)) == ("/external_id", "key_reused")


async def test_a_batch_answers_each_item_in_order(house: House, tenant_id: UUID) -> None:
    first, second, third = ({"text": f"第{n}条", "source": "s", "external_id": str(n)} for n in range(3))
    async with door(house, tenant_id) as client:
        stored = (await client.post("/v1/feedback", json=first)).json()
        sent = [second, first, first | {"text": "改了"}, {"txt": "x"}, second, second | {"text": "又改"}, 7, third]
        answer = await client.post("/v1/feedback:batch", json={"items": sent})
        assert answer.status_code == 207
        items = answer.json()["items"]
        assert [item["status"] for item in items] == [201, 200, 422, 422, 200, 422, 422, 201]
        assert [items[1]["id"], items[4]["id"]] == [stored["id"], items[0]["id"]]
        assert items[7]["external_id"] == "2"
        assert [first_error(checked(items[n]["problem"], 422)) for n in (2, 3, 5, 6)] == [
            ("/items/2/external_id", "key_reused"),
            ("/items/3/text", "required"),
            ("/items/5/external_id", "key_reused"),
            ("/items/6", "not_an_object"),
        ]
    counts = await rows(house, tenant_id)
    assert (counts["feedback"], counts["outbox"]) == (3, 3)


BAD_BATCHES: list[tuple[object, str]] = [
    ({"items": [{"text": "x"}] * 1_001}, "too_many"),
    ({"items": {}}, "not_a_list"),
]


@pytest.mark.parametrize(("body", "code"), BAD_BATCHES)
async def test_a_batch_that_is_none_is_refused_whole(house: House, tenant_id: UUID, body: object, code: str) -> None:
    async with door(house, tenant_id) as client:
        assert first_error(refusal(await client.post("/v1/feedback:batch", json=body))) == ("/items", code)
        assert first_error(refusal(await client.post("/v1/feedback:batch", json=[body]))) == ("/items", "not_a_list")
    assert set((await rows(house, tenant_id)).values()) == {0}


async def test_fields_that_mean_nothing_here_are_named_and_ignored(house: House, tenant_id: UUID) -> None:
    body = {"text": "坏了", "mood": 1, "customer": {"external_id": "z", "vip": True}, "b\0": "\ud800\0"}
    async with door(house, tenant_id) as client:
        answer = await client.post("/v1/feedback", content=json.dumps(body))
        named = " ".join(answer.json()["warnings"])
        assert all(name in named for name in ("/mood", "/customer/vip", "/b"))
        [item] = (await client.post("/v1/feedback:batch", content=json.dumps({"items": [body]}))).json()["items"]
        assert item["warnings"] == answer.json()["warnings"]


async def test_problems_speak_the_callers_language(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        for wanted, is_chinese in {"zh-CN,zh;q=0.9,en;q=0.8": True, "en-GB": False, "fr": False}.items():
            headers = {"Accept-Language": wanted}
            single = refusal(await client.post("/v1/feedback", json={}, headers=headers))
            batch = await client.post("/v1/feedback:batch", json={"items": [{}]}, headers=headers)
            for document in (single, checked(batch.json()["items"][0]["problem"], 422)):
                said = [
                    document["title"],
                    document["detail"],
                    *(document["errors"][0][k] for k in ("message", "remedy")),
                ]
                assert [bool(HAN.search(sentence)) for sentence in said] == [is_chinese] * 4


def json_with(rating: str) -> bytes:
    return b'{"text": "x", "rating": {"scale": "stars5", "value": %s}}' % rating.encode()


LONG = b'{"text": "%s"}' % (b"x" * 4_097)
LONGER = b'{"text": "%s", "channel": "import"}' % (b"x" * 20_001)
BAD_BODIES: dict[str, tuple[bytes, int, str, str]] = {
    "empty": (b"", 400, "", "not_json"),
    "no json": (b"text=hello", 400, "", "not_json"),
    "truncated": ('{"text": "坏'.encode(), 400, "", "not_json"),
    "no utf-8": (b'{"text": "\xff\xfe"}', 400, "", "not_json"),
    "gb18030": ('{"text": "坏了"}'.encode("gb18030"), 400, "", "not_json"),
    **{value: (json_with(value), 400, "", "not_json") for value in ("NaN", "Infinity", "-Infinity")},
    "1e400": (json_with("1e400"), 422, "/rating/value", "not_a_number"),
    "400 digits": (json_with("9" * 400), 422, "/rating/value", "not_a_number"),
    "5,000 digits": (json_with("9" * 5_000), 400, "", "not_json"),
    "deep": (b'{"text": "x", "y": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "", "too_deep"),
    "too many lists": (b'{"text": "x", "y": [' + b"[]," * 20_001 + b"0]}", 400, "", "too_many"),
    "brackets in a text": (b'{"text": 1, "y": "' + b'[\\"{' * 20_001 + b'"}', 422, "/text", "not_text"),
    "deep and open": (b'{"text":' * 30_000, 400, "", "too_deep"),
    "a name twice": (b'{"text": "x", "text": "y"}', 400, "", "duplicate_name"),
    "a name twice inside": (b'{"text": "x", "rating": {"value": 1, "value": 2}}', 400, "", "duplicate_name"),
    **{str(body): (body, 422, "", "not_an_object") for body in (b"[]", b"17", b"null", b'"text"', b"true")},
    "blank": (b'{"text": " \\u3000\\n"}', 422, "/text", "empty"),
    "NUL": (b'{"text": "a\\u0000b"}', 422, "/text", "nul"),
    "lone surrogate": (b'{"text": "a\\ud800"}', 422, "/text", "broken_unicode"),
    "lone surrogate in a name": (b'{"text": "x", "a\\ud800": 1}', 422, "", "broken_unicode"),
    "and inside": (b'{"text": "x", "product": {"a\\ud800": 1}}', 422, "/product", "broken_unicode"),
    "long for a widget": (LONG, 422, "/text", "text_too_long"),
    "long": (LONGER, 422, "/text", "text_too_long"),
    "year 0": (b'{"text": "x", "occurred_at": "0000-01-01T00:00:00Z"}', 422, "/occurred_at", "not_a_time"),
    "year 1": (b'{"text": "x", "occurred_at": "0001-01-01T00:00:00+14:00"}', 422, "/occurred_at", "time_out_of_range"),
    "year 9999": (b'{"text": "x", "occurred_at": "9999-12-31T23:59:59Z"}', 422, "/occurred_at", "time_out_of_range"),
    "no zone": (b'{"text": "x", "occurred_at": "2026-11-20T08:30:00"}', 422, "/occurred_at", "time_without_zone"),
    "off the scale": (json_with("6"), 422, "/rating/value", "off_the_scale"),
    "no source": (b'{"text": "x", "external_id": "1"}', 422, "/external_id", "source_missing"),
    "no e-mail": (b'{"text": "x", "customer": {"email": "a b@c"}}', 422, "/customer/email", "not_an_email"),
    "no phone": (b'{"text": "x", "customer": {"phone": "n/a"}}', 422, "/customer/phone", "not_a_phone"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_body_is_refused_by_name_and_leaves_nothing(house: House, tenant_id: UUID, name: str) -> None:
    content, status, pointer, code = BAD_BODIES[name]
    async with door(house, tenant_id) as client:
        document = refusal(await client.post("/v1/feedback", content=content))
        assert document["status"] == status
        assert first_error(document) == (pointer, code)
    assert set((await rows(house, tenant_id)).values()) == {0}


async def test_depth_is_refused_before_anything_breaks_on_it(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        for depth in (*range(1, 900, 50), *range(900, 1_010)):
            content = b'{"text": "x", "y": ' + b"[" * depth + b"]" * depth + b"}"
            assert (await client.post("/v1/feedback", content=content)).status_code in (201, 400), depth


@pytest.mark.parametrize(
    ("text", "channel"), [("长" * 4_096, "widget"), ("😀" * 4_096, "survey"), ("长" * 20_000, "import")]
)
async def test_a_text_as_long_as_its_channel_takes_is_stored_whole(
    house: House, tenant_id: UUID, text: str, channel: str
) -> None:
    async with door(house, tenant_id) as client:
        assert (await client.post("/v1/feedback", json={"text": text, "channel": channel})).status_code == 201
    async with house.query("collector") as owner:
        assert await owner.fetchval("SELECT text FROM feedback WHERE tenant_id = $1", tenant_id) == text


async def test_a_body_of_10_mb_and_a_form_are_refused_whole(house: House, tenant_id: UUID) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1024 * 1024

    async with door(house, tenant_id) as client:
        for content in (b"x" * 10 * 1024 * 1024, in_pieces()):
            document = refusal(await client.post("/v1/feedback", content=content))
            assert (document["status"], document["code"]) == (413, "too_large")
        document = refusal(await client.post("/v1/feedback", data={"text": "x"}))
        assert (document["status"], document["code"]) == (415, "unsupported_type")
    assert set((await rows(house, tenant_id)).values()) == {0}


def places(model: type[BaseModel], inside: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field of the body, so that a new one is tested from its first day."""
    for name, field in model.model_fields.items():
        inner = next((kind for kind in get_args(field.annotation) if isinstance(kind, type)), None)
        if inner and issubclass(inner, BaseModel):
            yield from places(inner, (*inside, name))
        else:
            yield (*inside, name)


def spoilt(place: tuple[str, ...], value: object) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(WHOLE))
    at = body
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return body


BAD_VALUES: tuple[object, ...] = ({"a": 1}, [[]], "a\0b", "\ud800", "\ud800" * 300, 10**400)


async def test_every_field_refuses_what_it_cannot_be(house: House, tenant_id: UUID) -> None:
    cases = [(place, value) for place in places(FeedbackIn) for value in BAD_VALUES]
    async with door(house, tenant_id) as client:
        for place, value in cases:
            document = refusal(await client.post("/v1/feedback", content=json.dumps(spoilt(place, value))))
            assert document["status"] == 422
            assert document["errors"][0]["pointer"].startswith("/" + "/".join(place)), (place, value)
        items = [spoilt(place, value) for place, value in cases]
        answer = await client.post("/v1/feedback:batch", content=json.dumps({"items": items}))
        for index, ((place, _), item) in enumerate(zip(cases, answer.json()["items"], strict=True)):
            pointer, _ = first_error(checked(item["problem"], 422))
            assert pointer.startswith(f"/items/{index}/{'/'.join(place)}")
    assert set((await rows(house, tenant_id)).values()) == {0}


SENT = {"none": b"", "other scheme": b"Basic x", "nonsense": b"Bearer hy_x_y", "not ascii": b"Bearer \xc3\xa9"}
FLAWS = {"wrong secret": "secret_sha256 = '\\x00'", "expired": "expires_at = now()", "revoked": "revoked_at = now()"}


@pytest.mark.parametrize("flaw", [*FLAWS, *SENT])
async def test_without_a_valid_key_nobody_comes_in(house: House, tenant_id: UUID, flaw: str) -> None:
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with house.query("collector") as owner:
        identifier, _ = split_key(key) or (None, "")
        await owner.execute(f"UPDATE credential SET {FLAWS.get(flaw, 'label = label')} WHERE id = $1", identifier)
    async with running(house.app("collector"), None) as client:
        headers = {b"Authorization": SENT.get(flaw, f"Bearer {key}".encode())}
        answer = await client.post("/v1/feedback", json={"text": "x"}, headers=headers)
        assert (answer.status_code, refusal(answer)["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert set((await rows(house, tenant_id)).values()) == {0}


async def test_a_key_without_the_scope_is_told_which_one_it_lacks(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.ADDRESSES_READ) as client:
        answer = await client.post("/v1/feedback", json={"text": "x"})
        assert (answer.status_code, refusal(answer)["code"]) == (403, "forbidden")
        assert "feedback:write" in answer.json()["detail"]
        assert answer.json()["title"] == "You may not do that.", "a person has no key"


async def test_a_list_in_a_sentence_is_in_the_sentences_language(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        bad = {"text": "x", "rating": {"scale": "stars", "value": 1}}
        said = [
            (await client.post("/v1/feedback", json=bad, headers={"Accept-Language": language})).json()["errors"][0]
            for language in ("en", "zh")
        ]
        english, chinese = (error["message"] + error["remedy"] for error in said)
        assert "'stars10' or 'percent'" in english
        assert "'stars10' 或 'percent'" in chinese
        assert " or " not in chinese
        assert ", " not in chinese


async def test_a_revoked_key_stops_working_within_seconds(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with running(house.app("collector"), key) as client, house.query("collector") as owner:

        async def status() -> int:
            return (await client.post("/v1/feedback", json={"text": "x"})).status_code

        assert await status() == 201
        await owner.execute("UPDATE credential SET revoked_at = now() WHERE tenant_id = $1", tenant_id)
        await eventually(status, 401, wait_s=5)
