"""Dead letters for a person: listed without their words, shown with a line in the audit, tried again once."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.contracts.routes import subject_of
from shared.database import Database
from shared.ids import new_id
from shared.messaging.dead_letters import TRIES_MAX
from shared.messaging.lanes import running as lanes_running
from tests.house_of_test import SERVICES, House, eventually, running
from tests.shared.test_messaging import Hearer, fact, has, line

SECRET_WORDS = "一开热水器就跳闸，手有点麻"


class Desk:
    """The operator at the classifier, and the tenant whose facts died there."""

    def __init__(self, house: House, client: httpx.AsyncClient, tenant_id: UUID) -> None:
        self.house, self.client, self.tenant_id = house, client, tenant_id

    async def listed(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/dead-letters", params={"tenant_id": str(self.tenant_id)})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def audited(self) -> list[str]:
        async with self.house.query("classifier") as owner:
            rows = await owner.fetch(
                "SELECT verb FROM audit WHERE tenant_id = $1 AND actor = 'test' ORDER BY id", self.tenant_id
            )
        return [row["verb"] for row in rows]

    async def is_dead(self, msg_id: UUID) -> bool:
        return str(msg_id) in [letter["msg_id"] for letter in await self.listed()]


async def test_a_dead_fact_is_listed_shown_and_has_its_effect_at_last_once(house: House, tenant_id: UUID) -> None:
    """The relay runs by hand-built lanes here: an app with lanes would digest other tests' facts, too."""
    name = f"dead-{tenant_id}"
    key = await house.new_key(new_id(), Scope.OPERATOR)
    async with Hearer(house, name) as hearer, running(house.app("classifier", lanes="api,relay"), key) as client:
        desk, bad = Desk(house, client, tenant_id), fact(tenant_id, SECRET_WORDS)
        hearer.poison = {bad.id}
        await hearer.publish([line(bad)])
        async with lanes_running([hearer.lane]):
            await eventually(lambda: desk.is_dead(bad.id), wanted=True)
            [letter] = await desk.listed()
            assert (letter["consumer"], letter["tries"], letter["error"]) == (name, TRIES_MAX, "ValueError")
            assert SECRET_WORDS not in json.dumps(letter, ensure_ascii=False)
            assert await desk.audited() == [], "a list says nothing that needs noting"
            whole = (await client.get(f"/v1/dead-letters/{name}/{bad.id}")).json()
            assert whole["body"]["data"]["text"] == SECRET_WORDS
            assert await desk.audited() == ["dead_letter.read"]
            hearer.poison = set()
            answers = [await client.post(f"/v1/dead-letters/{name}/{bad.id}:replay") for _ in range(2)]
            assert [answer.status_code for answer in answers] == [202, 404]
            await eventually(lambda: has(hearer, bad), wanted=True)
            await carried_once_more(hearer, bad)
        assert await desk.audited() == ["dead_letter.read", "dead_letter.replay"]
        assert await desk.listed() == []


async def carried_once_more(hearer: Hearer, bad: Envelope) -> None:
    after = fact(bad.tenant_id)
    await hearer.publish([line(bad), line(after)])
    await eventually(lambda: has(hearer, after), wanted=True)
    assert hearer.heard.count(bad.id) == 1, "carried three times, one effect"


async def test_what_fails_again_comes_back(house: House, tenant_id: UUID) -> None:
    name = f"again-{tenant_id}"
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with Hearer(house, name) as hearer, running(house.app("classifier", lanes="api,relay"), key) as client:
        desk, bad = Desk(house, client, tenant_id), fact(tenant_id)
        hearer.poison = {bad.id}
        await hearer.publish([line(bad)])
        async with lanes_running([hearer.lane]):
            await eventually(lambda: desk.is_dead(bad.id), wanted=True)
            first = (await desk.listed())[0]["dead_at"]
            assert (await client.post(f"/v1/dead-letters/{name}/{bad.id}:replay")).status_code == 202

            async def died_again() -> bool:
                return any(letter["dead_at"] != first for letter in await desk.listed())

            await eventually(died_again, wanted=True)
            assert (await desk.listed())[0]["tries"] == TRIES_MAX


_PUT_UNREADABLE = """
INSERT INTO dead_letter (consumer, msg_id, subject, body, tries, error, dead_at)
VALUES ('classifier', $1, $2, $3, 1, 'KeyError', now())
"""


async def put_unreadable(house: House, body: str) -> UUID:
    msg_id = new_id()
    async with house.query("classifier", "carrier") as carrier:
        await carrier.execute(_PUT_UNREADABLE, msg_id, subject_of(FeedbackReceived), json.dumps({"unreadable": body}))
    return msg_id


async def test_what_is_no_fact_cannot_be_tried_until_it_is_understood(house: House, tenant_id: UUID) -> None:
    known = fact(tenant_id)
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app("classifier"), key) as client:
        for body in ("{not json", "[]", known.model_copy(update={"version": 9}).model_dump_json()):
            msg_id = await put_unreadable(house, body)
            answer = await client.post(f"/v1/dead-letters/classifier/{msg_id}:replay")
            assert (answer.status_code, answer.json()["code"]) == (409, "not_replayable")
        msg_id = await put_unreadable(house, known.model_dump_json())
        assert (await client.post(f"/v1/dead-letters/classifier/{msg_id}:replay")).status_code == 202
    async with house.query("classifier", "carrier") as carrier:
        found = await carrier.fetchval("SELECT count(*) FROM outbox WHERE tenant_id = $1", tenant_id)
        await carrier.execute("DELETE FROM dead_letter WHERE consumer = 'classifier' AND tenant_id IS NULL")
    assert found == 1


@pytest.mark.parametrize("service", SERVICES)
async def test_the_doors_are_the_operators(house: House, tenant_id: UUID, service: str) -> None:
    key = await house.new_key(tenant_id, Scope.AUDIT_READ, Scope.FEEDBACK_READ)
    paths = [("GET", ""), ("GET", f"/{service}/{new_id()}"), ("POST", f"/{service}/{new_id()}:replay")]
    async with running(house.app(service), key) as client:
        for method, path in paths:
            assert (await client.request(method, f"/v1/dead-letters{path}")).status_code == 403
            refused = await client.request(method, f"/v1/dead-letters{path}", headers={"Authorization": "Bearer x"})
            assert refused.status_code == 401
    async with running(house.app(service), await house.new_key(tenant_id, Scope.OPERATOR)) as client:
        assert [(await client.request(*one_of(path))).status_code for path in paths] == [200, 404, 404]
        assert (await client.get(f"/v1/dead-letters/%00/{new_id()}")).status_code == 422


def one_of(path: tuple[str, str]) -> tuple[str, str]:
    return path[0], f"/v1/dead-letters{path[1]}"


async def test_the_app_role_may_try_again_only_what_is_its_tenants(house: House, tenant_id: UUID) -> None:
    one = fact(tenant_id)
    async with house.query("classifier", "carrier") as carrier:
        await carrier.execute(
            "INSERT INTO dead_letter (consumer, msg_id, tenant_id, subject, body, tries, error, dead_at)"
            " VALUES ('x', $1, $2, 's', '{}', 5, 'E', now())", one.id, tenant_id,
        )  # fmt: skip
    app = Database(house.url("classifier", "app"))
    await app.open()
    for tenant, wanted in ((new_id(), False), (tenant_id, True)):
        async with app.transaction(tenant) as tx:
            sql = "SELECT dead_letter_replay('x', $1, $2, $3::jsonb)"
            assert await tx.fetchval(sql, one.id, new_id(), one.model_dump_json()) is wanted
    await app.close()
    async with house.query("classifier", "carrier") as carrier:
        await carrier.execute("DELETE FROM outbox WHERE tenant_id = $1", tenant_id)
