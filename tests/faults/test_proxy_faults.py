"""Networks that are cut, slow or silent: callers are told to come again, nothing acknowledged is lost, all recovers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from deploy.embedded.keys import role_password
from deploy.embedded.ports import LOOPBACK
from deploy.postgres.roles import database_name, role_name
from services.tracker.notifiers.email import Ending
from shared.access.scopes import Scope
from shared.database import BEGIN_TIMEOUT_S, Database
from shared.ids import new_id
from tests.fakes.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.fakes.mail_server import mail_server
from tests.house_of_test import House, eventually, running
from tests.tracker.test_email import mail, mailer

RECOVERED_S_MAX = 15.0
CUT_S = 3.0
CALLERS = 12
DIALOGUE_BYTES = 1_600  # A whole mail of these tests, with all that is said around it, and some more.
STEP_BYTES = 37


def behind(house: House, part: str, proxy: FaultProxy) -> str:
    """The collector's database, by way of the proxy."""
    role = role_name("collector", part)
    password = role_password(house.data, role)
    # A server does not hear of a silent network either: until it gives the transaction up, what it locked is locked.
    until_given_up = "idle_in_transaction_session_timeout=3s"
    return f"postgresql://{role}:{password}@{LOOPBACK}:{proxy.port}/{database_name('collector')}?{until_given_up}"


class Callers:
    """Clients that send each feedback until it is acknowledged, and know no answer but yes, 503 and 409."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.acknowledged: list[str] = []
        self.refused = 0
        self._is_over = False

    async def post_until_over(self) -> None:
        while not self._is_over:
            await self._post_one(str(new_id()))

    async def _post_one(self, event: str) -> None:
        while True:
            answer = await self.client.post("/v1/feedback", json={"text": "跳闸", "client_event_id": event})
            if answer.is_success:
                self.acknowledged.append(answer.json()["id"])
                return
            # 409: an earlier try of the same may still be under way.
            assert answer.status_code in (503, 409), answer.text
            assert answer.status_code == 409 or answer.headers["Retry-After"]
            self.refused += 1

    async def more(self, many: int = CALLERS) -> None:
        """Waits until so many more were acknowledged."""
        wanted = len(self.acknowledged) + many

        async def are_there() -> bool:
            return len(self.acknowledged) >= wanted

        await eventually(are_there, wanted=True, wait_s=RECOVERED_S_MAX)

    def end(self) -> None:
        self._is_over = True


@asynccontextmanager
async def calling(house: House, tenant_id: UUID, proxy: FaultProxy, *, lanes: str = "api") -> AsyncIterator[Callers]:
    urls = {f"{part}_url": behind(house, part, proxy) for part in ("app", "carrier")}
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with running(house.app("collector", lanes=lanes, **urls), key) as client:
        client.timeout = httpx.Timeout(60)
        callers = Callers(client)
        async with asyncio.TaskGroup() as group:
            for _ in range(CALLERS):
                group.create_task(callers.post_until_over())
            await callers.more()
            yield callers
            callers.end()


async def nothing_was_lost(house: House, tenant_id: UUID, callers: Callers) -> None:
    async with house.query("collector") as owner:
        rows = await owner.fetch("SELECT id FROM feedback WHERE tenant_id = $1", tenant_id)
    assert Counter(str(row["id"]) for row in rows) == Counter(callers.acknowledged)


async def out_of_reach(house: House, spoil: Callable[[FaultProxy], None]) -> None:
    """For three seconds nothing passes; then new connections do."""
    tenant_id = new_id()
    async with fault_proxy(house.engines.describe()["postgres"]["port"]) as proxy:
        async with calling(house, tenant_id, proxy) as callers:
            spoil(proxy)
            await asyncio.sleep(CUT_S)
            proxy.heal()
            await callers.more()
        assert callers.refused, "nobody was refused: the test shows nothing"
    await nothing_was_lost(house, tenant_id, callers)


async def slow_and_shaky(house: House) -> None:
    tenant_id = new_id()
    port = house.engines.describe()["postgres"]["port"]
    async with fault_proxy(port) as proxy, calling(house, tenant_id, proxy) as callers:
        for fault in (Fault(delay_s=0.05), Fault(bytes_per_s_max=200_000), Fault(cut_after_bytes=200_000)):
            proxy.fault = fault
            await callers.more()
        proxy.heal()
        proxy.half_close_all()
        await callers.more()
    await nothing_was_lost(house, tenant_id, callers)


async def silent_while_idle(house: House) -> None:
    """A lone caller waits once, and not once for each connection of the pool."""
    async with fault_proxy(house.engines.describe()["postgres"]["port"]) as proxy:
        database = Database(behind(house, "app", proxy), connections_max=5)
        await database.open()
        try:
            await asyncio.gather(*(answers(database) for _ in range(5)))
            assert proxy.count() == 5
            proxy.fall_silent()
            proxy.heal()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(answers(database), RECOVERED_S_MAX)
            for _ in range(5):
                await asyncio.wait_for(answers(database), BEGIN_TIMEOUT_S)
        finally:
            await database.close()


async def answers(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.fetchval("SELECT pg_sleep(0.05)")


async def stream_cut_and_silent(house: House) -> None:
    """The door goes on answering 201; what waits is sent when the stream is back."""
    tenant_id = new_id()
    server = urlsplit(house.environment["NATS_URL"])
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)

    async def waiting() -> int:
        async with house.query("collector") as owner:
            unsent = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND sent_at IS NULL"
            return int(await owner.fetchval(unsent, tenant_id))

    async with fault_proxy(server.port or 0) as proxy:
        through = f"nats://{server.username}:{server.password}@{LOOPBACK}:{proxy.port}"
        async with running(house.app("collector", lanes="api,relay", nats_url=through), key) as client:
            for spoil in (FaultProxy.cut, FaultProxy.fall_silent, FaultProxy.half_close_all):
                assert (await client.post("/v1/feedback", json={"text": "跳闸"})).status_code == 201
                await eventually(waiting, 0, wait_s=RECOVERED_S_MAX)
                spoil(proxy)
                refused = [await client.post("/v1/feedback", json={"text": "跳闸"}) for _ in range(3)]
                assert [answer.status_code for answer in refused] == [201] * 3
                proxy.heal()
                await eventually(waiting, 0, wait_s=RECOVERED_S_MAX)


async def test_spoiled_networks_are_met_with_503_and_overcome(house: House) -> None:
    """All at once, each with callers of its own: most of the time is waiting."""
    async with asyncio.TaskGroup() as group:
        group.create_task(out_of_reach(house, FaultProxy.cut))
        group.create_task(out_of_reach(house, FaultProxy.fall_silent))
        group.create_task(slow_and_shaky(house))
        group.create_task(silent_while_idle(house))
        group.create_task(stream_cut_and_silent(house))


@pytest.mark.parametrize("fault", [Fault(delay_s=0.02), Fault(bytes_per_s_max=4_000)], ids=["delayed", "throttled"])
async def test_a_slow_way_to_the_mail_server_is_slow_and_right(house: House, fault: Fault) -> None:
    with mail_server() as server:
        async with fault_proxy(server.port) as proxy:
            proxy.fault = fault
            assert await mailer(house, proxy.port).send(mail()) is Ending.SENT
        assert len(server.mails) == 1


async def test_wherever_the_way_breaks_no_mail_arrives_that_would_be_sent_again(house: House) -> None:
    """The bytes of both ways are counted; the connection breaks after so many of them."""
    seen = Counter[Ending]()
    with mail_server() as server:
        async with fault_proxy(server.port) as proxy:
            for passed_bytes in range(0, DIALOGUE_BYTES, STEP_BYTES):
                server.mails.clear()
                proxy.fault = Fault(cut_after_bytes=passed_bytes)
                ending = await mailer(house, proxy.port).send(mail())
                may_arrive = {Ending.NOT_NOW: {0}, Ending.IN_DOUBT: {0, 1}, Ending.SENT: {1}}
                assert len(server.mails) in may_arrive[ending], f"{ending} after {passed_bytes} bytes"
                seen[ending] += 1
    assert set(seen) == {Ending.NOT_NOW, Ending.IN_DOUBT, Ending.SENT}
