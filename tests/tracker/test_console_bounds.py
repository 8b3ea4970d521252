"""What one person or one company may take of the console leaves enough for the others, and shows nothing of theirs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.tracker.api.console.live import BACK_MAX, STREAMS_OF_ONE_MAX
from services.tracker.console.charts.drawing import Drawing
from shared.access.scopes import Role
from shared.clock import now
from shared.ids import new_id
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import House, eventually
from tests.tracker.people import COMPANY, People, Signed, people_of
from tests.tracker.test_charts import SPEC
from tests.tracker.test_console_settings import page


@asynccontextmanager
async def company(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    async with people_of(house, tenant_id) as found:
        async with house.query("tracker") as owner:
            await owner.execute(COMPANY, tenant_id, f"t{tenant_id.hex[-20:]}")
        yield found


_CASE = """
INSERT INTO customer_case (tenant_id, id, feedback_id, state, text, language, category, urgency, confidence,
    model_version, channel, occurred_at, received_at, model_category, model_urgency, opened_at)
VALUES ($1, $2, $2, 'new', 'x', 'en', 'praise', 'low', 0.5, 'v1', 'import', $3, $3, 'praise', 'low', $3)
"""


async def opened(people: People, moment: datetime) -> UUID:
    """A case that has been there since then."""
    case = new_id()
    async with people.house.query("tracker") as owner:
        await owner.execute(_CASE, people.tenant_id, case, moment)
    return case


def live(client: httpx.AsyncClient, url: str, by: Signed, since: str) -> httpx.Request:
    path, cookie = f"{url}/console/live", {"Cookie": f"huiyin_session={by.token}"}
    return client.build_request("GET", path, params={"since": since}, headers=cookie)


async def test_nobody_holds_more_live_streams_than_their_pages_need(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as people, AsyncExitStack() as stack:
        one, other = await people.join("li", Role.AGENT), await people.join("wang", Role.AGENT)
        url = await stack.enter_async_context(on_a_port(people.app))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        asked, read = now().isoformat(), list[AsyncIterator[str]]()

        async def joins(who: Signed) -> httpx.Response:
            answer = await client.send(live(client, url, who, asked), stream=True)
            stack.push_async_callback(answer.aclose)
            if answer.is_success:
                read.append(answer.aiter_lines())  # Dropped, it would close the stream.
                await anext(read[-1])
            return answer

        held = [await joins(one) for _ in range(STREAMS_OF_ONE_MAX)]
        assert {answer.status_code for answer in held} == {200}
        assert (await joins(one)).status_code == 503
        assert (await joins(other)).status_code == 200
        await held[0].aclose()

        async def again() -> int:
            return (await joins(one)).status_code

        await eventually(again, 200)


async def test_a_live_stream_ends_with_its_session(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as people, AsyncExitStack() as stack:
        agent = await people.join("li", Role.AGENT)
        url = await stack.enter_async_context(on_a_port(people.app))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        answer = await client.send(live(client, url, agent, now().isoformat()), stream=True)
        stack.push_async_callback(answer.aclose)
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        await people.post(f"/v1/members/{agent.id}:disable", 200)
        async with asyncio.timeout(30):
            assert [line async for line in lines if line.startswith("event:")] == []


async def test_a_live_stream_looks_back_no_further_than_a_page_may(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as people, AsyncExitStack() as stack:
        agent = await people.join("li", Role.AGENT)
        old, fresh = [await opened(people, now() - ago) for ago in (2 * BACK_MAX, timedelta(minutes=1))]
        url = await stack.enter_async_context(on_a_port(people.app))
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        answer = await client.send(live(client, url, agent, "2001-01-01T00:00:00Z"), stream=True)
        stack.push_async_callback(answer.aclose)
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                assert str(fresh) in line
                assert str(old) not in line
                break


async def test_a_company_that_asks_for_many_drawings_keeps_nobody_else_waiting() -> None:
    drawing, order = Drawing(), list[str]()
    try:
        greedy = new_id()

        async def draw(name: str, whose: UUID, width: int) -> None:
            await drawing.draw({**SPEC, "width": width}, whose)
            order.append(name)

        await asyncio.gather(*(draw("greedy", greedy, 300 + at) for at in range(8)), draw("other", new_id(), 299))
        assert order.index("other") <= 2
    finally:
        await drawing.close()


async def test_only_the_instances_own_company_sees_its_mail_server(house: House, tenant_id: UUID) -> None:
    more: dict[str, Any] = {"smtp_host": "mail.inside.example", "smtp_port": 25, "smtp_security": "none"}
    async with people_of(house, tenant_id, **more) as people:
        async with house.query("tracker") as owner:
            await owner.execute(COMPANY, tenant_id, f"t{tenant_id.hex[-20:]}")
        admin = await people.join("li", Role.ADMIN)
        assert "mail.inside.example" not in await page(people, "/console/settings/mail", admin)


async def test_who_may_not_work_on_cases_sees_no_list_of_colleagues(house: House, tenant_id: UUID) -> None:
    async with company(house, tenant_id) as people:
        viewer, agent = await people.join("wang", Role.VIEWER), await people.join("zhao", Role.AGENT)
        await people.patch(f"/v1/members/{agent.id}", 200, name="Zhao Min")
        assert not re.search("Zhao Min", await page(people, "/console/inbox", viewer))
        assert re.search("Zhao Min", await page(people, "/console/inbox", agent))
