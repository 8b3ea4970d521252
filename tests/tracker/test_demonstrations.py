"""A tenant that is a demonstration writes to nobody, a brand is what customers read, and a history keeps its times."""

from typing import Any
from uuid import UUID

import httpx

from shared.access.scopes import Role, Scope, scopes_of
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.house_of_test import House, running
from tests.tracker.desk import ANY_VERSION, classified, desk
from tests.tracker.office import CLAIMED, WORK, Office, office, person

THEN = "2026-03-01T08:00:00Z"


async def make(house: House, **about: Any) -> UUID:  # noqa: ANN401 - any part of a tenant
    wanted = {"slug": f"t-{new_id().hex[-12:]}", "name": "演示"} | about
    async with running(house.app("tracker"), await house.new_key(new_id(), Scope.OPERATOR)) as client:
        answer = await client.post("/v1/tenants", json=wanted)
        assert answer.status_code == 201, answer.text
        assert {name: answer.json()[name] for name in about} == about
        return UUID(answer.json()["id"])


async def reply(at: Office) -> None:
    [customer] = at.book.know(person(WORK, language=Language.EN))
    [case] = await at.us.open([classified(at.us.tenant_id, customer)])
    await at.us.post(f"/v1/cases/{case}/replies", 201, text="Press R.")


async def test_a_demonstrations_mails_are_kept_though_there_is_a_mail_server(house: House) -> None:
    tenant_id = await make(house, is_demo=True)
    async with office(house, tenant_id) as at:
        await at.close(person(WORK), person(CLAIMED))
        await reply(at)
        await at.work()
        assert sorted(await at.ledger()) == [
            ("not_sent", "demo"), ("not_sent", "demo"), ("skipped", "not_verified"),
        ]  # fmt: skip
        assert at.mails.mails == []
        assert all(one["text"] for one in (await at.us.read("/v1/notices", state="not_sent"))["items"])


async def test_a_mail_that_waited_is_kept_once_its_tenant_is_a_demonstration(house: House) -> None:
    tenant_id = await make(house)
    async with office(house, tenant_id) as at:
        await reply(at)
        at.mails.rcpt_replies = ["451 later"]
        await at.work()
        await at.us.patch(f"/v1/tenants/{tenant_id}", 200, is_demo=True)
        await at.work()
        assert await at.ledger() == [("not_sent", "demo")]
        assert at.mails.mails == []


async def test_customers_read_the_tenants_brand_and_without_one_the_instances(house: House) -> None:
    tenant_id = await make(house, brand="Kestrel")
    async with office(house, tenant_id) as at:
        await reply(at)
        await at.work()
        assert (await at.us.patch(f"/v1/tenants/{tenant_id}", 200, brand=None))["brand"] is None
        await reply(at)
        await at.work()
        subjects = [mail["Subject"].partition(":")[0] for mail in at.mails.mails]
        assert subjects == ["Kestrel", "Huiyin"]


async def test_only_an_operator_makes_a_demonstration_of_a_tenant(house: House) -> None:
    tenant_id = await make(house)
    key = await house.new_key(tenant_id, *scopes_of([Role.ADMIN]) - {Scope.MEMBERS_MANAGE, Scope.KEYS_MANAGE})
    async with running(house.app("tracker"), key) as client:
        path = f"/v1/tenants/{tenant_id}"
        refused = await client.patch(path, json={"is_demo": True}, headers=ANY_VERSION)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        changed = await client.patch(path, json={"brand": "Kestrel", "is_demo": None}, headers=ANY_VERSION)
        assert (changed.json()["brand"], changed.json()["is_demo"]) == ("Kestrel", False)


async def test_a_history_is_taken_over_with_its_own_times(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.post("/v1/problems", 201, title="x", occurred_at=THEN)
        action = await us.post("/v1/actions", 201, problem_id=problem["id"], title="x", occurred_at=THEN)
        moved = await us.post(f"/v1/actions/{action['id']}/moves", 200, to="analyse", occurred_at=THEN)
        assert {problem["created_at"], action["created_at"], moved["moves"][0]["moved_at"]} == {THEN}
        for when in ("1999-12-31T00:00:00Z", "2100-01-01T00:00:00Z"):
            answer = await us.client.post("/v1/problems", json={"title": "x", "occurred_at": when})
            assert answer.json()["errors"][0]["code"] == "time_out_of_range"


async def test_nobody_else_says_when_something_happened(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        action = await us.action_for(problem)
    key = await house.new_key(tenant_id, Scope.CASES_WRITE, Scope.ACTIONS_WRITE, Scope.WORK_READ)
    async with running(house.app("tracker"), key) as client:

        async def asked(path: str, **body: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
            return await client.post(path, json=body | {"occurred_at": THEN}, headers=ANY_VERSION)

        for answer in (
            await asked("/v1/problems", title="x"),
            await asked("/v1/actions", problem_id=problem, title="x"),
            await asked(f"/v1/actions/{action}/moves", to="analyse"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await client.get(f"/v1/actions/{action}")).json()["state"] == "draft"
