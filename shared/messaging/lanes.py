"""Lanes: the loops that a service process runs beside its doors. A lane that fails is begun again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from shared.logs import get_log

RESTART_PAUSE_S = 0.5
STOP_TIMEOUT_S = 5.0
STOP_TRIES_MAX = 10

_log = get_log("lanes")


class Lane(Protocol):
    """A loop that runs until it is cancelled."""

    @property
    def name(self) -> str:
        """What logs call it."""
        ...

    async def run(self) -> None:
        """Runs until cancelled; an error ends this turn only."""
        ...


@asynccontextmanager
async def running(lanes: Sequence[Lane]) -> AsyncIterator[None]:
    """Runs the lanes as long as the block lasts."""
    tasks = [asyncio.create_task(_keep_running(lane), name=lane.name) for lane in lanes]
    try:
        yield
    finally:
        await _end(tasks)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancels until it is heard: `asyncio.wait_for` (before Python 3.12) loses one that comes as its wait ends."""
    pending: Iterable[asyncio.Task[None]] = tasks
    for _ in range(STOP_TRIES_MAX):
        for task in pending:
            task.cancel()
        if pending:
            _, pending = await asyncio.wait(pending, timeout=STOP_TIMEOUT_S / STOP_TRIES_MAX)


async def _keep_running(lane: Lane) -> None:
    while True:
        try:
            await lane.run()
        except Exception as error:  # noqa: BLE001 - whatever ended it, the lane must go on; the kind is logged
            _log.warning("lane_restarts", lane=lane.name, error=type(error).__name__)
        await asyncio.sleep(RESTART_PAUSE_S)


class Kick:
    """Wakes a polling lane early. Losing a kick costs one polling interval and nothing else."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Wakes whoever waits."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Returns at the next kick, or after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout_s)
        self._event.clear()
