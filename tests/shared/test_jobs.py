"""Work for later: done once, tried again when it fails, and without effect when its lease has passed on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast
from uuid import UUID

import pytest

from shared.database import Database
from shared.ids import new_id
from shared.messaging import jobs
from shared.messaging.jobs import TRIES_MAX, Claim, Jobs, StaleLeaseError, TryLaterError
from shared.messaging.lanes import Kick
from tests.house_of_test import WAIT_S, House

LEASE_S = 60
_STATE = "SELECT tries, done_at IS NOT NULL AS done, dead_at IS NOT NULL AS dead, error FROM job WHERE tenant_id = $1"


class Bench:
    """A jobs lane without its loop: the test claims and works by hand."""

    def __init__(self, house: House, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.kind = f"kind-{tenant_id}"
        self.app = Database(house.url("tracker", "app"))
        self.carrier = Database(house.url("tracker", "carrier"))
        self.worked: list[Claim] = []
        self.fails_with: Exception | None = None
        self.lane = Jobs(self.carrier, {self.kind: self.work}, Kick(), lease_s=LEASE_S)

    async def work(self, claim: Claim) -> None:
        if self.fails_with:
            raise self.fails_with
        async with self.app.transaction(self.tenant_id) as tx:
            await jobs.finish(tx, claim)
        self.worked.append(claim)

    async def put(self, key: str = "one") -> None:
        async with self.app.transaction(self.tenant_id) as tx:
            await jobs.put(tx, self.tenant_id, self.kind, dedupe_key=key, args={"n": 1})

    async def state(self) -> tuple[object, ...]:
        async with self.carrier.transaction() as tx:
            row = await tx.fetchrow(_STATE, self.tenant_id)
        return tuple(row) if row else ()

    async def let_the_lease_end(self) -> None:
        async with self.carrier.transaction() as tx:
            await tx.execute(
                "UPDATE job SET locked_until = now() - interval '1 s', run_at = now() WHERE tenant_id = $1",
                self.tenant_id,
            )


@pytest.fixture
async def bench(house: House, tenant_id: UUID) -> AsyncIterator[Bench]:
    bench = Bench(house, tenant_id)
    await bench.app.open()
    await bench.carrier.open()
    yield bench
    await bench.app.close()
    await bench.carrier.close()


async def test_one_key_is_one_job_and_is_done_once(bench: Bench) -> None:
    await bench.put()
    await bench.put()
    [claim] = await bench.lane.claim()
    assert await bench.lane.claim() == [], "a job that is held cannot be claimed"
    await bench.lane.work(claim)
    assert await bench.state() == (0, True, False, None)
    assert await bench.lane.claim() == []


async def test_a_worker_that_slept_past_its_lease_has_no_effect(bench: Bench) -> None:
    await bench.put()
    [slow] = await bench.lane.claim()
    await bench.let_the_lease_end()
    [quick] = await bench.lane.claim()
    assert quick.fence > slow.fence
    await bench.lane.work(quick)
    with pytest.raises(StaleLeaseError):
        await bench.work(slow)
    await bench.lane.work(slow)
    assert bench.worked == [quick]


async def test_only_a_fault_of_its_own_counts_as_a_try(bench: Bench) -> None:
    await bench.put()
    for error, tries in [(ConnectionRefusedError(), 0), (TryLaterError(1.0), 0), (ValueError(), 1)]:
        bench.fails_with = error
        await bench.let_the_lease_end()
        [claim] = await bench.lane.claim()
        await bench.lane.work(claim)
        assert await bench.state() == (tries, False, False, type(error).__name__)


async def test_a_job_that_always_fails_is_set_aside(bench: Bench) -> None:
    await bench.put()
    bench.fails_with = ValueError()
    for _ in range(TRIES_MAX):
        await bench.let_the_lease_end()
        [claim] = await bench.lane.claim()
        await bench.lane.work(claim)
    assert await bench.state() == (TRIES_MAX, False, True, "ValueError")
    await bench.let_the_lease_end()
    assert await bench.lane.claim() == []


async def test_a_rolled_back_transaction_puts_no_job_down(bench: Bench) -> None:
    async def fail_after_putting() -> None:
        async with bench.app.transaction(bench.tenant_id) as tx:
            await jobs.put(tx, bench.tenant_id, bench.kind, dedupe_key="x", args={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_putting()
    assert await bench.state() == ()


class DeafCarrier:
    """A database whose first wait loses a cancellation, as waits with a limit do before Python 3.12."""

    def __init__(self) -> None:
        self.is_waited_for = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["DeafCarrier"]:
        lost = () if self.is_waited_for.is_set() else (asyncio.CancelledError,)
        self.is_waited_for.set()
        with suppress(*lost):
            await asyncio.Event().wait()
        yield self

    async def execute(self, *_: object) -> None:
        """Renews nothing."""


async def test_a_job_ends_though_the_end_of_its_lease_is_not_heard_at_once() -> None:
    carrier = DeafCarrier()

    async def wait(_: Claim) -> None:
        await carrier.is_waited_for.wait()

    lane = Jobs(cast(Database, carrier), {"wait": wait}, Kick(), lease_s=0)
    claim = Claim(new_id(), new_id(), "wait", "x", {}, 1, 0)
    await asyncio.wait_for(lane.work(claim), WAIT_S)
