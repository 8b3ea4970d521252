"""Keys of servers and apps: who makes them, what they may, and how they end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.tracker.domain.tenancy import is_origin
from shared.access.keys import hash_secret, split_key
from shared.access.scopes import Role, Scope, scopes_of
from tests.collector.door import first_error, refusal
from tests.house_of_test import House, eventually, running

SERVER: dict[str, Any] = {"kind": "secret", "label": "shop", "scopes": ["feedback:write", "work:read"]}
APP: dict[str, Any] = {
    "kind": "publishable",
    "label": "app",
    "channel": "widget",
    "origins": ["https://a.example.test"],
}


@asynccontextmanager
async def tracker(
    house: House, tenant_id: UUID, *scopes: Scope, lanes: str = "api"
) -> AsyncIterator[httpx.AsyncClient]:
    key = await house.new_key(tenant_id, *(scopes or scopes_of([Role.ADMIN])))
    async with running(house.app("tracker", lanes=lanes), key) as client:
        yield client


async def made(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    answer = await client.post("/v1/keys", json=wanted)
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


async def status_with(client: httpx.AsyncClient, key: str, path: str = "/v1/cases") -> int:
    return (await client.get(path, headers={"Authorization": f"Bearer {key}"})).status_code


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id) as client:
        key = await made(client, **SERVER)
        listed = (await client.get("/v1/keys")).json()["items"]
        [one] = listed
        assert "key" not in one
        assert one == {name: value for name, value in key.items() if name != "key"}
        assert await status_with(client, key["key"]) == 200
    _, secret = split_key(key["key"]) or ("", "")
    async with house.query("tracker") as owner:
        row = await owner.fetchrow("SELECT * FROM api_key WHERE tenant_id = $1", tenant_id)
        sent = await owner.fetch("SELECT body::text FROM outbox WHERE tenant_id = $1", tenant_id)
    assert row is not None
    assert row["secret_sha256"] == hash_secret(secret)
    assert secret not in str(dict(row)) + str([fact["body"] for fact in sent])


async def test_a_body_that_needs_no_field_may_be_left_out(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id) as client:
        old = await made(client, **SERVER)
        rotated = await client.post(f"/v1/keys/{old['id']}:rotate", headers={"Content-Length": "0"})
        assert rotated.status_code == 201, rotated.text
        assert rotated.json()["replaces"] == old["id"]
        needed = await client.post(f"/v1/keys/{rotated.json()['id']}:revoke")
        assert (needed.status_code, refusal(needed)["code"]) == (400, "not_json")
        empty_change = await client.patch(f"/v1/tenants/{tenant_id}", headers={"If-Match": "*"})
        assert refusal(empty_change)["code"] == "not_json"


async def test_a_key_follows_another_and_both_work_for_a_while(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id) as client:
        old = await made(client, **SERVER, expires_in_days=30)
        new = (await client.post(f"/v1/keys/{old['id']}:rotate", json={"overlap_hours": 1})).json()
        assert new["replaces"] == old["id"]
        assert (new["scopes"], new["label"]) == (old["scopes"], old["label"])
        assert await status_with(client, old["key"]) == await status_with(client, new["key"]) == 200
        assert (await client.get(f"/v1/keys/{old['id']}")).json()["expires_at"] < old["expires_at"]
        again = await client.post(f"/v1/keys/{old['id']}:rotate", json={})
        assert refusal(again)["code"] == "key_is_over"
        await client.post(f"/v1/keys/{new['id']}:rotate", json={"overlap_hours": 0})

        async def with_new() -> int:
            return await status_with(client, new["key"])

        await eventually(with_new, 401, wait_s=5)
        refused = await client.post(f"/v1/keys/{new['id']}:rotate", json={})
        assert refusal(refused)["code"] == "key_is_over"


async def test_a_revoked_key_is_refused_by_all_three_within_five_seconds(house: House, tenant_id: UUID) -> None:
    lanes = "api,relay,consumer"
    async with (
        tracker(house, tenant_id, lanes=lanes) as client,
        running(house.app("collector", lanes=lanes), None) as collector,
        running(house.app("classifier", lanes=lanes), None) as classifier,
    ):
        key = await made(client, kind="secret", label="all", scopes=["figures:read"])

        async def statuses() -> set[int]:
            return {await status_with(one, key["key"], "/v1/figures") for one in (client, collector, classifier)}

        await eventually(statuses, {200})
        revoked = (await client.post(f"/v1/keys/{key['id']}:revoke", json={"reason": "leaked"})).json()
        assert revoked["revoked_at"]
        await eventually(statuses, {401}, wait_s=5)


async def test_a_key_tells_when_it_was_last_used_also_elsewhere(house: House, tenant_id: UUID) -> None:
    lanes = "api,relay,consumer"
    async with (
        tracker(house, tenant_id, lanes=lanes) as client,
        running(house.app("classifier", lanes=lanes), None) as classifier,
    ):
        key = await made(client, kind="secret", label="figures", scopes=["figures:read"])
        assert key["last_used_at"] is None

        async def with_key() -> int:
            return await status_with(classifier, key["key"], "/v1/figures")

        await eventually(with_key, 200)

        async def is_known() -> bool:
            return bool((await client.get(f"/v1/keys/{key['id']}")).json()["last_used_at"])

        await eventually(is_known, wanted=True)


@pytest.mark.parametrize("scope", [Scope.OPERATOR, Scope.FEEDBACK_SEND, Scope.KEYS_MANAGE, Scope.PII_READ])
async def test_nobody_gives_what_they_do_not_hold_or_no_key_may(house: House, tenant_id: UUID, scope: Scope) -> None:
    async with tracker(house, tenant_id) as client:
        answer = await client.post("/v1/keys", json=SERVER | {"scopes": ["work:read", scope]})
        assert first_error(refusal(answer)) == ("/scopes", "scopes_not_yours")


async def test_nobody_comes_to_more_by_rotating_anothers_key(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id, Scope.OPERATOR) as operator:
        key = await made(operator, **SERVER | {"scopes": ["pii:read"]})
    async with tracker(house, tenant_id) as admin:
        refused = refusal(await admin.post(f"/v1/keys/{key['id']}:rotate", json={}))
        assert first_error(refused) == ("/scopes", "scopes_not_yours")


async def test_whoever_holds_it_may_give_it(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id, *scopes_of([Role.ADMIN, Role.DPO])) as client:
        assert (await made(client, **SERVER | {"scopes": ["pii:read"]}))["scopes"] == ["pii:read"]


@pytest.mark.parametrize(
    ("wanted", "pointer", "code"),
    [
        (SERVER | {"scopes": []}, "/scopes", "needed_for_kind"),
        (SERVER | {"origins": ["https://a.example.test"]}, "/origins", "other_kind"),
        (SERVER | {"requests_per_minute": 3}, "/requests_per_minute", "other_kind"),
        (SERVER | {"scopes": ["fly"]}, "/scopes/0", "not_one_of"),
        (SERVER | {"kind": "operator"}, "/kind", "not_one_of"),
        (SERVER | {"expires_in_days": 0}, "/expires_in_days", "too_small"),
        (APP | {"channel": None}, "/channel", "needed_for_kind"),
        (APP | {"channel": "email"}, "/channel", "not_public"),
        (APP | {"channel": "Chat room"}, "/channel", "not_public"),
        (APP | {"scopes": ["feedback:send"]}, "/scopes", "other_kind"),
        (APP | {"origins": ["http://a.example.test"]}, "/origins/0", "not_an_origin"),
        (APP | {"requests_per_minute": 100_000}, "/requests_per_minute", "too_large"),
    ],
)
async def test_a_wrong_key_is_refused_by_field(
    house: House, tenant_id: UUID, wanted: dict[str, Any], pointer: str, code: str
) -> None:
    async with tracker(house, tenant_id) as client:
        assert first_error(refusal(await client.post("/v1/keys", json=wanted))) == (pointer, code)


@pytest.mark.parametrize("role", set(Role) - {Role.ADMIN})
async def test_only_an_administrator_sees_and_makes_keys(house: House, tenant_id: UUID, role: Role) -> None:
    async with tracker(house, tenant_id, *scopes_of([role])) as client:
        assert (await client.get("/v1/keys")).status_code == 403
        assert (await client.post("/v1/keys", json=SERVER)).status_code == 403


async def test_each_change_has_its_line(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id) as client:
        key = await made(client, **APP)
        await client.post(f"/v1/keys/{key['id']}:rotate", json={})
        await client.post(f"/v1/keys/{key['id']}:revoke", json={"reason": "leaked"})
    async with house.query("tracker") as owner:
        rows = await owner.fetch("SELECT verb FROM audit WHERE tenant_id = $1 ORDER BY at", tenant_id)
    assert [row["verb"] for row in rows] == ["key.make", "key.rotate", "key.revoke"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://shop.example.test", True),
        ("https://shop.example.test:8443", True),
        ("http://localhost:3000", True),
        ("http://shop.example.test", False),
        ("https://shop.example.test/", False),
        ("https://Shop.example.test", False),
        ("https://user@shop.example.test", False),
        ("https://", False),
        ("*", False),
        ("null", False),
        ("https://a:b:c", False),
    ],
)
def test_an_origin_is_written_as_browsers_do(text: str, is_one: bool) -> None:  # noqa: FBT001 - an expected value
    assert is_origin(text) is is_one


async def test_a_key_may_be_bound_to_a_channel_that_only_the_collector_knows(house: House, tenant_id: UUID) -> None:
    async with tracker(house, tenant_id) as client:
        made = await client.post("/v1/keys", json=APP | {"channel": "chat"})
    assert (made.status_code, made.json()["channel"]) == (201, "chat")
