"""The classifier forgets whom the collector has erased: what it told on is blanked, and what comes late stays blank."""

from uuid import UUID

from shared.access.scopes import Scope
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import EVENTS, CustomerErased, FeedbackErased
from shared.contracts.routes import subject_of
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.stream import Stream
from tests.classifier.test_classify import MOMENT, classified, fact, told
from tests.house_of_test import House, eventually, running

WORDS = "热水器漏电，手一碰就麻"


def gone(tenant_id: UUID, event: Event) -> Envelope:
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


async def test_what_was_told_on_is_blanked_and_a_late_fact_is_judged_without_its_words(
    house: House, tenant_id: UUID
) -> None:
    customer = new_id()
    alone = fact(tenant_id, WORDS)
    first, late = (fact(tenant_id, WORDS, customer_id=customer) for _ in range(2))
    events = [
        CustomerErased(customer_id=customer, erased_at=MOMENT),
        FeedbackErased(feedback_id=UUID(alone.data["feedback_id"]), erased_at=MOMENT),
    ]
    stream = Stream(house.environment["NATS_URL"], "HUIYIN")
    await stream.state()

    async def say(one: Envelope, event: type[Event]) -> None:
        await stream.publish(subject_of(event), one.model_dump_json().encode(), new_id().hex)

    async def words() -> list[str]:
        return [one["data"]["feedback"]["text"] for one in await told(house, tenant_id)]

    app = house.app("classifier", lanes="api,consumer,jobs")
    async with running(app, await house.new_key(tenant_id, Scope.OPERATOR)) as client:
        for one in (first, alone, fact(tenant_id, WORDS, customer_id=new_id())):
            await say(one, type_of(one))
        await eventually(lambda: classified(client), 3)
        assert await words() == [WORDS] * 3
        for event in events:
            await say(gone(tenant_id, event), type(event))
        await eventually(words, ["", "", WORDS])
        await say(late, type_of(late))
        await eventually(lambda: classified(client), 4)
        assert await words() == ["", "", WORDS, ""]
    await stream.close()


def type_of(one: Envelope) -> type[Event]:
    return EVENTS[one.type, one.version]
