"""From the post to the mail, over real PostgreSQL, NATS, HTTP between the services, and SMTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import httpx

from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.ids import new_id
from tests.fakes.mail_server import MailServer, mail_server
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import House, eventually, running, texts

ALL = "api,relay,consumer,jobs"


class Company:
    """The three services of one test, and its tenant's way into each."""

    def __init__(self, clients: dict[str, httpx.AsyncClient], mails: MailServer) -> None:
        self.collector, self.classifier, self.tracker = (
            clients[name] for name in ("collector", "classifier", "tracker")
        )
        self.mails = mails

    async def cases(self) -> int:
        return int((await self.tracker.get("/v1/figures")).json()["cases"])

    async def notifications(self) -> object:
        return (await self.tracker.get("/v1/figures")).json()["notifications"]

    async def classified(self) -> int:
        return int((await self.classifier.get("/v1/figures")).json()["classified"])

    async def close_action_for_all(self) -> str:
        found = (await self.tracker.get("/v1/cases", params={"limit": 200})).json()["items"]
        problem = await self.tracker.post(
            "/v1/problems", json={"title": "跳闸", "case_ids": [case["id"] for case in found]}
        )
        planned = {"problem_id": problem.json()["id"], "title": "换继电器", "answers": {"zh": "已更换继电器。"}}
        action = (await self.tracker.post("/v1/actions", json=planned)).json()["id"]
        for state in ("analyse", "plan", "implement", "verify", "closed"):
            as_seen = {"If-Match": (await self.tracker.get(f"/v1/actions/{action}")).headers["ETag"]}
            moved = await self.tracker.post(f"/v1/actions/{action}/moves", json={"to": state}, headers=as_seen)
            assert moved.status_code == 200, moved.text
        return str(action)


@asynccontextmanager
async def company(
    house: House, tenant_id: UUID, *, smtp: bool = True, peer_kind: Kind = Kind.SECRET
) -> AsyncIterator[Company]:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    peer = house.data.keys / f"peer.{tenant_id}"
    peer.write_text(await house.new_key(tenant_id, Scope.ADDRESSES_READ, kind=peer_kind))
    async with AsyncExitStack() as stack:
        mails = stack.enter_context(mail_server())
        collector = house.app("collector", lanes=ALL)
        clients = {"collector": await stack.enter_async_context(running(collector, key))}
        url = await stack.enter_async_context(on_a_port(collector))
        more = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_security": "none"} if smtp else {}
        apps = {
            "classifier": house.app("classifier", lanes=ALL),
            "tracker": house.app("tracker", lanes=ALL, collector_url=url, peer_key_file=peer, **more),
        }
        for name, app in apps.items():
            clients[name] = await stack.enter_async_context(running(app, key))
        yield Company(clients, mails)


async def test_the_customers_of_a_company_that_came_later_are_answered_too(house: House) -> None:
    async with company(house, new_id(), peer_kind=Kind.PEER) as us:
        made = await us.tracker.post("/v1/tenants", json={"slug": f"t-{new_id().hex[-12:]}", "name": "海尔"})
        for client in (us.collector, us.classifier, us.tracker):
            client.headers["Huiyin-Tenant"] = made.json()["id"]
        body = {
            "text": "漏水",
            "customer": {"email": "second-company@example.test"},
            "consent": {"purposes": ["reply"]},
        }

        async def is_taken() -> int:
            return (await us.collector.post("/v1/feedback", json=body | {"client_event_id": event})).status_code

        event = str(new_id())
        await eventually(is_taken, 200)
        await eventually(us.cases, 1)
        await us.close_action_for_all()
        await eventually(us.mails.to("second-company@example.test"), 1)


async def test_a_customer_speaks_and_is_answered_once_in_their_language(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as us:
        for text, person, language in [
            ("一开热水器就跳闸", "zhang", "zh"),
            ("手摸水龙头有点麻", "zhang", "zh"),
            ("The heater trips the breaker", "smith", "en"),
        ]:
            body = {
                "text": text,
                "customer": {"external_id": person, "email": f"{person}@example.test", "language": language},
                "consent": {"purposes": ["reply"]},
            }
            assert (await us.collector.post("/v1/feedback", json=body)).status_code == 201
        await eventually(us.cases, 3)
        await us.close_action_for_all()
        await eventually(us.mails.to("zhang@example.test", "smith@example.test"), 2)
        by_address = {mail["To"]: mail for mail in us.mails.mails}
        assert by_address["zhang@example.test"]["Subject"] == "您反馈的问题已经解决"
        assert "已更换继电器" in by_address["zhang@example.test"].get_content()
        assert by_address["smith@example.test"]["Subject"] == "The problem you told us about is solved"
        assert by_address["smith@example.test"]["Auto-Submitted"] == "auto-generated"
        await eventually(us.notifications, {"sent": 2})  # The server has a mail before the ledger says so.
        states = {case["state"] for case in (await us.tracker.get("/v1/cases")).json()["items"]}
        assert states == {"answered"}


async def test_nobody_is_written_to_without_consent_or_address(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as us:
        for person, more in {
            "silent": {"email": "silent@example.test"},
            "homeless": {},
        }.items():
            consent = {"purposes": ["reply"] if person == "homeless" else ["research"]}
            body = {"text": "坏了", "customer": {"external_id": person, **more}, "consent": consent}
            assert (await us.collector.post("/v1/feedback", json=body)).status_code == 201
        assert (await us.collector.post("/v1/feedback", json={"text": "匿名也说一句"})).status_code == 201
        await eventually(us.cases, 3)
        await us.close_action_for_all()
        await eventually(us.notifications, {"no_consent": 1, "no_address": 1})
        assert us.mails.mails == []


async def test_a_withdrawn_consent_stops_every_later_mail(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as us:
        body = {"text": "坏了", "customer": {"email": "li@example.test"}, "consent": {"purposes": ["reply"]}}
        assert (await us.collector.post("/v1/feedback", json=body)).status_code == 201
        await eventually(us.cases, 1)
        action = await us.close_action_for_all()
        await eventually(us.notifications, {"sent": 1})
        customer = (await us.tracker.get("/v1/cases")).json()["items"][0]["customer_id"]
        withdrawal = {"purpose": "reply", "is_granted": False}
        answer = await us.collector.post(f"/v1/customers/{customer}/consents", json=withdrawal)
        assert answer.json()["agreed"]["reply"] is False
        for state in ("reopened", "analyse", "plan", "implement", "verify", "closed"):
            moved = await us.tracker.post(f"/v1/actions/{action}/moves", json={"to": state}, headers={"If-Match": "*"})
            assert moved.status_code == 200, moved.text
        await eventually(us.notifications, {"sent": 1, "no_consent": 1})
        assert len(us.mails.mails) == 1


async def test_without_a_mail_server_mails_are_written_and_marked(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id, smtp=False) as us:
        body = {
            "text": "坏了",
            "customer": {"email": "li@example.test"},
            "consent": {"purposes": ["reply"]},
        }
        assert (await us.collector.post("/v1/feedback", json=body)).status_code == 201
        await eventually(us.cases, 1)
        await us.close_action_for_all()

        async def states() -> list[str]:
            return [notice["state"] for notice in (await us.tracker.get("/v1/notices")).json()["items"]]

        await eventually(states, ["not_sent"])


async def test_while_the_relay_stands_still_nothing_is_lost(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app("classifier", lanes=ALL), key) as classifier:

        async def classified() -> int:
            return int((await classifier.get("/v1/figures")).json()["classified"])

        async with running(house.app("collector", lanes="api"), key) as collector:
            for text in texts(100):
                assert (await collector.post("/v1/feedback", json={"text": text})).status_code == 201
            assert (await collector.get("/v1/figures")).json()["received"] == 100
            assert await classified() == 0
        async with running(house.app("collector", lanes="api,relay"), key):
            await eventually(classified, 100)
