"""Tenants: made, changed, shut out, let in again, deleted; none of them by another."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.tracker.domain.reasons import names_a_person
from shared.access.keys import FIRST_TENANT_ID
from shared.access.scopes import Role, Scope, scopes_of
from shared.ids import new_id
from tests.collector.door import first_error, refusal
from tests.house_of_test import SERVICES, House, eventually, running

_TABLES_OF_TENANTS = """
SELECT table_name AS name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_name <> 'forgotten_tenant'
"""
# What stays says only that the tenant is gone.
_SPARED = {
    "outbox": "AND body->>'type' <> 'TenantChanged'",
    "job": "AND kind <> 'forget_tenant'",
    "credential": "AND kind <> 'tenant'",
}
ALL_LANES = "api,relay,consumer,jobs"
WHY = {"reason": "contract ended"}
ANY_VERSION = {"If-Match": "*"}


class Offices:
    """The three services with their lanes, and an operator's way into each."""

    def __init__(self, house: House, clients: dict[str, httpx.AsyncClient]) -> None:
        self.house = house
        self.collector, self.tracker = clients["collector"], clients["tracker"]
        self.classifier = clients["classifier"]

    async def make(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
        wanted = {"slug": f"t-{new_id().hex[-12:]}", "name": "海尔 test"} | more
        answer = await self.tracker.post("/v1/tenants", json=wanted)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def key(self, tenant: str, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
        answer = await self.tracker.post("/v1/keys", json=wanted, headers={"Huiyin-Tenant": tenant})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def has_cases(self, tenant: str) -> bool:
        listed = await self.tracker.get("/v1/cases", headers={"Huiyin-Tenant": tenant})
        return bool(listed.json()["items"])

    async def send_late(self, gone: str, other: str) -> None:
        """A fact of a tenant that is gone, as a stream that was sent again would bring it; then one that is not."""
        add = "INSERT INTO outbox (tenant_id, id, subject, body) VALUES ($1, $2, 'huiyin.FeedbackReceived', $3)"
        read = "SELECT body FROM outbox WHERE tenant_id = $1 AND subject = 'huiyin.FeedbackReceived' LIMIT 1"
        taken = "SELECT msg_id FROM inbox WHERE msg_id = $1"
        async with self.house.query("collector") as owner, self.house.query("classifier") as hearer:
            body = json.loads(await owner.fetchval(read, UUID(other)))
            late, live = new_id(), new_id()
            for fact, tenant in ((late, gone), (live, other)):
                await owner.execute(add, UUID(other), fact, json.dumps(body | {"id": str(fact), "tenant_id": tenant}))

            async def heard() -> UUID | None:
                found: UUID | None = await hearer.fetchval(taken, live)
                return found

            await eventually(heard, live)

    async def left_of(self, tenant: str) -> dict[str, int]:
        """Rows of the tenant in any table, beside those that say that it is gone."""
        left = {}
        for service in SERVICES:
            async with self.house.query(service) as owner:
                for table in await owner.fetch(_TABLES_OF_TENANTS):
                    name = table["name"]
                    count = f"SELECT count(*) FROM {name} WHERE tenant_id = $1 {_SPARED.get(name, '')}"
                    if rows := await owner.fetchval(count, UUID(tenant)):
                        left[f"{service}.{name}"] = rows
        return left

    async def post(self, key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return (await self.collector.post("/v1/feedback", json={"text": "坏了"}, headers=headers)).status_code


@pytest.fixture
async def offices(house: House) -> AsyncIterator[Offices]:
    key = await house.new_key(new_id(), Scope.OPERATOR)
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(running(house.app(name, lanes=ALL_LANES), key))
            for name in ("collector", "classifier", "tracker")
        }
        yield Offices(house, clients)


SERVER = {"kind": "secret", "label": "shop", "scopes": ["feedback:write"]}


async def test_a_tenant_is_shut_out_everywhere_and_let_in_again(offices: Offices) -> None:
    tenant = (await offices.make())["id"]
    key = (await offices.key(tenant, **SERVER))["key"]

    async def sending() -> int:
        return await offices.post(key)

    await eventually(sending, 201)
    suspended = await offices.tracker.post(f"/v1/tenants/{tenant}:suspend", json=WHY)
    assert suspended.json()["state"] == "suspended"
    await eventually(sending, 403, wait_s=5)
    await offices.tracker.post(f"/v1/tenants/{tenant}:resume", json=WHY)
    await eventually(sending, 201, wait_s=5)


async def test_nobody_comes_into_a_company_that_is_shut_out(offices: Offices) -> None:
    tenant = (await offices.make())["id"]
    link = await offices.tracker.post("/v1/sign-in/first-links", json={}, headers={"Huiyin-Tenant": tenant})
    await offices.tracker.post(f"/v1/tenants/{tenant}:suspend", json=WHY)
    use = {"token": link.json()["token"], "password": "mauve tractor nine", "name": "Li", "email": "li@example.test"}
    assert refusal(await offices.tracker.post("/v1/sign-in/link", json=use))["code"] == "tenant_suspended"
    await offices.tracker.post(f"/v1/tenants/{tenant}:resume", json=WHY)
    assert (await offices.tracker.post("/v1/sign-in/link", json=use)).is_success


async def test_a_tenant_is_deleted_in_two_steps_and_by_its_name(offices: Offices) -> None:
    tenant = await offices.make()
    delete = f"/v1/tenants/{tenant['id']}:delete"
    right = WHY | {"slug": tenant["slug"]}
    wrong = refusal(await offices.tracker.post(delete, json=WHY | {"slug": "main"}))
    assert first_error(wrong) == ("/slug", "other_slug")
    refused = refusal(await offices.tracker.post(delete, json=right))
    assert (refused["code"], refused["legal_moves"]) == ("illegal_tenant_state", ["suspended"])
    await offices.tracker.post(f"/v1/tenants/{tenant['id']}:suspend", json=WHY)
    own = {"Huiyin-Tenant": tenant["id"]}
    assert (await offices.tracker.post(delete, json=right, headers=own)).json()["state"] == "deleted"
    async with offices.house.query("tracker") as owner:
        noted = "SELECT tenant_id FROM audit WHERE verb = 'tenant.delete_asked' AND object_id = $1"
        assert {row["tenant_id"] for row in await owner.fetch(noted, UUID(tenant["id"]))} == {FIRST_TENANT_ID}


async def test_nothing_of_a_deleted_tenant_is_left_and_nothing_comes_back(offices: Offices) -> None:
    tenant = await offices.make()
    other = await offices.make()
    keys = [(await offices.key(one["id"], **SERVER))["key"] for one in (tenant, other)]
    for key in keys:
        await eventually(partial(offices.post, key), 201)
    for one in (tenant, other):
        await eventually(partial(offices.has_cases, one["id"]), wanted=True)
    await offices.tracker.post(f"/v1/tenants/{tenant['id']}:suspend", json=WHY)
    await offices.tracker.post(f"/v1/tenants/{tenant['id']}:delete", json=WHY | {"slug": tenant["slug"]})
    await eventually(partial(offices.left_of, tenant["id"]), {})
    await eventually(partial(offices.post, keys[0]), 401)
    await eventually(partial(offices.left_of, tenant["id"]), {})
    assert (await offices.tracker.get(f"/v1/tenants/{tenant['id']}")).status_code == 404
    late = {"Huiyin-Tenant": tenant["id"]}
    refused = refusal(await offices.collector.post("/v1/feedback", json={"text": "坏了"}, headers=late))
    assert refused["code"] == "unknown_tenant"
    await offices.send_late(tenant["id"], other["id"])
    assert await offices.left_of(tenant["id"]) == {}
    assert await offices.has_cases(other["id"])


async def test_a_deletion_holds_from_its_answer_on_and_elsewhere_with_its_event(house: House) -> None:
    """No lane runs in the tracker, so that the job which deletes the rows has not begun."""
    key = await house.new_key(new_id(), Scope.OPERATOR)
    async with running(house.app("tracker"), key) as tracker:
        made = (await tracker.post("/v1/tenants", json={"slug": f"t-{new_id().hex[-12:]}", "name": "x"})).json()
        at, own = f"/v1/tenants/{made['id']}", {"Huiyin-Tenant": made["id"]}
        assert (await tracker.post(f"{at}:suspend", json=WHY)).is_success
        assert (await tracker.post("/v1/keys", json=SERVER, headers=own)).is_success, "export and the like go on"
        assert (await tracker.post(f"{at}:delete", json=WHY | {"slug": made["slug"]})).is_success
        assert refusal(await tracker.post("/v1/keys", json=SERVER, headers=own))["code"] == "unknown_tenant"
        changed = await tracker.patch(at, json={"name": "y"}, headers=ANY_VERSION)
        assert refusal(changed)["code"] == "unknown_tenant"
    async with house.query("collector", "app") as app, house.query("collector") as owner:
        await house.know_tenant(UUID(made["id"]))
        await owner.execute("UPDATE credential SET revoked_at = now() WHERE id = $1", UUID(made["id"]))
        known = "SELECT tenant_is_known($1)"
        await app.execute("SELECT note_forgotten($1)", UUID(made["id"]))
        assert await app.fetchval(known, UUID(made["id"])), "another's transaction ends nothing"
        async with app.transaction():
            await app.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{made['id']}}}")
            await app.execute("SELECT note_forgotten($1)", UUID(made["id"]))
        assert not await app.fetchval(known, UUID(made["id"]))


async def test_nobody_at_the_door_of_a_tenant_that_is_shut_out_learns_that_a_password_is_right(house: House) -> None:
    """Nor does a try leave a line there, or in the audit of a tenant that never was."""
    key = await house.new_key(new_id(), Scope.OPERATOR)
    async with running(house.app("tracker"), key) as tracker:
        made = (await tracker.post("/v1/tenants", json={"slug": f"t-{new_id().hex[-12:]}", "name": "x"})).json()
        link = await tracker.post("/v1/sign-in/first-links", json={}, headers={"Huiyin-Tenant": made["id"]})
        who = {"email": "li@example.test", "password": "mauve tractor nine"}
        joined = await tracker.post("/v1/sign-in/link", json=who | {"token": link.json()["token"], "name": "Li"})
        assert joined.is_success, joined.text
        tracker.headers.pop("Authorization")
        says = [who | {"tenant": name} for name in (made["id"], made["slug"], str(new_id()))]
        wrong = who | {"tenant": made["id"], "password": "another tractor ten"}
        assert (await tracker.post("/v1/sign-in", json=says[0])).status_code == 201
        suspended = await tracker.post(
            f"/v1/tenants/{made['id']}:suspend", json=WHY, headers={"Authorization": f"Bearer {key}"}
        )
        assert suspended.is_success
        answers = [refusal(await tracker.post("/v1/sign-in", json=said)) for said in (*says, wrong)]
        assert {(said["status"], said["code"]) for said in answers} == {(401, "sign_in_failed")}
    async with house.query("tracker") as owner:
        left = "SELECT count(*) FROM audit WHERE tenant_id = ANY ($1) AND verb = 'sign_in.refuse'"
        assert await owner.fetchval(left, [UUID(said["tenant"]) for said in (says[0], says[2])]) == 0


async def test_a_number_is_read_by_the_country_that_the_tenant_is_at_home_in(offices: Offices) -> None:
    """The tracker keeps the country; the collector hears of it and reads, keeps and looks for numbers by it."""
    tenant = await offices.make(time_zone="Europe/London")
    assert tenant["country"] == "GB"
    us = {"Huiyin-Tenant": tenant["id"]}
    path = f"/v1/tenants/{tenant['id']}"
    changed = await offices.tracker.patch(path, json={"country": "US"}, headers=us | ANY_VERSION)
    assert changed.json()["country"] == "US"

    async def is_one() -> bool:
        bodies = [{"text": "坏了", "customer": {"phone": phone}} for phone in ("415 555 0100", "+1 415 555 0100")]
        await offices.collector.post("/v1/feedback:batch", json={"items": bodies}, headers=us)
        asked = [{"by": "phone", "value": value} for value in ("(415) 555-0100", "+14155550100")]
        found = [await offices.collector.post("/v1/customers:find", json=one, headers=us) for one in asked]
        return found[0].is_success and found[0].json() == found[1].json()

    await eventually(is_one, wanted=True)


async def test_the_operator_sees_all_tenants_and_makes_each_slug_once(offices: Offices) -> None:
    tenant = await offices.make(time_zone="Europe/Berlin", languages=["en"])
    again = await offices.tracker.post("/v1/tenants", json={"slug": tenant["slug"], "name": "x"})
    assert first_error(refusal(again)) == ("/slug", "slug_taken")
    assert tenant in (await offices.tracker.get("/v1/tenants", params={"limit": 200})).json()["items"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("slug", "Not A Slug", "not_a_slug"),
        ("slug", "-x", "not_a_slug"),
        ("time_zone", "Mars/Olympus", "not_a_time_zone"),
        ("country", "XX", "not_a_country"),
        ("languages", [], "too_few"),
        ("languages", ["fr"], "not_one_of"),
        ("name", " ", "empty"),
    ],
)
async def test_a_wrong_tenant_is_refused_by_field(offices: Offices, field: str, value: object, code: str) -> None:
    wanted = {"slug": "good", "name": "good", field: value}
    pointer, said = first_error(refusal(await offices.tracker.post("/v1/tenants", json=wanted)))
    assert (pointer.split("/")[1], said) == (field, code)


@pytest.mark.parametrize(
    ("reason", "is_refused"),
    [
        ("li@example.test asked for it", True),
        ("客户 138-0013-8000 要求", True),
        ("call ＋４９ (30) 1234 5678", True),
        ("证件 11010519491231002X", True),
        ("ticket 20261122, contract ended 2026-11-22 14:05", False),
        ("合同到期 @ 2026/11/22", False),
    ],
)
def test_a_reason_names_no_person(reason: str, is_refused: bool) -> None:  # noqa: FBT001 - an expected value
    assert names_a_person(reason) is is_refused


async def test_a_reason_that_names_a_person_is_refused_at_every_door_that_takes_one(house: House) -> None:
    async with running(house.app("tracker"), await house.new_key(new_id(), Scope.OPERATOR)) as client:
        made = (await client.post("/v1/tenants", json={"slug": f"t-{new_id().hex[-12:]}", "name": "x"})).json()
        body = {"reason": "li@example.test"}
        for door in (f"tenants/{made['id']}:suspend", f"tenants/{made['id']}:resume", f"keys/{new_id()}:revoke"):
            refused = refusal(await client.post(f"/v1/{door}", json=body))
            assert first_error(refused) == ("/reason", "names_a_person")


async def test_an_operator_cannot_work_for_a_tenant_that_is_not_there(offices: Offices) -> None:
    headers = {"Huiyin-Tenant": str(new_id())}
    assert refusal(await offices.tracker.get("/v1/keys", headers=headers))["code"] == "unknown_tenant"
    answer = await offices.collector.post("/v1/feedback", json={"text": "x"}, headers=headers)
    assert refusal(answer)["code"] == "unknown_tenant"


async def test_a_person_changes_their_own_tenant_alone(house: House) -> None:
    async with running(house.app("tracker"), await house.new_key(new_id(), Scope.OPERATOR)) as operator:
        slugs = [f"t-{new_id().hex[-12:]}" for _ in range(2)]
        made = [await operator.post("/v1/tenants", json={"slug": slug, "name": "x"}) for slug in slugs]
    own, other = (answer.json()["id"] for answer in made)
    admin = await house.new_key(UUID(own), *scopes_of([Role.ADMIN]))
    async with running(house.app("tracker"), admin) as client:
        assert (await client.patch(f"/v1/tenants/{own}", json={"name": "新名"}, headers=ANY_VERSION)).json()[
            "name"
        ] == "新名"
        assert (await client.patch(f"/v1/tenants/{other}", json={"name": "x"}, headers=ANY_VERSION)).status_code == 404
        assert (await client.get(f"/v1/tenants/{other}")).status_code == 404
        for door, body in (("suspend", WHY), ("resume", WHY), ("delete", WHY | {"slug": "x"})):
            assert (await client.post(f"/v1/tenants/{own}:{door}", json=body)).status_code == 403
        assert (await client.get("/v1/tenants")).status_code == 403
        headers = {"Huiyin-Tenant": other}
        assert refusal(await client.get("/v1/keys", headers=headers))["status"] == 403
