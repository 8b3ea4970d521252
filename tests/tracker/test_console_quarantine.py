"""What looked like spam, as a page: who sees it, who decides, and what the collector is asked for them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.collector.domain.spam import Sign
from services.tracker.api.console.quarantine import STATES
from services.tracker.console.texts import Say
from shared.access.scopes import Role
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import House
from tests.tracker.people import COMPANY, URL, People, Signed, people_of
from tests.tracker.test_console_settings import page

PATH = "/console/quarantine"
LONG = "The heater trips the breaker. " * 40
HELD = {
    "score": 0.8,
    "signs": list(Sign),
    "language": "en",
    "channel": "widget",
    "customer_id": None,
    "held_at": "2026-11-20T08:30:00Z",
    "decided_by": None,
    "decided_at": None,
}


class Collector:
    """Holds what it is told to hold, takes decisions, and remembers for whom it was asked what."""

    def __init__(self, *texts: str) -> None:
        self.items: list[dict[str, Any]] = [HELD | {"id": str(new_id()), "state": "held", "text": t} for t in texts]
        self.asked: list[tuple[str, str]] = []
        self.is_away = False
        self.app = FastAPI()
        self.app.get("/v1/quarantine")(self.list)
        self.app.get("/v1/channels")(self.channels)
        self.app.post("/v1/quarantine:{verb}")(self.decide)

    async def channels(self) -> dict[str, Any]:
        return {"channels": []}

    async def list(self, request: Request, state: str = "held", limit: int = 50, cursor: int = 0) -> JSONResponse:
        self.asked.append(("list", request.headers["authorization"]))
        if self.is_away:
            return JSONResponse({"code": "unavailable"}, 503)
        found = [one for one in self.items if one["state"] == state]
        following = str(cursor + limit) if len(found) > cursor + limit else None
        return JSONResponse({"items": found[cursor : cursor + limit], "next": following})

    async def decide(self, verb: str, request: Request) -> dict[str, Any]:
        self.asked.append((verb, request.headers["authorization"]))
        assert request.headers["idempotency-key"]
        wanted = (await request.json())["feedback_ids"]
        meant = [one for one in self.items if one["id"] in wanted]
        for one in meant:
            one |= {"state": {"release": "released", "spam": "spam"}[verb]}
            one |= {"decided_by": "operator", "decided_at": HELD["held_at"]}
        return {"feedback_ids": [one["id"] for one in meant]}


@asynccontextmanager
async def company(house: House, tenant_id: UUID, collector: Collector) -> AsyncIterator[People]:
    async with on_a_port(collector.app) as url, people_of(house, tenant_id, collector_url=url) as found:
        async with house.query("tracker") as owner:
            await owner.execute(COMPANY, tenant_id, f"t{tenant_id.hex[-20:]}")
        yield found


async def send(people: People, by: Signed, verb: str, *ids: str, site: str = "same-origin") -> httpx.Response:
    """The form of the page, as a browser sends it."""
    headers = {"Authorization": "", "Cookie": f"huiyin_session={by.token}", "Sec-Fetch-Site": site}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = urlencode({"state": "held", "cursor": ""} | {f"feedback:{one}": "on" for one in ids})
    return await people.client.post(f"{PATH}/{verb}", content=body, headers=headers)


@pytest.mark.parametrize("language", Language)
async def test_every_state_can_be_read_in_both_languages(house: House, tenant_id: UUID, language: Language) -> None:
    say = Say(language)
    async with company(house, tenant_id, collector := Collector()) as people:
        agent = await people.join("li", Role.AGENT)
        for state in STATES:
            shown = await page(people, f"{PATH}?state={state}", agent, language=language)
            assert say(f"quarantine.empty_{state}") in shown
        collector.items = Collector("<b>x</b>", LONG, LONG).items
        decided = [one["id"] for one in collector.items]
        await send(people, agent, "spam", decided[0])
        await send(people, agent, "release", decided[1])
        for state, text in zip(STATES, ("The heater", "&lt;b&gt;x", "The heater"), strict=True):
            shown = await page(people, f"{PATH}?state={state}", agent, language=language)
            assert text in shown
            assert all(say(f"spam_sign.{sign}") in shown for sign in Sign)
        assert f"/console/inbox?feedback_id={decided[1]}" in shown
    assert {token for _, token in collector.asked} == {f"Bearer {agent.token}"}, "asked as the person who looks"


async def test_a_form_decides_and_says_how_many(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id, collector := Collector("a", "b", "c")) as people:
        agent = await people.join("li", Role.AGENT)
        ids = [one["id"] for one in collector.items]
        answer = await send(people, agent, "release", *ids[:2])
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?state=held&done=release&n=2")
        assert "2 released" in await page(people, answer.headers["location"], agent)
        assert [one["state"] for one in collector.items] == ["released", "released", "held"]
        nothing = await send(people, agent, "spam")
        assert "Nothing was changed" in await page(people, nothing.headers["location"], agent)
        assert (await send(people, agent, "spam", "no-id")).status_code == 400
        assert (await send(people, agent, "drop", ids[2])).status_code == 404
        assert (await send(people, agent, "spam", ids[2], site="cross-site")).status_code == 403
        assert collector.items[2]["state"] == "held"


async def test_who_may_look_may_not_decide(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id, collector := Collector("a")) as people:
        viewer, agent = await people.join("wang", Role.VIEWER), await people.join("li", Role.AGENT)
        assert "formaction" in await page(people, PATH, agent)
        shown = await page(people, PATH, viewer)
        assert "formaction" not in shown
        assert "checkbox" not in shown
        assert (await send(people, viewer, "spam", collector.items[0]["id"])).status_code == 403
        assert collector.items[0]["state"] == "held"
        stranger = await people.client.get(URL + PATH, headers={"Authorization": "", "Accept-Language": "en"})
        assert stranger.status_code == 303


async def test_the_inbox_says_how_many_wait_and_goes_on_without(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id, collector := Collector(*["a"] * 100)) as people:
        agent = await people.join("li", Role.AGENT)
        assert f'href="{PATH}"' in await page(people, "/console/inbox", agent)
        assert "99+" in await page(people, f"{PATH}/waiting", agent)
        collector.items = collector.items[:1]
        assert "1 to decide" in await page(people, f"{PATH}/waiting", agent)
        collector.is_away = True
        assert not re.search(r"\d", await page(people, f"{PATH}/waiting", agent))
        await page(people, PATH, agent, status=503)


async def test_a_later_page_that_was_decided_leads_to_the_first(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id, Collector("a")) as people:
        agent = await people.join("li", Role.AGENT)
        headers = {"Authorization": "", "Cookie": f"huiyin_session={agent.token}"}
        answer = await people.client.get(f"{PATH}?cursor=50&done=spam&n=3", headers=headers)
        assert answer.headers["location"] == f"{PATH}?state=held&done=spam&n=3"
