"""Carries the outbox to the stream, again and again until the stream has it."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import asyncpg

from shared.database import Database, Tx
from shared.failpoints import FailPoint, reach
from shared.logs import get_log
from shared.messaging.cleanup import clean_up
from shared.messaging.lanes import Kick
from shared.messaging.stream import Delivery, StreamState
from shared.trace import tracing

ROWS_MAX = 500
PACK_BYTES_MAX = 512 * 1024
POLL_S = 0.1
STATE_CHECK_S = 1.0
CLEAN_UP_S = 600.0
FORGET_MESSAGES_MAX = 500

_log = get_log("relay")

_CLAIM = """
SELECT tenant_id, id, subject, body::text AS body, body->>'trace_id' AS trace_id FROM outbox
WHERE sent_at IS NULL ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_SENT = """
UPDATE outbox SET sent_at = now(), stream_seq = CASE WHEN erased_at IS NULL THEN done.seq END
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS done (tenant_id, id, seq)
WHERE outbox.tenant_id = done.tenant_id AND outbox.id = done.id
"""
_MARK_PROGRESS = "UPDATE stream_mark SET last_seq = greatest(last_seq, $2) WHERE stream = $1"
_READ_MARK = "SELECT made_at, last_seq FROM stream_mark WHERE stream = $1 FOR UPDATE"
_SET_MARK = """
INSERT INTO stream_mark (stream, made_at, last_seq) VALUES ($1, $2, $3)
ON CONFLICT (stream) DO UPDATE SET made_at = excluded.made_at, last_seq = excluded.last_seq
"""
_SEND_ALL_AGAIN = "UPDATE outbox SET sent_at = NULL, stream_seq = NULL WHERE sent_at IS NOT NULL"
_STILL_IN_STREAM = """
SELECT DISTINCT stream_seq, subject FROM outbox WHERE erased_at IS NOT NULL AND stream_seq IS NOT NULL
ORDER BY stream_seq LIMIT $1
"""
_OUT_OF_STREAM = "UPDATE outbox SET stream_seq = NULL WHERE erased_at IS NOT NULL AND stream_seq = $1"


First = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Pack:
    """One message for the stream, and the rows that it carries."""

    subject: str
    body: bytes
    msg_id: str
    rows: list[asyncpg.Record]


async def nothing() -> None:
    """What a relay waits for that has nothing to wait for."""


class Relay:
    """The relay lane of one service. Any number of replicas may run; each claims other rows."""

    name = "relay"

    def __init__(
        self, carrier: Database, delivery: Delivery, stream_name: str, kick: Kick, *, first: First = nothing
    ) -> None:
        self._carrier = carrier
        self._delivery = delivery
        self._stream_name = stream_name
        self._kick = kick
        self._first = first

    async def run(self) -> None:
        """Sends what waits, looks after the stream every second, cleans up now and then; `first` comes before all."""
        await self._first()
        next_check = next_clean_up = 0.0
        while True:
            if time.monotonic() >= next_check:
                await self.notice_a_lost_stream()
                await self.forget_erased()
                next_check = time.monotonic() + STATE_CHECK_S
            if time.monotonic() >= next_clean_up:
                await clean_up(self._carrier)
                next_clean_up = time.monotonic() + CLEAN_UP_S
            if await self.send_waiting() == 0:
                await self._kick.wait(POLL_S)

    async def notice_a_lost_stream(self) -> None:
        """Sends everything kept once more when the stream is not the one, or not as long, as it was.

        Inboxes absorb what they have seen, so sending too much is safe and sending too little is not.
        """
        state = await self._delivery.state()
        async with self._carrier.transaction() as tx:
            mark = await tx.fetchrow(_READ_MARK, self._stream_name)
            if mark is not None and _is_same(mark, state):
                return
            if mark is not None:
                _log.warning("stream_lost", had=mark["last_seq"], has=state.last_seq)
                await tx.execute(_SEND_ALL_AGAIN)
            await tx.execute(_SET_MARK, self._stream_name, state.made_at, state.last_seq)

    async def send_waiting(self) -> int:
        """Sends up to `ROWS_MAX` facts and marks them sent, all in one transaction; returns how many."""
        async with self._carrier.transaction() as tx:
            rows = await tx.fetch(_CLAIM, ROWS_MAX)
            if not rows:
                return 0
            reach(FailPoint.RELAY_AFTER_CLAIM)
            made = packs(rows)
            sent = [self._delivery.publish(pack.subject, pack.body, pack.msg_id) for pack in made]
            seqs = await asyncio.gather(*sent)
            reach(FailPoint.RELAY_AFTER_PUBLISH_BEFORE_MARK)
            await self._mark_sent(tx, made, seqs)
        with tracing(row["trace_id"] for row in rows):
            _log.info("carried", facts=len(rows))
        return len(rows)

    async def _mark_sent(self, tx: Tx, made: Sequence[Pack], seqs: Sequence[int]) -> None:
        sent = [(row["tenant_id"], row["id"], seq) for pack, seq in zip(made, seqs, strict=True) for row in pack.rows]
        await tx.execute(_SENT, *(list(column) for column in zip(*sent, strict=True)))
        await tx.execute(_MARK_PROGRESS, self._stream_name, max(seqs))

    async def forget_erased(self) -> None:
        """Takes messages with erased words out of the stream, each as soon as all who listen are past it.

        Before, it would be lost for its neighbours in the message. What is not reached ends with the stream's age.
        """
        async with self._carrier.transaction() as tx:
            for row in await tx.fetch(_STILL_IN_STREAM, FORGET_MESSAGES_MAX):
                if await self._delivery.forget(row["subject"], row["stream_seq"]):
                    await tx.execute(_OUT_OF_STREAM, row["stream_seq"])


def _is_same(mark: asyncpg.Record, state: StreamState) -> bool:
    return bool(mark["made_at"] == state.made_at and mark["last_seq"] <= state.last_seq)


def packs(rows: Sequence[asyncpg.Record]) -> list[Pack]:
    """Rows as messages: facts of one subject share a message, one fact a line."""
    messages = []
    ordered = sorted(rows, key=lambda row: str(row["subject"]))  # Stable: facts of a subject keep their order.
    for subject, facts in groupby(ordered, key=lambda row: str(row["subject"])):
        for pack in _by_size(list(facts)):
            body = b"\n".join(row["body"].encode() for row in pack)
            messages.append(Pack(subject, body, _pack_id([row["id"] for row in pack]), pack))
    return messages


def _by_size(rows: Sequence[asyncpg.Record]) -> list[list[asyncpg.Record]]:
    result: list[list[asyncpg.Record]] = []
    size = PACK_BYTES_MAX
    for row in rows:
        length = len(row["body"].encode())
        if size + length > PACK_BYTES_MAX:
            result.append([])
            size = 0
        result[-1].append(row)
        size += length
    return result


def _pack_id(ids: Sequence[UUID]) -> str:
    return hashlib.sha256(b"".join(identifier.bytes for identifier in ids)).hexdigest()
