"""Facts between services: sent again until the stream has them, taken in once, set aside when they cannot be."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

import nats
import pytest

from shared.access.audit import AuditLine, lines_of_batch
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.contracts.routes import subject_of
from shared.contracts.vocabulary import Channel, Language
from shared.database import Database, Tx
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import TRIES_MAX
from shared.messaging.inbox import take_in
from shared.messaging.lanes import Kick, running
from shared.messaging.relay import PACK_BYTES_MAX, Relay, packs
from shared.messaging.stream import Stream, StreamState
from tests.house_of_test import House, eventually

MOMENT = datetime(2026, 11, 21, tzinfo=UTC)


def fact(tenant_id: UUID, text: str = "跳闸") -> Envelope:
    event = FeedbackReceived(
        feedback_id=new_id(),
        customer_id=None,
        channel=Channel.WIDGET,
        source=None,
        text=text,
        language=Language.ZH,
        rating=None,
        product=None,
        occurred_at=MOMENT,
        received_at=MOMENT,
    )
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="trace")


async def opened(database: Database) -> Database:
    await database.open()
    return database


class FakeDelivery:
    """A stream that forgets, refuses and repeats, as streams do."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, str]] = []
        self.refuses = 0
        self.forgotten: list[int] = []
        self.made_at = MOMENT

    async def state(self) -> StreamState:
        return StreamState(self.made_at, len(self.sent))

    async def publish(self, subject: str, body: bytes, msg_id: str) -> int:
        if self.refuses:
            self.refuses -= 1
            raise TimeoutError
        self.sent.append((subject, body, msg_id))
        return len(self.sent)

    async def forget(self, _subject: str, seq: int) -> bool:
        self.forgotten.append(seq)
        return True

    def ids(self) -> list[UUID]:
        return [Envelope.model_validate_json(line).id for _, body, _ in self.sent for line in body.split(b"\n")]


class Sender:
    """An outbox with a relay on a delivery of the test's own."""

    def __init__(self, house: House, name: str) -> None:
        self.app = Database(house.url("collector", "app"))
        self.carrier = Database(house.url("collector", "carrier"))
        self.delivery = FakeDelivery()
        self.relay = Relay(self.carrier, self.delivery, name, Kick())

    async def __aenter__(self) -> Self:
        await self.app.open()
        await self.carrier.open()
        await self.empty()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.empty()
        await self.app.close()
        await self.carrier.close()

    async def empty(self) -> None:
        async with self.carrier.transaction() as tx:
            await tx.execute("DELETE FROM outbox")

    async def put(self, facts: Sequence[Envelope]) -> None:
        async with self.app.transaction(*{fact.tenant_id for fact in facts}) as tx:
            await outbox.put(tx, facts)

    async def waiting(self) -> int:
        async with self.carrier.transaction() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))


async def test_what_is_rolled_back_is_never_sent(house: House, tenant_id: UUID) -> None:
    async with Sender(house, "rolled back") as sender:

        async def fail_after_putting() -> None:
            async with sender.app.transaction(tenant_id) as tx:
                await outbox.put(tx, [fact(tenant_id)])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail_after_putting()
        assert await sender.relay.send_waiting() == 0


async def test_a_fact_stays_until_the_stream_has_it(house: House, tenant_id: UUID) -> None:
    async with Sender(house, "refused") as sender:
        one = fact(tenant_id)
        await sender.put([one])
        sender.delivery.refuses = 1
        with pytest.raises(TimeoutError):
            await sender.relay.send_waiting()
        assert await sender.waiting() == 1
        assert await sender.relay.send_waiting() == 1
        assert sender.delivery.ids() == [one.id]
        assert await sender.waiting() == 0


async def test_another_stream_gets_everything_again(house: House, tenant_id: UUID) -> None:
    async with Sender(house, f"lost {tenant_id}") as sender:
        facts = [fact(tenant_id), fact(tenant_id)]
        await sender.relay.notice_a_lost_stream()
        await sender.put(facts)
        await sender.relay.send_waiting()
        await sender.relay.notice_a_lost_stream()
        assert await sender.waiting() == 0, "the same stream needs nothing again"
        sender.delivery.made_at = datetime(2026, 11, 22, tzinfo=UTC)
        sender.delivery.sent.clear()
        await sender.relay.notice_a_lost_stream()
        await sender.relay.send_waiting()
        assert sorted(sender.delivery.ids()) == sorted(one.id for one in facts)


async def test_a_shorter_stream_gets_everything_again(house: House, tenant_id: UUID) -> None:
    async with Sender(house, f"shorter {tenant_id}") as sender:
        await sender.relay.notice_a_lost_stream()
        await sender.put([fact(tenant_id)])
        await sender.relay.send_waiting()
        sender.delivery.sent.clear()
        await sender.relay.notice_a_lost_stream()
        assert await sender.waiting() == 1


async def test_facts_of_one_subject_share_messages_of_a_bounded_size(house: House, tenant_id: UUID) -> None:
    async with Sender(house, "packs") as sender:
        await sender.put([fact(tenant_id, "长" * 20_000) for _ in range(30)])
        async with sender.carrier.transaction() as tx:
            rows = await tx.fetch("SELECT tenant_id, id, subject, body::text AS body FROM outbox ORDER BY seq")
        messages = packs(rows)
        assert 2 < len(messages) < 30
        assert all(len(pack.body) <= PACK_BYTES_MAX + 100 for pack in messages)
        assert len({pack.msg_id for pack in messages}) == len(messages)
        assert messages == packs(rows), "the same rows must make the same message ids"


async def test_an_inbox_takes_a_fact_once_and_each_consumer_for_itself(house: House, tenant_id: UUID) -> None:
    database = await opened(Database(house.url("tracker", "app")))
    one, two = fact(tenant_id), fact(tenant_id)
    async with database.transaction(tenant_id) as tx:
        assert await take_in(tx, "a", [one, two, one]) == [one, two]
    async with database.transaction(tenant_id) as tx:
        assert await take_in(tx, "a", [two, one]) == []
        assert await take_in(tx, "b", [two]) == [two]
    await database.close()


class Hearer:
    """A consumer lane whose one reaction the test decides on."""

    def __init__(self, house: House, name: str) -> None:
        self.database = Database(house.url("classifier", "app"))
        self.carrier = Database(house.url("classifier", "carrier"))
        self.stream = Stream(house.environment["NATS_URL"], "HUIYIN")
        self.heard: list[UUID] = []
        self.poison: set[UUID] = set()
        self.lane = Consumer(
            name,
            database=self.database,
            carrier=self.carrier,
            stream=self.stream,
            reactions={FeedbackReceived: self.react},
            kick=Kick(),
            able=self.is_able,
            subjects=[subject_of(FeedbackReceived)],
            retry_pause_s=0.01,
        )

    async def is_able(self) -> bool:
        return True

    async def react(self, _tx: Tx, facts: Sequence[Envelope]) -> dict[UUID, AuditLine]:
        if any(one.id in self.poison for one in facts):
            raise ValueError("this one cannot be digested")
        self.heard += [one.id for one in facts]
        return lines_of_batch("test.hear", "feedback", [(one.tenant_id, one.id) for one in facts], why="test")

    async def __aenter__(self) -> Self:
        await self.database.open()
        await self.carrier.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stream.close()
        await self.database.close()
        await self.carrier.close()

    async def publish(self, lines: Sequence[bytes]) -> None:
        await self.stream.state()
        await self.stream.publish(subject_of(FeedbackReceived), b"\n".join(lines), new_id().hex)


def line(envelope: Envelope) -> bytes:
    return envelope.model_dump_json().encode()


async def test_a_fact_delivered_twice_has_one_effect(house: House, tenant_id: UUID) -> None:
    async with Hearer(house, f"twice-{tenant_id}") as hearer:
        one = fact(tenant_id)
        last = fact(tenant_id)
        await hearer.publish([line(one), line(one)])
        await hearer.publish([line(one)])
        await hearer.publish([line(last)])
        async with running([hearer.lane]):
            await eventually(lambda: has(hearer, last), wanted=True)
        assert hearer.heard.count(one.id) == 1


async def has(hearer: Hearer, one: Envelope) -> bool:
    return one.id in hearer.heard


async def test_a_poisoned_fact_is_tried_and_set_aside_and_holds_up_nobody(house: House, tenant_id: UUID) -> None:
    name = f"poison-{tenant_id}"
    async with Hearer(house, name) as hearer:
        bad, good = fact(tenant_id), fact(tenant_id)
        hearer.poison = {bad.id}

        async def set_aside() -> object:
            async with hearer.carrier.transaction() as tx:
                row = await tx.fetchrow("SELECT tries, error, dead_at FROM dead_letter WHERE msg_id = $1", bad.id)
            return (row["tries"], row["error"], row["dead_at"] is not None) if row else None

        await hearer.publish([line(bad), line(good)])
        async with running([hearer.lane]):
            await eventually(lambda: has(hearer, good), wanted=True)
            await eventually(set_aside, (TRIES_MAX, "ValueError", True))
        assert bad.id not in hearer.heard
        assert hearer.heard.count(good.id) == 1


async def test_what_is_no_fact_is_kept_where_a_person_can_see_it(house: House, tenant_id: UUID) -> None:
    name = f"unreadable-{tenant_id}"
    async with Hearer(house, name) as hearer:
        good = fact(tenant_id)
        unknown = good.model_copy(update={"id": new_id(), "type": "NeverHeardOf"})
        await hearer.publish([b"{not json", line(unknown), line(good)])
        async with running([hearer.lane]):
            await eventually(lambda: has(hearer, good), wanted=True)
        async with hearer.carrier.transaction() as tx:
            kept = await tx.fetch("SELECT body FROM dead_letter WHERE consumer = $1 AND dead_at IS NOT NULL", name)
        assert len(kept) == 2


async def delete_the_stream(house: House) -> None:
    client = await nats.connect(house.environment["NATS_URL"])
    await client.jetstream().delete_stream("HUIYIN")
    await client.close()


async def test_a_deleted_stream_is_found_missing_and_followed_again(house: House, tenant_id: UUID) -> None:
    async with Hearer(house, f"again-{tenant_id}") as hearer:
        one, two = fact(tenant_id), fact(tenant_id)
        await hearer.publish([line(one)])
        async with running([hearer.lane]):
            await eventually(lambda: has(hearer, one), wanted=True)
            before = await hearer.stream.state()
            await delete_the_stream(house)
            await hearer.publish([line(two)])
            assert (await hearer.stream.state()).made_at != before.made_at
            await eventually(lambda: has(hearer, two), wanted=True)
