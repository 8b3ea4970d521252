"""The group writer by itself: who waits for whom, how much it holds, and who is told what when storing fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import pytest

from services.collector.domain.intake import Intake
from services.collector.domain.masked_intake import mask_intake
from services.collector.use_cases.accept_feedback import Accepted, AcceptFeedback, Outcome
from services.collector.use_cases.group_commit import (
    FEEDBACKS_A_FLUSH_MAX,
    FLUSHERS_MAX,
    WAITING_BYTES_MAX,
    WAITING_FEEDBACKS_MAX,
    Answers,
    GroupWriter,
    InFlightError,
    OverloadedError,
    Patience,
)
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.contracts.vocabulary import Channel, Language
from shared.ids import new_id

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
ACTOR = Actor(new_id(), new_id(), Kind.SECRET, "secret:test", frozenset())
POISON = "poison"


def command(text: str = "x", many: int = 1, body: bytes = b"{}") -> AcceptFeedback:
    intake = mask_intake(Intake(Channel.WIDGET, text, Language.EN, MOMENT, body))
    return AcceptFeedback(ACTOR, [intake] * many, MOMENT, "0" * 32, vouches_for_addresses=True)


@dataclass
class Disk:
    """Where batches go: it notes them, waits until it may go on, and refuses what is told to be poison."""

    error: Exception = field(default_factory=lambda: asyncpg.DataError("bad row"))
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    batches: list[tuple[int, Patience]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def store(self, commands: Sequence[AcceptFeedback], patience: Patience) -> Answers:
        self.batches.append((sum(len(one.intakes) for one in commands), patience))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.opened.wait()
        self.at_once -= 1
        if any(one.intakes[0].original.text == POISON for one in commands):
            raise self.error
        return [[Accepted(Outcome.NEW, new_id(), "code") for _ in one.intakes] for one in commands]


async def many_waiting(writer: GroupWriter, commands: Sequence[AcceptFeedback]) -> "list[asyncio.Task[list[Accepted]]]":
    tasks = [asyncio.ensure_future(writer.accept(one)) for one in commands]
    await asyncio.sleep(0)
    return tasks


async def test_who_is_alone_is_stored_alone_and_at_once() -> None:
    disk = Disk()
    disk.opened.set()
    writer = GroupWriter(disk.store)
    for _ in range(3):
        assert len(await writer.accept(command())) == 1
    assert disk.batches == [(1, Patience.SHORT)] * 3


async def test_who_waits_together_is_stored_together() -> None:
    disk = Disk()
    disk.opened.set()
    writer = GroupWriter(disk.store)
    answers = await asyncio.gather(*(writer.accept(command()) for _ in range(50)))
    assert disk.batches == [(50, Patience.SHORT)]
    assert len({answer[0].id for answer in answers}) == 50


async def test_no_flush_is_larger_than_it_may_be_unless_one_request_is() -> None:
    disk = Disk()
    disk.opened.set()
    writer = GroupWriter(disk.store)
    sizes = [200, 200, 200, 1_000, 5]
    answers = await asyncio.gather(*(writer.accept(command(many=size)) for size in sizes))
    assert [len(answer) for answer in answers] == sizes
    assert all(size <= FEEDBACKS_A_FLUSH_MAX or size == 1_000 for size, _ in disk.batches)
    assert sum(size for size, _ in disk.batches) == sum(sizes)


async def test_no_more_flushers_than_two() -> None:
    disk = Disk()
    writer = GroupWriter(disk.store)
    tasks = await many_waiting(writer, [command(many=100) for _ in range(40)])
    for _ in range(200):
        await asyncio.sleep(0)
    assert disk.at_once == FLUSHERS_MAX
    disk.opened.set()
    await asyncio.gather(*tasks)
    assert disk.most_at_once == FLUSHERS_MAX


@pytest.mark.parametrize(
    "full",
    [
        [command(many=1_000)] * (WAITING_FEEDBACKS_MAX // 1_000),
        [command(body=b" " * 1_048_576)] * (WAITING_BYTES_MAX // 1_048_576),
    ],
    ids=["feedbacks", "bytes"],
)
async def test_what_is_held_is_bounded(full: Sequence[AcceptFeedback]) -> None:
    disk = Disk()
    writer = GroupWriter(disk.store)
    tasks = await many_waiting(writer, full)
    for _ in range(3):
        with pytest.raises(OverloadedError):
            await writer.accept(command())
    disk.opened.set()
    await asyncio.gather(*tasks)
    assert len(await writer.accept(command())) == 1


async def test_a_poison_row_fails_alone() -> None:
    disk = Disk()
    disk.opened.set()
    writer = GroupWriter(disk.store)
    texts = ["x"] * 9 + [POISON] + ["x"] * 10
    answers = await asyncio.gather(*(writer.accept(command(text)) for text in texts), return_exceptions=True)
    assert [isinstance(answer, asyncpg.DataError) for answer in answers] == [text == POISON for text in texts]
    assert disk.batches == [(20, Patience.SHORT)] + [(1, Patience.LONG)] * 20


async def test_a_database_that_is_away_is_not_asked_once_for_each() -> None:
    disk = Disk(error=ConnectionRefusedError())
    disk.opened.set()
    writer = GroupWriter(disk.store)
    answers = await asyncio.gather(*(writer.accept(command(POISON)) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {ConnectionRefusedError}
    assert disk.batches == [(20, Patience.SHORT)]


async def test_who_waits_for_somebody_else_keeps_nobody_from_being_stored() -> None:
    disk = Disk(error=InFlightError())
    disk.opened.set()
    writer = GroupWriter(disk.store)
    with pytest.raises(InFlightError):
        await writer.accept(command(POISON))
    assert disk.batches == [(1, Patience.SHORT), (1, Patience.LONG)]
    assert len(await writer.accept(command())) == 1


async def test_who_stops_waiting_changes_nothing_for_the_others() -> None:
    disk = Disk()
    writer = GroupWriter(disk.store)
    tasks = await many_waiting(writer, [command() for _ in range(5)])
    tasks[2].cancel()
    disk.opened.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [False, False, True, False, False]
    assert disk.batches == [(5, Patience.SHORT)]


async def test_the_end_waits_for_what_was_taken_in() -> None:
    disk = Disk()
    writer = GroupWriter(disk.store)
    tasks = await many_waiting(writer, [command(many=300) for _ in range(4)])
    for task in tasks:
        task.cancel()
    drained = asyncio.ensure_future(writer.drain())
    await asyncio.sleep(0)
    assert not drained.done()
    disk.opened.set()
    await drained
    assert sum(size for size, _ in disk.batches) == 1_200
