"""What customers disclose about themselves is taken out at the door, and opens again only for those who may know."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.collector.domain.intake import Person
from services.collector.domain.known_values import hide_known
from services.collector.domain.masked_intake import mask_label
from services.collector.domain.masking.mask import mask
from services.collector.store.keyring import Keyring
from services.collector.use_cases.mask_intakes import INLINE_CHARACTERS_MAX
from shared.access.scopes import Scope
from shared.crypto import SealBrokenError, place, read_master_key, unseal
from shared.database import Database
from tests.collector.door import door
from tests.house_of_test import House

TOLD: dict[str, Any] = {
    "text": "热水器跳闸，请打13812345678，或写信到 zhang.wei@example.com 找我",
    "source": "张的店 13912345678",
    "external_id": "li.na@example.com",
    "channel": "email",
    "customer": {"external_id": "told-1", "name": "张伟"},
    "consent": {"purposes": ["reply"], "version": "2026-01", "stated_by": "agent wang@example.com"},
    "product": {"model": "H2", "serial": "HX-55-0099", "sku": "寄给 chen@example.com"},
}
SECRETS = (
    "13812345678", "zhang.wei@example.com", "13912345678", "li.na@example.com", "wang@example.com", "HX-55-0099",
    "chen@example.com",
)  # fmt: skip
PERSONAL = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ, Scope.PII_READ)


async def everything(house: House, tenant_id: UUID) -> str:
    """What the collector holds of a tenant, as text; sealed columns in hex."""
    tables = ("feedback", "customer", "consent", "outbox", "audit", "identity", "address")
    async with house.query("collector") as owner:
        found = [
            row[0]
            for table in tables
            for row in await owner.fetch(f"SELECT t::text FROM {table} t WHERE tenant_id = $1", tenant_id)
        ]
    return "\n".join(found)


@pytest.mark.parametrize("named", [True, False], ids=["a customer", "nobody"])
@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/feedback:batch"])
async def test_what_is_stored_and_sent_on_is_masked(house: House, tenant_id: UUID, path: str, *, named: bool) -> None:
    body = TOLD if named else {name: value for name, value in TOLD.items() if name != "customer"}
    async with door(house, tenant_id, *PERSONAL) as client:
        answer = await client.post(path, json={"items": [body]} if path.endswith("batch") else body)
        said = answer.json()["items"][0] if path.endswith("batch") else answer.json()
        seen = (await client.get(f"/v1/feedback/{said['id']}")).json()
        original = (await client.get(f"/v1/feedback/{said['id']}/original")).json()
    held = await everything(house, tenant_id)
    assert [secret for secret in SECRETS if secret in held or secret.encode().hex() in held] == []
    assert seen["text"] == "热水器跳闸，请打［电话］，或写信到 ［邮箱］ 找我"
    assert [one["kind"] for one in seen["masks"]] == ["phone", "email"]
    for one in seen["masks"]:
        (start, end), (masked_start, masked_end) = one["original"], one["masked"]
        assert original["text"][start:end] in SECRETS
        assert seen["text"][masked_start:masked_end] in ("［电话］", "［邮箱］")
    assert seen["has_original"]
    assert {name: original[name] for name in ("text", "source", "external_id", "product")} == {
        name: TOLD[name] for name in ("text", "source", "external_id", "product")
    }
    async with house.query("collector") as owner:
        sent = await owner.fetchval("SELECT body::text FROM outbox WHERE tenant_id = $1", tenant_id)
        keyed = await owner.fetchval("SELECT wrapped_key IS NOT NULL FROM feedback WHERE tenant_id = $1", tenant_id)
    assert json.loads(sent)["data"]["text"] == seen["text"]
    assert keyed is not named


@pytest.mark.parametrize(
    ("text", "person", "masked"),
    [
        ("我是欧阳娜，打13812345678", {"name": "欧阳娜"}, "我是［姓名］，打［电话］"),
        ("Jane Smith here, Janes Smithers too", {"name": "Jane Smith"}, "[name] here, Janes Smithers too"),
        ("my account is AB-12345", {"external_id": "ab-12345"}, "my account is [account]"),
        ("Al says it is on sale, c1", {"name": "Al", "external_id": "c1"}, "Al says it is on sale, c1"),
        (
            "call 020 7946 0958 or x@y.example",
            {"phone": "020 7946 0958", "email": "x@y.example"},
            "call [phone] or [email]",
        ),
        ("欧阳娜欧阳娜", {"name": "欧阳娜"}, "［姓名］［姓名］"),
    ],
)
def test_what_is_told_of_the_person_is_hidden_in_the_text(text: str, person: dict[str, Any], masked: str) -> None:
    hidden = hide_known(text, mask(text), Person(**person))
    assert hidden.text == masked
    shown, at = "", 0
    for span in hidden.spans:  # The map leads back: what stands between the masks is what stood there.
        assert masked[at : span.masked[0]] == text[len(shown) : span.original[0]]
        shown, at = text[: span.original[1]], span.masked[1]
    assert masked[at:] == text[len(shown) :]


@pytest.mark.parametrize(
    ("label", "masked"),
    [
        ("told-01a2014d-40da-72ca-ab62-ad7c75a7edc4", None),
        ("import-20261122-133000.csv", None),
        ("A1B2C3D4E5", None),
        ("t-13812345678", "t-[phone]"),
        ("shop_li@example.com", "[email]"),
        ("张的店 13912345678", "张的店 ［电话］"),
    ],
)
def test_names_of_systems_and_orders_stay_apart(label: str, masked: str | None) -> None:
    """A source is what lists are narrowed by: two that become one mask can no longer be told apart."""
    assert mask_label(label) == (masked or label)


async def test_where_nothing_was_masked_there_is_no_second_copy(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *PERSONAL) as client:
        plain = {"text": "一开就跳闸", "source": "shop", "external_id": "17", "product": {"model": "H2"}}
        said = (await client.post("/v1/feedback", json=plain)).json()
        seen = (await client.get(f"/v1/feedback/{said['id']}")).json()
        original = (await client.get(f"/v1/feedback/{said['id']}/original")).json()
    assert (seen["text"], seen["masks"], seen["has_original"]) == (plain["text"], [], False)
    assert {name: original[name] for name in plain} == plain
    async with house.query("collector") as owner:
        sealed = "SELECT sealed_original, wrapped_key, masked_spans FROM feedback WHERE tenant_id = $1"
        assert list((await owner.fetch(sealed, tenant_id))[0]) == [None, None, None]


async def test_repeats_are_known_by_what_was_sent_and_not_by_its_mask(house: House, tenant_id: UUID) -> None:
    body = {"text": "打13812345678找我", "source": "店", "external_id": "li.na@example.com"}
    other_person = body | {"external_id": "wang@example.com"}
    other_text = body | {"text": "打13812345679找我"}
    async with door(house, tenant_id) as client:
        first = await client.post("/v1/feedback", json=body)
        again = await client.post("/v1/feedback", json=body)
        assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
        assert (await client.post("/v1/feedback", json=other_text)).status_code == 422
        assert (await client.post("/v1/feedback", json=other_person)).status_code == 201
        items = {"items": [body, other_text, other_person]}
        answered = (await client.post("/v1/feedback:batch", json=items)).json()["items"]
        assert [item["status"] for item in answered] == [200, 422, 200]


async def test_what_came_before_the_masking_is_still_known(house: House, tenant_id: UUID) -> None:
    body = {"text": "一开就跳闸", "source": "shop", "external_id": "17"}
    async with door(house, tenant_id) as client, house.query("collector") as owner:
        first = await client.post("/v1/feedback", json=body)
        await owner.execute("UPDATE feedback SET external_mac = NULL WHERE tenant_id = $1", tenant_id)
        again = await client.post("/v1/feedback", json=body)
        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])


async def test_each_reading_of_an_original_is_noted_and_needs_its_scope(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *PERSONAL) as client:
        said = (await client.post("/v1/feedback", json=TOLD)).json()["id"]
        await client.get(f"/v1/feedback/{said}/original")
        unknown = f"/v1/feedback/{UUID(int=7)}"
        assert [(await client.get(unknown + end)).status_code for end in ("", "/original")] == [404, 404]
    for scope, end in ((Scope.FEEDBACK_READ, "/original"), (Scope.FEEDBACK_WRITE, ""), (Scope.PII_READ, "")):
        async with door(house, tenant_id, scope) as client:
            assert (await client.get(f"/v1/feedback/{said}{end}")).status_code == 403
    async with door(house, UUID(int=tenant_id.int ^ 1), Scope.PII_READ) as stranger:
        assert (await stranger.get(f"/v1/feedback/{said}/original")).status_code == 404
    async with house.query("collector") as owner:
        noted = (
            "SELECT object_id::text, detail::text FROM audit WHERE tenant_id = $1 AND verb = 'feedback.read_original'"
        )
        assert [tuple(row) for row in await owner.fetch(noted, tenant_id)] == [(said, "{}")]


async def test_a_sealed_original_opens_in_its_own_row_alone(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *PERSONAL) as client, house.query("collector") as owner:
        bodies = [{"text": f"打1381234567{number}找我"} for number in range(2)]
        mine, other = [(await client.post("/v1/feedback", json=body)).json()["id"] for body in bodies]
        [row] = await owner.fetch("SELECT * FROM feedback WHERE id = $1", UUID(mine))
        database = Database(house.url("collector", "app"))
        await database.open()
        async with database.transaction(tenant_id) as tx:
            keys = await Keyring(read_master_key(house.data.keys / "master.key")).keys_of(tx, tenant_id)
        await database.close()
        key = keys.unwrap_feedback_key(row["wrapped_key"], UUID(mine))
        here = place(tenant_id, "feedback", "sealed_original", UUID(mine))
        assert json.loads(unseal(key, row["sealed_original"], here)) == bodies[0]
        with pytest.raises(SealBrokenError):
            unseal(key, row["sealed_original"], place(tenant_id, "feedback", "sealed_original", UUID(other)))
        moved = """UPDATE feedback SET (sealed_original, wrapped_key) =
            (SELECT sealed_original, wrapped_key FROM feedback WHERE id = $1) WHERE id = $2"""
        await owner.execute(moved, UUID(mine), UUID(other))
        answer = await client.get(f"/v1/feedback/{other}/original")
        assert answer.status_code == 500
        assert "1381234567" not in answer.text


async def test_a_long_text_is_masked_to_its_end(house: House, tenant_id: UUID) -> None:
    text = "热水器跳闸。" * 3_000 + "打13812345678找我"
    assert len(text) > INLINE_CHARACTERS_MAX
    async with door(house, tenant_id, *PERSONAL) as client:
        said = (await client.post("/v1/feedback", json={"text": text, "channel": "email"})).json()["id"]
        assert (await client.get(f"/v1/feedback/{said}")).json()["text"].endswith("打［电话］找我")
        assert (await client.get(f"/v1/feedback/{said}/original")).json()["text"] == text
