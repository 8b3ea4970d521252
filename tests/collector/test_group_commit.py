"""The feedback door while many knock at once: as if each had come alone, only cheaper."""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from services.collector.api.feedback_schema import feedback_of
from services.collector.domain.masked_intake import mask_intake
from services.collector.store.keyring import Keyring
from services.collector.use_cases.accept_feedback import Accepted, AcceptFeedback, Outcome, accept_feedback
from services.collector.use_cases.group_commit import WAITING_FEEDBACKS_MAX, GroupWriter, store_together
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.crypto import read_master_key
from shared.database import Database
from shared.ids import new_id
from tests.collector.door import door, rows
from tests.house_of_test import House, eventually, running

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
REFUSE_POISON = """
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.tenant_id = '{tenant_id}' AND NEW.text = 'poison' THEN RAISE EXCEPTION 'not this one'; END IF;
RETURN NEW; END $$;
CREATE TRIGGER refuse_poison BEFORE INSERT ON feedback FOR EACH ROW EXECUTE FUNCTION refuse_poison()
"""


def bodies(many: int, seed: int) -> list[dict[str, Any]]:
    """Few ids and few customers, so that most of it repeats or contradicts."""
    chance = random.Random(seed)  # noqa: S311 - the same for every run
    return [
        {
            "text": chance.choice(["坏了", "broken", "call 13800138000"]),
            "source": "shop",
            "external_id": str(chance.randrange(many // 4)),
            "customer": {"email": f"{chance.randrange(5)}@example.test"},
        }
        for _ in range(many)
    ]


Answer = tuple[Outcome, str | None]


def commands(tenant_id: UUID, sent: list[dict[str, Any]]) -> list[AcceptFeedback]:
    actor = Actor(tenant_id, new_id(), Kind.SECRET, "test", frozenset())
    intakes = [mask_intake(feedback_of(body, MOMENT).to_intake(body, MOMENT)) for body in sent]
    return [AcceptFeedback(actor, [intake], MOMENT, "0" * 32, vouches_for_addresses=True) for intake in intakes]


def told(accepted: list[Accepted]) -> Answer:
    [one] = accepted
    return one.outcome, one.known_by


async def one_by_one(database: Database, keyring: Keyring, wanted: list[AcceptFeedback]) -> list[Answer]:
    """The same feedbacks as imports and mails store them, each in a transaction of its own."""
    return [
        told(await perform(database, one.actor, partial(accept_feedback, keyring=keyring, command=one)))
        for one in wanted
    ]


async def test_many_at_once_get_the_answers_that_each_would_get_alone(house: House, tenant_id: UUID) -> None:
    sent, other = bodies(60, 7), new_id()
    keyring = Keyring(read_master_key(house.data.keys / "master.key"))
    database = Database(house.url("collector", "app"))
    await database.open()
    writer = GroupWriter(partial(store_together, database=database, keyring=keyring))
    together = [told(one) for one in await asyncio.gather(*map(writer.accept, commands(tenant_id, sent)))]
    alone = await one_by_one(database, keyring, commands(other, sent))
    await database.close()
    assert together == alone
    assert {outcome for outcome, _ in alone} == set(Outcome)
    stored, stored_alone = await rows(house, tenant_id), await rows(house, other)
    assert (stored.pop("audit"), stored_alone.pop("audit")) == (1, stored["feedback"])
    assert stored == stored_alone


async def test_a_poison_row_fails_alone_at_the_door(house: House, tenant_id: UUID) -> None:
    texts = ["fine"] * 10 + ["poison"] + ["fine"] * 10
    async with house.query("collector") as owner, door(house, tenant_id) as client:
        await owner.execute(REFUSE_POISON.format(tenant_id=tenant_id))
        try:
            answers = await asyncio.gather(*(client.post("/v1/feedback", json={"text": text}) for text in texts))
        finally:
            await owner.execute("DROP TRIGGER refuse_poison ON feedback; DROP FUNCTION refuse_poison()")
    assert [answer.status_code for answer in answers] == [500 if text == "poison" else 201 for text in texts]
    assert (await rows(house, tenant_id))["feedback"] == 20


async def test_writers_with_the_same_keys_and_people_never_deadlock(house: House, tenant_id: UUID) -> None:
    """Two services with a pool and a writer each, as two replicas have, get the same in different order."""
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    chance = random.Random(1)  # noqa: S311 - the same for every run
    sent = [
        {
            "text": f"number {number}",
            "client_event_id": str(new_id()),
            "source": "shop",
            "external_id": str(number),
            "customer": {"email": f"{number % 17}@example.test", "language": ("zh", "en")[number % 2]},
        }
        for number in range(60)
    ]
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(running(house.app("collector"), key)) for _ in range(2)]
        await clients[0].post("/v1/feedback", json={"text": "x"})
        for _ in range(3):
            batches = [chance.sample(sent, len(sent)) for _ in range(8)]
            answers = await asyncio.gather(
                *(
                    client.post("/v1/feedback:batch", json={"items": items})
                    for client, items in zip(clients * 4, batches, strict=True)
                ),
                *(client.post("/v1/feedback", json=body) for client in clients for body in sent),
            )
            assert {answer.status_code for answer in answers} <= {200, 201, 207}
    counts = await rows(house, tenant_id)
    assert (counts["feedback"], counts["public_code"], counts["customer"]) == (61, 61, 17)


async def test_one_flush_serves_several_tenants_and_names_each_in_its_audit(house: House) -> None:
    tenants = [new_id() for _ in range(5)]
    keys = [await house.new_key(tenant, Scope.FEEDBACK_WRITE) for tenant in tenants]
    async with running(house.app("collector"), None) as client:

        async def post(key: str) -> httpx.Response:
            return await client.post("/v1/feedback", json={"text": "坏了"}, headers={"Authorization": f"Bearer {key}"})

        await asyncio.gather(*map(post, keys))  # The first makes the tenant's keys.
        answers = await asyncio.gather(*(post(key) for key in keys * 4))
    assert {answer.status_code for answer in answers} == {201}
    for tenant in tenants:
        counts = await rows(house, tenant)
        assert (counts["feedback"], counts["public_code"]) == (5, 5)
        async with house.query("collector") as owner:
            lines = await owner.fetch("SELECT detail FROM audit WHERE tenant_id = $1", tenant)
        assert sum(int(line["detail"].partition('"count": ')[2].partition(",")[0]) for line in lines) == 5


async def test_overload_is_answered_with_when_to_come_again(house: House, tenant_id: UUID) -> None:
    app = house.app("collector")
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with running(app, key) as client:
        writer: GroupWriter = app.state.context.writer
        writer._held.feedbacks = WAITING_FEEDBACKS_MAX  # noqa: SLF001 - as if that much were waiting
        refused = await client.post("/v1/feedback", json={"text": "坏了"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
        writer._held.feedbacks = 0  # noqa: SLF001 - as above
        assert (await client.post("/v1/feedback", json={"text": "坏了"})).status_code == 201


async def test_what_was_taken_in_is_stored_though_nobody_waits_and_the_service_ends(
    house: House, tenant_id: UUID
) -> None:
    app = house.app("collector")
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    async with running(app, key) as client:
        tasks = [asyncio.ensure_future(client.post("/v1/feedback", json={"text": f"{n}"})) for n in range(30)]
        writer: GroupWriter = app.state.context.writer

        async def taken_in() -> bool:
            return writer._held.feedbacks > 0  # noqa: SLF001 - what it holds is nobody else's matter

        await eventually(taken_in, wanted=True)
        held = writer._held.feedbacks  # noqa: SLF001 - as above
        for task in tasks:
            task.cancel()
    assert (await rows(house, tenant_id))["feedback"] >= held
