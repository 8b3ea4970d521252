"""Which lines there are: of people's deeds and of what services do by themselves; read through the door."""

import json
from typing import Any
from uuid import UUID

import pytest

from shared.access.scopes import Scope
from shared.ids import new_id
from tests.house_of_test import SERVICES, TRAINING_WAIT_S, House, eventually, running, texts
from tests.tracker.desk import classified, desk

_LINES = "SELECT verb, detail::text AS detail, why, actor FROM audit WHERE tenant_id = $1 AND actor = $2 ORDER BY id"

_UNSEALED = """
SELECT count(*) FROM audit a
WHERE tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
"""


async def lines(house: House, service: str, tenant_id: UUID, actor: str) -> list[dict[str, Any]]:
    async with house.query(service) as owner:
        rows = await owner.fetch(_LINES, tenant_id, actor)
    return [{**dict(row), "detail": json.loads(row["detail"])} for row in rows]


async def test_a_batch_of_facts_leaves_one_line_in_each_service(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with (
        running(house.app("collector", lanes="api,relay"), key) as collector,
        running(house.app("classifier", lanes="api,relay,consumer,jobs"), key),
        running(house.app("tracker", lanes="api,consumer,jobs"), key) as tracker,
    ):
        items = [{"text": text} for text in texts(30)]
        accepted = (await collector.post("/v1/feedback:batch", json={"items": items})).json()["items"]

        async def cases() -> int:
            return int((await tracker.get("/v1/figures")).json()["cases"])

        await eventually(cases, 30, wait_s=TRAINING_WAIT_S)
        [line] = await lines(house, "classifier", tenant_id, "classifier")
        assert (line["verb"], line["why"]) == ("feedback.classify", "FeedbackReceived")
        assert line["detail"] == {"count": 30, "first": accepted[0]["id"], "last": accepted[-1]["id"]}
        opened = await lines(house, "tracker", tenant_id, "tracker")
        assert {(line["verb"], line["why"]) for line in opened} == {("case.open", "FeedbackClassified")}
        assert sum(line["detail"]["count"] for line in opened) == 30

        async def unsealed() -> int:
            async with house.query("tracker") as owner:
                return int(await owner.fetchval(_UNSEALED, tenant_id))

        await eventually(unsealed, 0)

        async def is_noted() -> bool:
            return str(tenant_id) in (house.data.root / "audit" / "tracker.heads").read_text()

        await eventually(is_noted, wanted=True)  # The end is noted after its commit.


async def test_a_fact_that_is_known_leaves_no_second_line(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        fact = classified(tenant_id, new_id())
        await us.open([fact])
        assert await us.open_again([fact]) == {}


@pytest.mark.parametrize("service", SERVICES)
async def test_the_door_needs_its_scope_and_shows_a_tenant_its_own(house: House, service: str) -> None:
    mine, other = new_id(), new_id()
    for scope, status in ((Scope.AUDIT_READ, 200), (Scope.FEEDBACK_WRITE, 403)):
        async with running(house.app(service), await house.new_key(other, scope)) as client:
            assert (await client.get("/v1/audit")).status_code == status
    async with running(house.app(service), None) as client:
        assert (await client.get("/v1/audit")).status_code == 401
    thing, verbs = new_id(), ("a.one", "a.two", "a.three")
    async with house.query(service) as owner:
        for verb in verbs:
            await owner.execute(
                "INSERT INTO audit (tenant_id, id, actor, verb, object_kind, object_id, detail, after)"
                " VALUES ($1, $2, 'li', $3, 'x', $4, '{}', '{\"n\": 1}')",
                mine, new_id(), verb, thing if verb == "a.two" else None,
            )  # fmt: skip
    async with running(house.app(service), await house.new_key(mine, Scope.AUDIT_READ)) as client:
        first = (await client.get("/v1/audit", params={"limit": 2})).json()
        assert [line["verb"] for line in first["items"]] == ["a.three", "a.two"]
        rest = (await client.get("/v1/audit", params={"limit": 2, "cursor": first["next"]})).json()
        assert [line["verb"] for line in rest["items"]] == ["a.one"]
        assert rest["items"][0]["after"] == {"n": 1}
        for query, found in [
            ({"object_id": str(thing)}, 1),
            ({"verb": "a.one", "actor": "li"}, 1),
            ({"actor": "wang"}, 0),
            ({"since": "2026-01-01T00:00:00Z"}, 3),
            ({"since": "2199-01-01T00:00:00Z"}, 0),
        ]:
            assert len((await client.get("/v1/audit", params=query)).json()["items"]) == found
        assert (await client.get("/v1/audit", params={"since": "yesterday"})).status_code == 422
    async with running(house.app(service), await house.new_key(other, Scope.AUDIT_READ)) as client:
        seen = (await client.get("/v1/audit")).json()["items"]
        assert [line for line in seen if line["verb"].startswith("a.")] == []
