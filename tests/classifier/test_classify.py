"""One verdict for each feedback, however often and in whatever order it is heard of; one model for all processes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from services.classifier.model.corpus import corpus_hash, starter_taxonomy
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.contracts.routes import subject_of
from shared.contracts.vocabulary import Channel, Language
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.stream import Stream
from tests.house_of_test import House, eventually, running

MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def fact(tenant_id: UUID, text: str, *, feedback_id: UUID | None = None, customer_id: UUID | None = None) -> Envelope:
    event = FeedbackReceived(
        feedback_id=feedback_id or new_id(),
        customer_id=customer_id,
        channel=Channel.WIDGET,
        source=None,
        text=text,
        language=Language.ZH,
        rating=None,
        product="H2",
        occurred_at=MOMENT,
        received_at=MOMENT,
    )
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id=new_id().hex)


class Wire:
    """The stream, as the collector's relay speaks into it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def say(self, *facts: Envelope) -> None:
        """One message, one fact a line."""
        body = b"\n".join(one.model_dump_json().encode() for one in facts)
        await self._stream.publish(subject_of(FeedbackReceived), body, new_id().hex)


@asynccontextmanager
async def wire(house: House) -> AsyncIterator[Wire]:
    stream = Stream(house.environment["NATS_URL"], "HUIYIN")
    await stream.state()
    try:
        yield Wire(stream)
    finally:
        await stream.close()


async def classified(client: httpx.AsyncClient) -> int:
    return int((await client.get("/v1/figures")).json()["classified"])


async def told(house: House, tenant_id: UUID) -> list[dict[str, Any]]:
    """What the classifier has said of this tenant's feedback."""
    async with house.query("classifier") as owner:
        rows = await owner.fetch("SELECT body::text FROM outbox WHERE tenant_id = $1 ORDER BY seq", tenant_id)
    return [json.loads(row["body"]) for row in rows]


async def test_a_feedback_gets_a_verdict_that_is_told_on(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    heard = fact(tenant_id, "热水器漏电，手一碰就麻")
    app = house.app("classifier", lanes="api,consumer,jobs")
    async with running(app, key) as client, wire(house) as to_classifier:
        path = f"/v1/verdicts/{heard.data['feedback_id']}"
        assert (await client.get(path)).status_code == 404
        await to_classifier.say(heard)
        await eventually(lambda: classified(client), 1)
        verdict = (await client.get(path)).json()
        assert verdict["category"] in starter_taxonomy()
        assert verdict["urgency"] in ("high", "critical")
        assert 0 < verdict["confidence"] <= 1
        assert 0 < verdict["urgency_confidence"] <= 1
        assert len(verdict["model_version"]) == 64
        [said] = await told(house, tenant_id)
        assert (said["type"], said["trace_id"]) == ("FeedbackClassified", heard.trace_id)
        assert said["data"]["feedback"] == heard.data
        shared = ("category", "urgency", "confidence", "urgency_confidence", "model_version")
        assert {name: said["data"][name] for name in shared} == {name: verdict[name] for name in shared}


async def test_a_verdict_is_shown_to_its_tenants_operator_alone(house: House, tenant_id: UUID) -> None:
    heard = fact(tenant_id, "坏了")
    path = f"/v1/verdicts/{heard.data['feedback_id']}"
    keys = {
        200: await house.new_key(tenant_id, Scope.OPERATOR),
        403: await house.new_key(tenant_id, Scope.FEEDBACK_WRITE),
        404: await house.new_key(new_id(), Scope.OPERATOR),
        401: "hy_nobody",
    }
    app = house.app("classifier", lanes="api,consumer,jobs")
    async with running(app, keys[200]) as client, wire(house) as to_classifier:
        await to_classifier.say(heard)
        await eventually(lambda: classified(client), 1)
        for status, key in keys.items():
            answer = await client.get(path, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == status
        answer = await client.get("/v1/verdicts/17")
        assert answer.json()["errors"][0]["code"] == "not_a_uuid"


async def set_aside(house: House, tenant_id: UUID) -> int:
    """The tenant's own dead letters; what other tests left in the stream is theirs."""
    async with house.query("classifier") as owner:
        return int(await owner.fetchval("SELECT count(*) FROM dead_letter WHERE tenant_id = $1", tenant_id))


async def test_facts_heard_twice_late_or_together_have_one_effect(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    first, second, last = (fact(tenant_id, text) for text in ("漏水了", "噪音很大", "谢谢"))
    said_anew = fact(tenant_id, "换一种说法", feedback_id=UUID(second.data["feedback_id"]))
    app = house.app("classifier", lanes="api,consumer,jobs")
    async with running(app, key) as client, wire(house) as to_classifier:
        await to_classifier.say(second)
        await to_classifier.say(first, first)
        await eventually(lambda: classified(client), 2)
        await to_classifier.say(first, second, first)
        await to_classifier.say(said_anew)
        await to_classifier.say(second)
        await to_classifier.say(last)
        await eventually(lambda: classified(client), 3)
        assert await set_aside(house, tenant_id) == 0
    said = [body["data"]["feedback"]["feedback_id"] for body in await told(house, tenant_id)]
    assert sorted(said) == sorted(one.data["feedback_id"] for one in (first, second, last))
    async with house.query("classifier") as owner:
        taken = await owner.fetch("SELECT msg_id FROM inbox WHERE tenant_id = $1", tenant_id)
    assert {row["msg_id"] for row in taken} == {one.id for one in (first, second, said_anew, last)}


async def test_two_replicas_share_the_facts_and_repeat_none(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    facts = [fact(tenant_id, f"第{number}次跳闸") for number in range(60)]
    apps = [house.app("classifier", lanes="api,consumer,jobs") for _ in range(2)]
    async with running(apps[0], key) as client, running(apps[1], key), wire(house) as to_classifier:
        for at in range(0, 60, 3):
            await to_classifier.say(*facts[at : at + 3])
            await to_classifier.say(*facts[max(0, at - 3) : at + 2])
        await eventually(lambda: classified(client), 60)
    assert len(await told(house, tenant_id)) == 60


async def orders(house: House) -> dict[UUID, bool]:
    """The trainings that were ever ordered, and whether each is done."""
    async with house.query("classifier") as owner:
        rows = await owner.fetch("SELECT id, done_at IS NOT NULL AS is_done FROM job WHERE kind = 'train_starter'")
    return {row["id"]: row["is_done"] for row in rows}


async def test_a_model_is_trained_and_registered_once_and_then_only_loaded(house: House, tmp_path: Path) -> None:
    before = await orders(house)

    def process(lanes: str) -> FastAPI:
        return house.app("classifier", lanes=lanes, data_dir=tmp_path)

    async def new_orders() -> list[bool]:
        return [is_done for order, is_done in (await orders(house)).items() if order not in before]

    async with running(process("api,jobs"), None) as worker:
        unready = await worker.get("/readyz")
        assert (unready.status_code, unready.json()["code"]) == (503, "unavailable")
        assert int(unready.headers["Retry-After"]) > 0
        await eventually(new_orders, [True], wait_s=60)
        assert (await worker.get("/readyz")).status_code == 200
    async with house.query("classifier") as owner:
        assert await owner.fetchval("SELECT count(*) FROM model WHERE corpus = $1", corpus_hash()) == 1
    [file] = (tmp_path / "models").iterdir()
    made_at = file.stat().st_mtime_ns
    async with running(process("api"), None) as later:
        assert (await later.get("/readyz")).status_code == 200
    assert await new_orders() == [True]
    assert file.stat().st_mtime_ns == made_at
