"""Six ways in, one record: each keeps the fields that are its own, checked, masked, and forgotten with the person."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.collector.domain.intake import SCALES
from shared.access.scopes import Scope
from tests.collector.channel_bodies import OWN, body_of, readable, secrets
from tests.collector.door import HAN, door, refusal
from tests.collector.test_masking_at_the_door import everything
from tests.house_of_test import House

PERSONAL = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ, Scope.PII_READ, Scope.WORK_READ)


@pytest.mark.parametrize("channel", OWN)
async def test_a_channel_keeps_its_own_fields(house: House, tenant_id: UUID, channel: str) -> None:
    async with door(house, tenant_id, *PERSONAL) as client:
        answer = await client.post("/v1/feedback", json=body_of(channel))
        assert (answer.status_code, answer.json()["warnings"]) == (201, [])
        path = f"/v1/feedback/{answer.json()['id']}"
        seen, original = [(await client.get(address)).json() for address in (path, f"{path}/original")]
        again = await client.post("/v1/feedback:batch", json={"items": [body_of(channel)]})
    assert (seen["channel"], seen["details"]) == (channel, readable(channel))
    assert original["details"] == OWN[channel]
    assert again.json()["items"][0]["status"] == 201
    held = await everything(house, tenant_id)
    assert [secret for secret in secrets(channel) if secret in held or secret.encode().hex() in held] == []


async def test_the_least_of_each_is_enough(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *PERSONAL) as client:
        for channel in OWN:
            answer = await client.post("/v1/feedback", json={"text": "x", "channel": channel})
            assert answer.status_code == 201, channel
            assert (await client.get(f"/v1/feedback/{answer.json()['id']}")).json()["details"] is None


BAD: list[tuple[str, str, object, str]] = [
    ("widget", "/tags", ["x"] * 21, "too_many"),
    ("widget", "/tags/0", ["x" * 81], "too_long"),
    ("widget", "/tags/1", ["x", " "], "empty"),
    ("widget", "/url", "javascript:alert(1)", "not_a_url"),
    ("widget", "/url", "https://ann:secret@example.test/", "not_a_url"),
    ("widget", "/url", "https://[::1", "not_a_url"),
    ("widget", "/context", "ios", "not_an_object"),
    ("widget", "/context/screen", "wide", "bad_characters"),
    ("widget", "/context/app_version", "x" * 81, "too_long"),
    ("widget", "/context/platform", 7, "not_text"),
    ("widget", "/context/sdk/name", None, "not_text"),
    ("widget", "/appliance/is_online", "maybe", "not_true_or_false"),
    ("survey", "/survey/id", None, "not_text"),
    ("survey", "/survey/kind", "hearts", "not_one_of"),
    ("survey", "/survey/choices", ["x"] * 51, "too_many"),
    ("survey", "/survey/question", "x" * 1_001, "too_long"),
    ("service_record", "/service/kind", "explode", "not_one_of"),
    ("service_record", "/service/visited_at", "2026-11-20T08:30:00", "time_without_zone"),
    ("service_record", "/service/visited_at", "1999-12-31T00:00:00Z", "time_out_of_range"),
    ("service_record", "/service/purchased_on", "last May", "not_a_date"),
    ("service_record", "/service/installed_on", "2999-01-01", "time_out_of_range"),
    ("service_record", "/service/visits", -1, "too_small"),
    ("service_record", "/service/visits", 1.5, "not_whole"),
    ("service_record", "/service/parts", [{"name": "no number"}], "required"),
    ("service_record", "/service/parts", [{"number": "x", "quantity": 0}], "too_small"),
    ("service_record", "/service/parts", [{"number": "x"}] * 51, "too_many"),
    ("email", "/mail/subject", "x" * 1_001, "too_long"),
    ("email", "/mail/sent_at", "yesterday", "not_a_time"),
    ("social", "/social/post_url", "www.example.test", "not_a_url"),
    ("social", "/social/kind", "rant", "not_one_of"),
    ("social", "/social/reach/likes", 10**12, "too_large"),
    ("import", "/row/number", 0, "too_small"),
    ("import", "/row/file", "\0", "nul"),
]


@pytest.mark.parametrize("broken", BAD, ids=lambda broken: f"{broken[1]} {broken[3]}")
async def test_a_refusal_names_field_rule_and_remedy(
    house: House, tenant_id: UUID, broken: tuple[str, str, object, str]
) -> None:
    channel, pointer, value, code = broken
    body = body_of(channel)
    *inside, name = [part for part in pointer.split("/")[1:] if not part.isdigit()]
    spot: Any = body
    for part in inside:
        spot = spot[part]
    spot[name] = value
    async with door(house, tenant_id) as client:
        refused = {
            language: refusal(await client.post("/v1/feedback", json=body, headers={"Accept-Language": language}))
            for language in ("en", "zh")
        }
        batch = (await client.post("/v1/feedback:batch", json={"items": [body]})).json()["items"][0]
    for language, document in refused.items():
        [error] = document["errors"]
        assert error["pointer"].startswith(pointer)
        assert error["code"] == code
        assert bool(HAN.search(error["message"])) is bool(HAN.search(error["remedy"])) is (language == "zh")
    assert batch["problem"]["errors"][0]["pointer"] == f"/items/0{refused['en']['errors'][0]['pointer']}"


async def test_a_field_that_is_missing_inside_is_named(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        for channel, name, part in (
            ("survey", "survey", "id"),
            ("service_record", "service", "kind"),
            ("social", "social", "platform"),
            ("import", "row", "file"),
        ):
            body = body_of(channel)
            del body[name][part]
            [error] = refusal(await client.post("/v1/feedback", json=body))["errors"]
            assert (error["pointer"], error["code"]) == (f"/{name}/{part}", "required")


async def test_a_field_of_another_channel_is_ignored_with_a_warning(house: House, tenant_id: UUID) -> None:
    """Even one that would be refused at home: no feedback is lost for what nobody reads."""
    body = body_of("social") | {"survey": {"kind": "hearts"}, "tags": "x", "colour": "red"}
    body["social"]["mood"] = "bad"
    body["social"]["reach"]["moods"] = 1
    async with door(house, tenant_id, *PERSONAL) as client:
        answer = await client.post("/v1/feedback", json=body)
        assert answer.status_code == 201
        seen = (await client.get(f"/v1/feedback/{answer.json()['id']}")).json()
    assert sorted(answer.json()["warnings"]) == [
        "field of channel survey ignored: /survey",
        "field of channel widget ignored: /tags",
        "unknown field ignored: /colour",
        "unknown field ignored: /social/mood",
        "unknown field ignored: /social/reach/moods",
    ]
    assert seen["details"] == readable("social")


async def test_contact_data_in_a_field_is_hidden_like_in_a_text(house: House, tenant_id: UUID) -> None:
    body = {
        "text": "x",
        "channel": "service_record",
        "service": {
            "ticket": "寄 zhang@example.com",
            "kind": "repair",
            "cause": "call 13812345678",
            "symptom": "欧阳娜家",
        },
        "customer": {"external_id": "c-1", "name": "欧阳娜"},
    }
    async with door(house, tenant_id, *PERSONAL) as client:
        path = f"/v1/feedback/{(await client.post('/v1/feedback', json=body)).json()['id']}"
        seen, original = [(await client.get(address)).json() for address in (path, f"{path}/original")]
    held = await everything(house, tenant_id)
    assert [word for word in ("zhang@", "13812345678", "欧阳娜") if word in held or word in json.dumps(seen)] == []
    assert original["details"]["service"] == body["service"]


async def test_what_stands_behind_a_page_is_not_taken_in(house: House, tenant_id: UUID) -> None:
    body = {"text": "x", "url": "https://shop.example.test/order?token=s3cret#ann"}
    async with door(house, tenant_id, *PERSONAL) as client:
        path = f"/v1/feedback/{(await client.post('/v1/feedback', json=body)).json()['id']}"
        original = (await client.get(f"{path}/original")).json()
    assert original["details"] == {"url": "https://shop.example.test/order"}


async def test_own_fields_are_forgotten_and_taken_along(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        ids = [(await client.post("/v1/feedback", json=body_of(channel))).json()["id"] for channel in OWN]
        export = (await client.get("/v1/tenant-export")).text
        for feedback_id in ids:
            asked = {"reason": "asked_by_customer"}
            assert (await client.post(f"/v1/feedback/{feedback_id}:erase", json=asked)).status_code == 200
            assert (await client.get(f"/v1/feedback/{feedback_id}")).json()["details"] is None
    rows = [row for row in map(json.loads, export.splitlines()) if row.get("table") == "feedback"]
    assert len(rows) == len(OWN)
    for channel in OWN:
        assert all(secret in export for secret in secrets(channel)), channel


async def test_the_ways_in_are_listed_with_names(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.WORK_READ) as client:
        channels = (await client.get("/v1/channels")).json()["channels"]
    assert [channel["id"] for channel in channels if channel["is_public"]] == ["survey", "widget"]
    assert {channel["id"]: set(channel["fields"]) for channel in channels} == {
        channel: set(own) for channel, own in OWN.items()
    }
    assert all(channel["names"].keys() == {"en", "zh"} for channel in channels)


@pytest.mark.parametrize(
    ("scale", "value", "share"),
    [("thumbs", 0, 0.0), ("thumbs", 1, 1.0), ("stars10", 10, 1.0), ("stars10", 1, 0.0), ("percent", 25, 0.25)],
)
async def test_a_rating_of_another_scale(house: House, tenant_id: UUID, scale: str, value: float, share: float) -> None:
    async with door(house, tenant_id, *PERSONAL) as client:
        body = {"text": "x", "rating": {"scale": scale, "value": value}}
        path = f"/v1/feedback/{(await client.post('/v1/feedback', json=body)).json()['id']}"
        seen = (await client.get(path)).json()
    assert (seen["rating"], seen["rating_given"]) == (share, {"scale": scale, "value": value})


@pytest.mark.parametrize(
    ("scale", "value", "code"),
    [
        ("thumbs", 0.5, "not_whole"),
        ("thumbs", 2, "off_the_scale"),
        ("stars10", 0, "off_the_scale"),
        ("percent", 100.1, "off_the_scale"),
        ("hearts", 1, "not_one_of"),
    ],
)
async def test_a_rating_off_its_scale(house: House, tenant_id: UUID, scale: str, value: float, code: str) -> None:
    async with door(house, tenant_id) as client:
        body = {"text": "x", "rating": {"scale": scale, "value": value}}
        [error] = refusal(await client.post("/v1/feedback", json=body))["errors"]
    assert error["code"] == code
    assert error["pointer"] == ("/rating/scale" if scale not in SCALES else "/rating/value")
