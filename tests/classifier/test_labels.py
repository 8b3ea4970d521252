"""What people say of a verdict is kept as a label: the latest holds, in whatever order it comes, until it is erased."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.classifier.store.personal_places import REGISTER
from services.classifier.use_cases.keep_labels import keep_labels
from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope
from shared.contracts.events import VerdictCorrected
from shared.contracts.routes import subject_of
from shared.contracts.vocabulary import Language, Urgency
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.stream import Stream
from shared.privacy.forget import forget, without_erased
from tests.classifier.test_classify import MOMENT
from tests.house_of_test import House, eventually, running
from tests.privacy.test_forgetting import app

ROWS = "SELECT id, category, urgency, text, corrected_by FROM label WHERE tenant_id = $1 ORDER BY id"


def corrected(tenant_id: UUID, feedback_id: UUID, **about: Any) -> Envelope:  # noqa: ANN401 - any part of the fact
    event = VerdictCorrected(
        feedback_id=feedback_id,
        customer_id=about.get("customer_id"),
        text=about.get("text", "热水器跳闸"),
        language=Language.ZH,
        category=about.get("category", "praise"),
        urgency=Urgency.LOW,
        corrected_by=about.get("by"),
        corrected_at=MOMENT + timedelta(minutes=about.get("minute", 0)),
    )
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


async def hear(database: Database, *facts: Envelope) -> None:
    async with database.transaction(*{fact.tenant_id for fact in facts}) as tx:
        await keep_labels(tx, await without_erased(tx, facts))


async def labels(house: House, tenant_id: UUID) -> dict[UUID, str]:
    async with house.query("classifier") as owner:
        return {row["id"]: row["category"] for row in await owner.fetch(ROWS, tenant_id)}


async def test_the_latest_correction_holds_in_any_order(house: House, tenant_id: UUID) -> None:
    feedback = new_id()
    said = [corrected(tenant_id, feedback, category=name, minute=at) for at, name in enumerate(("a", "b", "c"))]
    async with app(house) as database:
        await hear(database, said[1])
        await hear(database, said[0])
        assert await labels(house, tenant_id) == {feedback: "b"}
        await hear(database, said[2], said[0], said[1], corrected(new_id(), feedback, minute=9))
        assert await labels(house, tenant_id) == {feedback: "c"}
        async with database.transaction(tenant_id) as tx:
            assert await keep_labels(tx, said) == {}


async def test_a_label_goes_with_its_customer_and_none_comes_late(house: House, tenant_id: UUID) -> None:
    customer, mine, alone, other = (new_id() for _ in range(4))
    async with app(house) as database:
        facts = [corrected(tenant_id, mine, customer_id=customer), corrected(tenant_id, alone)]
        await hear(database, *facts, corrected(tenant_id, other, customer_id=new_id()))
        async with database.transaction(tenant_id) as tx:
            await forget(tx, REGISTER, tenant_id, [customer, alone])
        assert await labels(house, tenant_id) == {other: "praise"}
        await hear(database, *facts, corrected(tenant_id, new_id(), customer_id=customer))
        assert await labels(house, tenant_id) == {other: "praise"}


async def test_the_classifier_hears_and_counts_them(house: House, tenant_id: UUID) -> None:
    stream = Stream(house.environment["NATS_URL"], "HUIYIN")
    await stream.state()
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app("classifier", lanes="api,consumer,jobs"), key) as client:

        async def labelled() -> int:
            return int((await client.get("/v1/figures")).json()["labelled"])

        for feedback in (new_id(), new_id()):
            body = corrected(tenant_id, feedback).model_dump_json().encode()
            await stream.publish(subject_of(VerdictCorrected), body, new_id().hex)
        await eventually(labelled, 2)
    await stream.close()
