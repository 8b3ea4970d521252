"""Takes facts from the stream and runs this service's reactions: inbox row and effect in one transaction a fetch."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import nats.errors
from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.access import audit
from shared.access.audit import AuditLine
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import EVENTS
from shared.contracts.routes import subject_of
from shared.database import Database, Tx, is_transient
from shared.failpoints import FailPoint, reach
from shared.logs import get_log
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.inbox import take_in
from shared.messaging.lanes import Kick
from shared.messaging.stream import Stream, Subscription
from shared.metrics import INBOX_FACTS
from shared.privacy.forget import without_erased
from shared.trace import tracing

MESSAGES_MAX = 10  # Each may hold a pack of some hundred facts.
FETCH_WAIT_S = 1.0
PLACE_CHECK_S = 2.0
RETRY_PAUSE_S = 1.0
RETRY_PAUSE_MAX_S = 60.0

_log = get_log("consumer")

# What a reaction did, as a line for each tenant; the consumer writes them in its transaction. None where nothing was
# done but to copy what has its line elsewhere.
Reaction = Callable[[Tx, Sequence[Envelope]], Awaitable[Mapping[UUID, AuditLine] | None]]
Able = Callable[[], Awaitable[bool]]


@dataclass
class _Delivered:
    """One message of the stream: its facts, and how it ended."""

    message: Msg
    facts: list[Envelope] = field(default_factory=list)
    try_again_after_s: float | None = None


class Consumer:
    """The consumer lane of one service."""

    name = "consumer"

    def __init__(  # noqa: PLR0913 - a lane is wired once, by name, in `main.py`
        self,
        service: str,
        *,
        database: Database,
        carrier: Database,
        stream: Stream,
        reactions: Mapping[type[Event], Reaction],
        kick: Kick,
        able: Able,
        subjects: Sequence[str] | None = None,
        retry_pause_s: float = RETRY_PAUSE_S,
    ) -> None:
        self._service = service
        self._database = database
        self._stream = stream
        self._reactions = reactions
        self._kick = kick
        self._able = able
        self._subjects = subjects or [subject_of(event) for event in reactions]
        self._retry_pause_s = retry_pause_s
        self._dead_letters = DeadLetters(carrier, service)

    async def run(self) -> None:
        """Fetches and reacts until cancelled. While the service is unable to react, nothing is fetched."""
        await self._wait_until_able()
        subscription = await self._stream.subscribe(self._service, self._subjects)
        try:
            await self._follow(subscription)
        finally:
            await subscription.close()

    async def _follow(self, subscription: Subscription) -> None:
        next_check = 0.0
        while True:
            if time.monotonic() >= next_check:
                await subscription.still_there()
                next_check = time.monotonic() + PLACE_CHECK_S
            messages = await subscription.fetch(MESSAGES_MAX, FETCH_WAIT_S)
            if messages:
                await self._take(messages)

    async def _take(self, messages: Sequence[Msg]) -> None:
        reach(FailPoint.CONSUMER_AFTER_FETCH)
        delivered = [await self._read(message) for message in messages]
        try:
            await self._react([fact for one in delivered for fact in one.facts])
        except Exception as error:  # noqa: BLE001 - any error but a passing one is some fact's own
            if is_transient(error):
                # Unacknowledged messages come back by themselves; asking for them now would only fail again.
                await self._give_back(messages)
                await self._wait_until_able()
                return
            for one in delivered:
                await self._react_one_by_one(one)
        reach(FailPoint.CONSUMER_AFTER_COMMIT_BEFORE_ACK)
        for one in delivered:
            await _settle(one)

    async def _read(self, message: Msg) -> _Delivered:
        delivered = _Delivered(message)
        for line in message.data.split(b"\n"):
            try:
                fact = Envelope.model_validate_json(line)
                EVENTS[fact.type, fact.version].model_validate(fact.data)
            except (ValidationError, KeyError) as error:
                _log.error("unreadable_fact", subject=message.subject, error=type(error).__name__)
                await self._dead_letters.set_aside_unreadable(message.subject, line, error)
            else:
                delivered.facts.append(fact)
        return delivered

    async def _react(self, facts: Sequence[Envelope]) -> None:
        if not facts:
            return
        async with self._database.transaction(*{fact.tenant_id for fact in facts}) as tx:
            taken = await take_in(tx, self._service, facts)
            with tracing(fact.trace_id for fact in taken):
                await self._have_effect(tx, taken)
            reach(FailPoint.CONSUMER_AFTER_EFFECT_BEFORE_COMMIT)
        with tracing(fact.trace_id for fact in taken):
            _log.info("taken_in", consumer=self._service, facts=len(taken), known=len(facts) - len(taken))
        INBOX_FACTS.labels(self._service).inc(len(taken))
        self._kick()

    async def _have_effect(self, tx: Tx, taken: Sequence[Envelope]) -> None:
        fresh: dict[type[Event], list[Envelope]] = defaultdict(list)
        for fact in taken:
            fresh[EVENTS[fact.type, fact.version]].append(fact)
        for kind, reaction in self._reactions.items():
            if fresh[kind]:
                await audit.write(tx, self._service, await reaction(tx, await without_erased(tx, fresh[kind])) or {})

    async def _react_one_by_one(self, delivered: _Delivered) -> None:
        """Finds the fact that failed: its neighbours must not wait for it."""
        for fact in delivered.facts:
            try:
                await self._react([fact])
            except Exception as error:  # noqa: BLE001 - any error but a passing one is the fact's own
                with tracing([fact.trace_id]):
                    pause_s = self._retry_pause_s if is_transient(error) else await self._count(delivered, fact, error)
                delivered.try_again_after_s = max(delivered.try_again_after_s or 0.0, pause_s or 0.0) or None

    async def _count(self, delivered: _Delivered, fact: Envelope, error: Exception) -> float | None:
        _log.error("reaction_failed", type=fact.type, fact=str(fact.id), error=type(error).__name__)
        tries = await self._dead_letters.count_failure(delivered.message.subject, fact, error)
        return None if tries is None else min(self._retry_pause_s * 2 ** (tries - 1), RETRY_PAUSE_MAX_S)

    async def _give_back(self, messages: Sequence[Msg]) -> None:
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            for message in messages:
                await message.nak(delay=self._retry_pause_s)

    async def _wait_until_able(self) -> None:
        while not await self._able():  # noqa: ASYNC110 - what we wait for is another process
            await asyncio.sleep(RETRY_PAUSE_S)


async def _settle(delivered: _Delivered) -> None:
    if delivered.try_again_after_s is None:
        await delivered.message.ack()
    else:
        await delivered.message.nak(delay=delivered.try_again_after_s)
