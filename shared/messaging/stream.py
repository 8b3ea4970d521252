"""The stream between the services: NATS JetStream, one server or three, by the same code."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import BadRequestError, NotFoundError, ServerError

from shared.contracts.routes import SUBJECT_ROOT, listeners_of
from shared.logs import get_log

CONNECT_TIMEOUT_S = 5
HALF_OPEN_CLOSE_S = 0.5
REQUEST_TIMEOUT_S = 5
KEPT_H = 72
BYTES_MAX = 8 * 1024**3
DEDUPE_WINDOW_S = 120
ACK_WAIT_S = 30
ACK_PENDING_MAX = 2_000
RECONNECT_PAUSE_S = 0.25
PING_S = 4  # A connection that has not answered one ping by the next is given up: its network may have forgotten it.

# What the server calls the deletion of a message that is gone already: by us, or by its age.
_SEQUENCE_NOT_FOUND = 10043
_NOT_THERE = ("no message found", "stream store EOF")
_OWNER = "huiyin_instance"

_log = get_log("stream")

Owner = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class StreamState:
    """Which stream this is and how far it goes. A deleted stream that was made again has another `made_at`."""

    made_at: datetime
    last_seq: int


class ForeignStreamError(RuntimeError):
    """The stream belongs to another instance; sending there would mix two companies' customers."""

    def __init__(self, name: str, theirs: str, ours: str) -> None:
        super().__init__(
            f"the stream {name} belongs to the instance {theirs}, and this is {ours}: give each instance a NATS account"
            " of its own. If that instance is no more, delete the stream; ours is filled from the databases"
        )


class Delivery(Protocol):
    """What a relay needs of a stream."""

    async def state(self) -> StreamState:
        """Makes the stream if it is missing, and tells what it is."""
        ...

    async def publish(self, subject: str, body: bytes, msg_id: str) -> int:
        """Returns the sequence number once the stream has the message on disk; raises when it is unsure."""
        ...

    async def forget(self, subject: str, seq: int) -> bool:
        """Deletes a message that all listeners are past; whether it is gone."""
        ...


class Stream:
    """A connection to the stream `name`; it reconnects by itself for ever."""

    def __init__(  # noqa: PLR0913 - a connection is wired once, by name
        self,
        url: str,
        name: str,
        *,
        replicas: int = 1,
        ack_wait_s: int = ACK_WAIT_S,
        ca_file: Path | None = None,
        owner: Owner | None = None,
    ) -> None:
        self._url = url
        self._ca_file = ca_file
        self._name = name
        self._replicas = replicas
        self._ack_wait_s = ack_wait_s
        self._owner = owner
        self._client: Client | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Ends the connection."""
        if self._client is not None:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await self._client.close()

    async def state(self) -> StreamState:
        """Makes the stream if it is missing, and tells what it is. ForeignStreamError when it is not ours."""
        context = await self._context()
        try:
            info = await context.stream_info(self._name)
        except NotFoundError:
            info = await context.add_stream(self._config())
        if self._owner is not None:
            await self._claim(context, info, await self._owner())
        made_at = info.created
        if made_at is None:
            raise RuntimeError("the stream server does not say when the stream was made")
        return StreamState(made_at, info.state.last_seq)

    async def _claim(self, context: JetStreamContext, info: StreamInfo, owner: str) -> None:
        """Writes our name on a stream that has none yet. Every lane begins with `state`, so none passes by here."""
        marks = info.config.metadata or {}
        if _OWNER not in marks:
            await context.update_stream(info.config.evolve(metadata=marks | {_OWNER: owner}))
        elif marks[_OWNER] != owner:
            raise ForeignStreamError(self._name, marks[_OWNER], owner)

    async def publish(self, subject: str, body: bytes, msg_id: str) -> int:
        """Returns the sequence number once the stream has the message on disk; raises when it is unsure."""
        context = await self._context()
        ack = await context.publish(
            subject, body, timeout=REQUEST_TIMEOUT_S, stream=self._name, headers={"Nats-Msg-Id": msg_id}
        )
        return ack.seq

    async def forget(self, subject: str, seq: int) -> bool:
        """Deletes a message, overwriting it on disk, once all its listeners are past it; whether it is gone."""
        context = await self._context()
        try:
            for listener in listeners_of(subject):
                if not _is_past(await context.consumer_info(self._name, listener), seq):
                    return False
        except NotFoundError:  # A listener that has not begun yet will want it.
            return False
        try:
            await context.delete_msg(self._name, seq)
        except (BadRequestError, ServerError) as error:
            if error.err_code != _SEQUENCE_NOT_FOUND and error.description not in _NOT_THERE:
                raise
        return True

    async def lag(self, durable: str) -> int:
        """How many messages a consumer has not settled yet; 0 where it has no place yet."""
        context = await self._context()
        try:
            info = await context.consumer_info(self._name, durable)
        except NotFoundError:
            return 0
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def subscribe(self, durable: str, subjects: Sequence[str]) -> "Subscription":
        """A durable place in the stream for one consumer; made if it is missing."""
        await self.state()
        context = await self._context()
        config = ConsumerConfig(
            durable_name=durable,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=self._ack_wait_s,
            max_ack_pending=ACK_PENDING_MAX,
            max_deliver=-1,
            filter_subjects=list(subjects),
        )
        await context.add_consumer(self._name, config)
        pull = await context.pull_subscribe_bind(durable, self._name)
        return Subscription(pull)

    def _config(self) -> StreamConfig:
        return StreamConfig(
            name=self._name,
            subjects=[f"{SUBJECT_ROOT}.>"],
            storage=StorageType.FILE,
            max_age=KEPT_H * 3600,
            max_bytes=BYTES_MAX,
            duplicate_window=DEDUPE_WINDOW_S,
            num_replicas=self._replicas,
        )

    def _tls(self) -> ssl.SSLContext | None:
        """How a server must prove itself: against our own authority, else the system's; None where TLS is not asked."""
        return ssl.create_default_context(cafile=self._ca_file) if "tls://" in self._url else None

    async def _context(self) -> JetStreamContext:
        async with self._opening:
            if self._client is None or self._client.is_closed:
                self._client = await self._connected()
        return self._client.jetstream(timeout=REQUEST_TIMEOUT_S)

    async def _connected(self) -> Client:
        tls, client = self._tls(), Client()
        try:
            await client.connect(
                self._url.split(","),
                connect_timeout=CONNECT_TIMEOUT_S,
                reconnect_time_wait=RECONNECT_PAUSE_S,  # type: ignore[arg-type]  # its hint is narrower than what it does
                max_reconnect_attempts=-1,
                ping_interval=PING_S,
                max_outstanding_pings=1,
                tls=tls,
                # Else the client waits for a greeting, and one that asks for no TLS would get the password.
                tls_handshake_first=tls is not None,
                error_cb=_on_error,
            )
        except BaseException:  # Also when cancelled half-way: the library would leave the socket open.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), HALF_OPEN_CLOSE_S)
            raise
        return client


async def _on_error(error: Exception) -> None:
    _log.warning("stream_error", error=type(error).__name__)


def _is_past(consumer: ConsumerInfo, seq: int) -> bool:
    has_nothing_left = not consumer.num_pending and not consumer.num_ack_pending
    return has_nothing_left or (consumer.ack_floor is not None and consumer.ack_floor.stream_seq >= seq)


class Subscription:
    """A consumer's place in the stream."""

    def __init__(self, pull: JetStreamContext.PullSubscription) -> None:
        self._pull = pull

    async def fetch(self, messages_max: int, wait_s: float) -> list[Msg]:
        """What has come, or an empty list after `wait_s`. Raises when the place or the connection is gone."""
        try:
            return await self._pull.fetch(messages_max, timeout=wait_s)
        except TimeoutError:  # The library raises its own kind or the plain one; both mean that nothing came.
            return []

    async def still_there(self) -> bool:
        """Whether the server still knows this place."""
        await self._pull.consumer_info()
        return True

    async def close(self) -> None:
        """Gives up the connection's side of the place; the durable place stays."""
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            await self._pull.unsubscribe()
