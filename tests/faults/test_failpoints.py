"""A kill -9 at every named step: what was acknowledged is kept, is classified once, and nobody is mailed twice.

`HUIYIN_FAULT_ROUNDS=20 run.py test tests/faults/test_failpoints.py` does it twenty times over.
"""

import ast
import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.embedded.keys import read_key
from shared.access.keys import FIRST_TENANT_ID
from shared.access.scopes import Scope
from shared.failpoints import PERMISSION, PERMITTED, VARIABLE, FailPoint, FailPointReachedError, arm, reach
from shared.ids import new_id
from tests.fakes.mail_server import mail_server
from tests.faults.staged import Stage, house_of_its_own, staged
from tests.house.sources import nodes, source_files
from tests.house_of_test import eventually

ROUNDS = int(os.environ.get("HUIYIN_FAULT_ROUNDS", "1"))
SETTLE_S = 60.0
TRACKER = ("tracker",)
ANY = {"If-Match": "*"}
SENDING = 3
BEFORE_CLOSING = ("analyse", "plan", "implement", "verify")


@dataclass(frozen=True)
class Scene:
    """Who is killed where, and how it comes out for the one customer who is told."""

    services: tuple[str, ...]
    point: FailPoint
    times: int = 1
    is_in_doubt: bool = False
    mail_server: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.point}@{self.times}"


FACTS_CARRIED = [
    Scene(("collector",), FailPoint.BEFORE_INSERT),
    Scene(("collector",), FailPoint.AFTER_INSERT_BEFORE_COMMIT),
    Scene(("collector",), FailPoint.AFTER_COMMIT_BEFORE_REPLY),
    Scene(("collector", "classifier"), FailPoint.RELAY_AFTER_CLAIM),
    Scene(("collector", "classifier"), FailPoint.RELAY_AFTER_PUBLISH_BEFORE_MARK),
    Scene(("classifier", "tracker"), FailPoint.CONSUMER_AFTER_FETCH),
    Scene(("classifier", "tracker"), FailPoint.CONSUMER_AFTER_EFFECT_BEFORE_COMMIT),
    Scene(("classifier", "tracker"), FailPoint.CONSUMER_AFTER_COMMIT_BEFORE_ACK),
]
# The first two jobs plan and tell the receipts, the third one sends. Between the claim of a notice and its end, a death
# is doubt: only there.
CUSTOMERS_TOLD = [
    Scene(TRACKER, FailPoint.JOB_AFTER_CLAIM),
    Scene(TRACKER, FailPoint.JOB_AFTER_CLAIM, SENDING),
    Scene(TRACKER, FailPoint.JOB_AFTER_DONE_BEFORE_COMMIT),
    Scene(TRACKER, FailPoint.JOB_AFTER_DONE_BEFORE_COMMIT, SENDING, is_in_doubt=True),
    Scene(TRACKER, FailPoint.JOB_AFTER_COMMIT, SENDING),
    Scene(TRACKER, FailPoint.MAIL_AFTER_CLAIM, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_AFTER_CONNECT, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_AFTER_RCPT, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_IN_DATA, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_AFTER_DOT_BEFORE_250, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_AFTER_250_BEFORE_MARK, is_in_doubt=True),
    Scene(TRACKER, FailPoint.MAIL_AFTER_GIVING_BACK, mail_server={"rcpt_replies": ["451 later"]}),
]
# The mail is there although its sender died: telling again would tell twice.
HAS_ARRIVED = {
    FailPoint.JOB_AFTER_DONE_BEFORE_COMMIT, FailPoint.MAIL_AFTER_DOT_BEFORE_250, FailPoint.MAIL_AFTER_250_BEFORE_MARK,
}  # fmt: skip


@pytest.fixture(scope="module")
async def stage(scratch: Path) -> AsyncIterator[Stage]:
    with mail_server() as mails:
        async with house_of_its_own(scratch / "staged") as house, staged(house, mails) as stage:
            yield stage


class Client:
    """A caller that sends each feedback until it is acknowledged, and keeps a journal."""

    def __init__(self, stage: Stage, tenant_id: UUID, key: str) -> None:
        self.stage, self.tenant_id, self.key = stage, tenant_id, key
        self.acknowledged: dict[str, str] = {}

    async def post(self, **more: Any) -> None:  # noqa: ANN401 - any part of a feedback
        event = str(new_id())
        body = {"text": "热水器跳闸", "client_event_id": event} | more
        async with self.stage.client("collector", self.key) as client:
            while event not in self.acknowledged:
                try:
                    answer = await client.post("/v1/feedback", json=body)
                except httpx.TransportError:
                    continue
                assert answer.status_code in (200, 201, 503), answer.text
                if answer.is_success:
                    self.acknowledged[event] = answer.json()["id"]

    async def kept(self) -> Counter[str]:
        return await self._count("collector", "SELECT id FROM feedback WHERE tenant_id = $1")

    async def told_on(self) -> Counter[str]:
        told = "SELECT body->'data'->'feedback'->>'feedback_id' AS id FROM outbox WHERE tenant_id = $1"
        return await self._count("classifier", told)

    async def cases(self) -> Counter[str]:
        return await self._count("tracker", "SELECT feedback_id AS id FROM customer_case WHERE tenant_id = $1")

    async def _count(self, service: str, statement: str) -> Counter[str]:
        async with self.stage.house.query(service) as owner:
            return Counter(str(row["id"]) for row in await owner.fetch(statement, self.tenant_id))

    async def jobs_undone(self) -> int:
        async with self.stage.house.query("tracker") as owner:
            return int(await owner.fetchval("SELECT count(*) FROM job WHERE done_at IS NULL"))

    async def all_is_there_once(self) -> None:
        once = Counter(self.acknowledged.values())
        assert set(once.values()) == {1}
        assert await self.kept() == once
        await eventually(self.told_on, once, wait_s=SETTLE_S)
        await eventually(self.cases, once, wait_s=SETTLE_S)


async def client_of(stage: Stage, tenant_id: UUID) -> Client:
    return Client(stage, tenant_id, await stage.house.new_key(tenant_id, Scope.OPERATOR))


def arm_all(stage: Stage, scene: Scene) -> None:
    for service in scene.services:
        stage.arm(service, f"{scene.point}@{scene.times}")


async def live_through(stage: Stage, service: str) -> None:
    await stage.dies(service)
    stage.start(service)


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("scene", FACTS_CARRIED, ids=str)
async def test_killed_while_facts_are_carried(stage: Stage, tenant_id: UUID, scene: Scene, _round: int) -> None:
    client = await client_of(stage, tenant_id)
    arm_all(stage, scene)
    lives = (live_through(stage, service) for service in scene.services)
    await asyncio.gather(*lives, *(client.post() for _ in range(3)))
    await client.all_is_there_once()


async def action_about_to_close(client: Client, source: str) -> str:
    """One customer's case behind one action that waits for its last move."""
    await client.post(
        source=source,
        external_id="1",
        customer={"email": f"{source}@example.test"},
        consent={"purposes": ["reply"]},
    )
    async with client.stage.client("tracker", client.key) as tracker:

        async def cases() -> int:
            return len((await tracker.get("/v1/cases", params={"source": source})).json()["items"])

        await eventually(cases, 1, wait_s=SETTLE_S)
        [case] = (await tracker.get("/v1/cases", params={"source": source})).json()["items"]
        problem = (await tracker.post("/v1/problems", json={"title": source, "case_ids": [case["id"]]})).json()["id"]
        action = (await tracker.post("/v1/actions", json={"problem_id": problem, "title": source})).json()["id"]
        for state in BEFORE_CLOSING:
            assert (await tracker.post(f"/v1/actions/{action}/moves", json={"to": state}, headers=ANY)).is_success
    await eventually(client.jobs_undone, 0, wait_s=SETTLE_S)
    return str(action)


async def close(client: Client, action: str) -> None:
    async with client.stage.client("tracker", client.key) as tracker:
        with contextlib.suppress(httpx.TransportError):  # The worker may die before this answer has left its process.
            await tracker.post(f"/v1/actions/{action}/moves", json={"to": "closed"}, headers=ANY)

        async def state() -> object:
            with contextlib.suppress(httpx.TransportError):
                return (await tracker.get(f"/v1/actions/{action}")).json()["state"]
            return None

        await eventually(state, "closed")


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("scene", CUSTOMERS_TOLD, ids=str)
async def test_killed_while_a_customer_is_told(stage: Stage, scene: Scene, _round: int) -> None:
    # The collector knows the tracker as this tenant's alone.
    client = Client(stage, FIRST_TENANT_ID, read_key(stage.house.data.operator_key))
    source = f"told-{new_id()}"
    action = await action_about_to_close(client, source)
    vars(stage.mails).update(scene.mail_server)
    arm_all(stage, scene)
    await asyncio.gather(*(live_through(stage, service) for service in scene.services), close(client, action))

    async def ledger() -> list[str]:
        async with stage.house.query("tracker") as owner:
            rows = await owner.fetch("SELECT state FROM notice WHERE about = $1", UUID(action))
            undone = await owner.fetchval("SELECT count(*) FROM job WHERE done_at IS NULL AND kind = 'send_notice'")
        return [row["state"] for row in rows] if not undone else ["not yet"]

    await eventually(ledger, ["in_doubt" if scene.is_in_doubt else "sent"], wait_s=SETTLE_S)
    told = [mail for mail in stage.mails.mails if mail["To"] == f"{source}@example.test"]
    assert len(told) == (not scene.is_in_doubt or scene.point in HAS_ARRIVED)


def reached_in_the_code() -> Counter[str]:
    """Every point that some line of the source reaches."""
    return Counter(
        node.args[0].attr
        for _, node in nodes(source_files())
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("reach", "reach_when_written")
        and isinstance(node.args[0], ast.Attribute)
    )


def test_every_point_is_reached_at_one_place() -> None:
    assert reached_in_the_code() == Counter(list(FailPoint.__members__))


def test_every_point_kills_somebody_in_a_test() -> None:
    assert {scene.point for scene in [*FACTS_CARRIED, *CUSTOMERS_TOLD]} == set(FailPoint)


@pytest.fixture
def disarmed() -> Iterator[None]:
    yield
    arm({})


ALLOWED = {PERMISSION: PERMITTED}


@pytest.mark.usefixtures("disarmed")
def test_only_the_armed_point_strikes_and_only_when_it_is_due() -> None:
    arm({VARIABLE: "before_insert@2=raise"} | ALLOWED)
    reach(FailPoint.JOB_AFTER_CLAIM)
    reach(FailPoint.BEFORE_INSERT)
    with pytest.raises(FailPointReachedError, match="before_insert"):
        reach(FailPoint.BEFORE_INSERT)


@pytest.mark.usefixtures("disarmed")
def test_an_order_in_a_file_strikes_once(tmp_path: Path) -> None:
    order = tmp_path / "order"
    arm({VARIABLE: str(order)} | ALLOWED)
    reach(FailPoint.BEFORE_INSERT)
    order.write_text("before_insert=raise\n")
    with pytest.raises(FailPointReachedError):
        reach(FailPoint.BEFORE_INSERT)
    reach(FailPoint.BEFORE_INSERT)


@pytest.mark.parametrize("wrong", ["no_such_point", "before_insert=explode", "before_insert@many"])
def test_an_order_that_cannot_be_understood_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no_such_point|explode|many"):
        arm({VARIABLE: wrong} | ALLOWED)


async def test_a_service_outside_a_test_refuses_to_start_with_a_failpoint(stage: Stage) -> None:
    refused = await asyncio.to_thread(stage.run_to_its_end, "collector", {PERMISSION: ""})
    assert refused.returncode == 1
    assert VARIABLE in refused.stderr
    assert "unset it" in refused.stderr
