"""Group commit: requests that wait at the same time share one transaction, and are answered after its commit.

Nothing waits for company. A flush begins as soon as a flusher is free, and what arrives meanwhile is the next batch: a
request that comes alone is stored alone and at once, and many together share the price of the round trips.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

import asyncpg

from services.collector.store.keyring import Keyring
from services.collector.store.lost_race import LostRaceError
from services.collector.use_cases.accept_feedback import Accepted, AcceptFeedback, accept_together
from shared.access.audit import perform_together
from shared.database import Database, is_transient
from shared.logs import get_log

FEEDBACKS_A_FLUSH_MAX = 500
FLUSHERS_MAX = 2
# Fewer than these wait for the flush that is under way: a second one beside it would make two small batches of one.
FEEDBACKS_FOR_ANOTHER_FLUSHER = 100
# A request is read in one turn of the loop and comes here in the next, so one quiet turn says nothing yet.
QUIET_TURNS = 2
TURNS_MAX = 64
WAITING_FEEDBACKS_MAX = 5_000  # Some seconds of work; who comes later is told to come again.
WAITING_BYTES_MAX = 32 * 1024 * 1024
ALONE_AT_ONCE_MAX = 4
RACES_MAX = 5

_log = get_log("group_commit")


class OverloadedError(Exception):
    """As much waits to be stored as this process may hold."""


class InFlightError(Exception):
    """The same feedback is being stored by somebody else, and that takes long."""


class Patience(Enum):
    """How long a transaction may wait for another that stores the same feedback or customer, in milliseconds."""

    SHORT = 200  # Of a flush: its neighbours wait, too.
    LONG = 5_000  # Of a request by itself.


Answers = list[list[Accepted]]
# Stores commands in one transaction; the answers of each, after the commit.
Store = Callable[[Sequence[AcceptFeedback], Patience], Awaitable[Answers]]


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A request that was taken in and has no answer yet."""

    command: AcceptFeedback
    bytes: int
    answer: "asyncio.Future[list[Accepted]]"

    @property
    def feedbacks(self) -> int:
        return len(self.command.intakes)


@dataclass
class _Held:
    """How much is held in memory, from its coming to its answer."""

    feedbacks: int = 0
    bytes: int = 0

    def has_room_for(self, feedbacks: int, bytes_: int) -> bool:
        """Whoever comes first is let in, whatever they bring: a door has limits of its own."""
        return self.feedbacks == 0 or (
            self.feedbacks + feedbacks <= WAITING_FEEDBACKS_MAX and self.bytes + bytes_ <= WAITING_BYTES_MAX
        )

    def add(self, waiting: _Waiting, times: int = 1) -> None:
        self.feedbacks += times * waiting.feedbacks
        self.bytes += times * waiting.bytes


@dataclass
class GroupWriter:
    """Takes commands in, and stores those that wait together in one transaction."""

    store: Store
    _queue: deque[_Waiting] = field(default_factory=deque)
    _queued_feedbacks: int = 0
    _held: _Held = field(default_factory=_Held)
    _flushers: int = 0
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    _alone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ALONE_AT_ONCE_MAX))

    async def accept(self, command: AcceptFeedback) -> list[Accepted]:
        """The answers, once they are on disk. Raises OverloadedError, InFlightError, and what storing raises.

        Whoever stops waiting changes nothing for the others, and what they sent is stored as well.
        """
        size = sum(len(intake.original.body) for intake in command.intakes)
        if not self._held.has_room_for(len(command.intakes), size):
            raise OverloadedError
        waiting = _Waiting(command, size, asyncio.get_running_loop().create_future())
        self._held.add(waiting)
        self._queue.append(waiting)
        self._queued_feedbacks += waiting.feedbacks
        self._wake()
        return await waiting.answer

    async def drain(self) -> None:
        """Returns when everything that was taken in is stored or refused."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _wake(self) -> None:
        is_wanted = self._flushers == 0 or self._queued_feedbacks >= FEEDBACKS_FOR_ANOTHER_FLUSHER
        if self._queue and is_wanted and self._flushers < FLUSHERS_MAX:
            self._flushers += 1
            self._spawn(self._flush_all())

    def _spawn(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_all(self) -> None:
        try:
            while self._queue:
                await self._gather()
                await self._flush(self._take())
        finally:
            self._flushers -= 1
            self._wake()

    async def _gather(self) -> None:
        """Lets the loop take in what has come already: turns of microseconds, and none for who is alone."""
        quiet = 0
        for _ in range(TURNS_MAX):
            before = self._queued_feedbacks
            await asyncio.sleep(0)
            quiet = quiet + 1 if self._queued_feedbacks == before else 0
            if quiet == QUIET_TURNS or self._queued_feedbacks >= FEEDBACKS_A_FLUSH_MAX:
                return

    def _take(self) -> list[_Waiting]:
        """The next batch, in the order of coming; a request that is larger than a flush goes alone."""
        batch: list[_Waiting] = []
        feedbacks = 0
        while self._queue and (not batch or feedbacks + self._queue[0].feedbacks <= FEEDBACKS_A_FLUSH_MAX):
            batch.append(self._queue.popleft())
            feedbacks += batch[-1].feedbacks
        self._queued_feedbacks -= feedbacks
        return batch

    async def _flush(self, batch: Sequence[_Waiting]) -> None:
        """One transaction for all. When it fails by the fault of one, each gets another one by itself."""
        try:
            answers = await self.store([waiting.command for waiting in batch], Patience.SHORT)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is somebody's answer
            if isinstance(error, InFlightError) or (len(batch) > 1 and not is_transient(error)):
                _log.warning("flush_parted", requests=len(batch), error=type(error).__name__)
                for waiting in batch:
                    self._spawn(self._store_alone(waiting))
            else:  # A database that is away would refuse each of them, too.
                for waiting in batch:
                    self._refuse(waiting, error)
            return
        for waiting, accepted in zip(batch, answers, strict=True):
            self._answer(waiting, accepted)

    async def _store_alone(self, waiting: _Waiting) -> None:
        """Beside the flushers: who waits for somebody else's transaction keeps nobody from being stored."""
        try:
            async with asyncio.timeout(Patience.LONG.value / 1_000):
                await self._alone.acquire()
        except TimeoutError:
            self._refuse(waiting, InFlightError())
            return
        try:
            [accepted] = await self.store([waiting.command], Patience.LONG)
        except Exception as error:  # noqa: BLE001 - as above
            self._refuse(waiting, error)
        else:
            self._answer(waiting, accepted)
        finally:
            self._alone.release()

    def _answer(self, waiting: _Waiting, accepted: list[Accepted]) -> None:
        self._held.add(waiting, -1)
        if not waiting.answer.done():  # Who asked may be gone.
            waiting.answer.set_result(accepted)

    def _refuse(self, waiting: _Waiting, error: Exception) -> None:
        self._held.add(waiting, -1)
        if not waiting.answer.done():
            waiting.answer.set_exception(error)


async def store_together(
    commands: Sequence[AcceptFeedback], patience: Patience, *, database: Database, keyring: Keyring
) -> Answers:
    """Stores commands of any tenants in one transaction. Raises InFlightError, and what the database raises."""
    tenants = {command.actor.tenant_id for command in commands}
    work = partial(accept_together, keyring=keyring, commands=commands)
    # A request by itself waits as long as its role may.
    lock_timeout_ms = patience.value if patience is Patience.SHORT else None
    for _ in range(RACES_MAX):
        try:
            return await perform_together(database, tenants, work, lock_timeout_ms=lock_timeout_ms)
        except (LostRaceError, asyncpg.DeadlockDetectedError):
            continue
        except asyncpg.LockNotAvailableError:
            break
    raise InFlightError
