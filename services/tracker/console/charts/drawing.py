"""Draws charts as SVG that fits our pages: no style of its own, colours by the page's variables."""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import sys
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from shared.tether import dies_with_parent

Spec = Mapping[str, Any]
DRAWING_TIMEOUT_S = 15.0
CHART_BYTES_MAX = 1_048_576
DRAWINGS_KEPT_MAX = 200
# A chart names colours by numbers that stand for the page's variables, so one drawing serves light and dark.
INKS = {
    "#000001": "var(--chart-1)",
    "#000002": "var(--chart-2)",
    "#000003": "var(--chart-3)",
    "#000004": "var(--chart-4)",
    "#000005": "var(--chart-5)",
    "#000006": "var(--chart-6)",
    "#000010": "var(--ink)",
    "#000011": "var(--soft)",
    "#000012": "var(--line)",
    "#000013": "var(--paper)",
}
_INK = re.compile("|".join(INKS))
_TAG = re.compile(r"<[^<>]*>")  # What stands between tags are words of people, and stays as it is.
_STYLE = re.compile(r"""\sstyle=("[^"]*"|'[^']*')""")
_SECRET_MARKS = ("_URL", "_KEY", "PASSWORD", "SECRET")


class ChartFaultError(Exception):
    """The chart could not be drawn."""


class Drawing:
    """Draws in a child process, one chart at a time, and keeps what it drew."""

    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._drawn: OrderedDict[str, str] = OrderedDict()

    async def draw(self, spec: Spec, whose: UUID) -> str:
        """The chart as an SVG element; of one company, one waits for its turn at a time. Raises ChartFaultError."""
        line = json.dumps(spec, ensure_ascii=True, sort_keys=True)
        key = hashlib.sha256(line.encode()).hexdigest()
        if key not in self._drawn:
            async with self._turn_of(whose), self._turn:
                # Whoever waited for somebody else to ask the same finds it here.
                if key not in self._drawn:
                    self._drawn[key] = fitted(await self._ask(line))
            while len(self._drawn) > DRAWINGS_KEPT_MAX:
                self._drawn.popitem(last=False)
        return self._drawn[key]

    def _turn_of(self, whose: UUID) -> asyncio.Lock:
        turn: asyncio.Lock = self._turns.setdefault(whose, asyncio.Lock())
        return turn

    async def close(self) -> None:
        """Ends the child."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()

    async def _ask(self, line: str) -> str:
        try:
            answer = await asyncio.wait_for(self._said(line), DRAWING_TIMEOUT_S)
            drawn = json.loads(answer)
        except (TimeoutError, ValueError, OSError) as error:
            await self.close()
            raise ChartFaultError(type(error).__name__) from error
        if "svg" not in drawn:
            raise ChartFaultError(drawn["fault"])
        svg: str = drawn["svg"]
        return svg

    async def _said(self, line: str) -> bytes:
        """The child's answer. One that ended itself meanwhile, because it was idle, is followed by another."""
        for _ in range(2):
            child = await self._running()
            if child.stdin is None or child.stdout is None:
                raise ChartFaultError("no pipe")
            child.stdin.write(line.encode() + b"\n")
            with contextlib.suppress(ConnectionError):
                await child.stdin.drain()
            answer = await child.stdout.readline()
            if answer:
                return answer
            await child.wait()
        raise ChartFaultError("the drawing process ended")

    async def _running(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            environment = {key: value for key, value in os.environ.items() if not _is_secret(key)}
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.tracker.console.charts.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=CHART_BYTES_MAX,
                env=environment,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
        return self._child


def fitted(svg: str) -> str:
    """The drawing in the page's own colours, without inline styles, which our pages forbid. Its words stand beside."""
    return _TAG.sub(lambda tag: _in_our_colours(tag[0]), svg).replace("<svg ", '<svg aria-hidden="true" ', 1)


def _in_our_colours(tag: str) -> str:
    return _INK.sub(lambda ink: INKS[ink[0]], _STYLE.sub("", tag))


def _is_secret(name: str) -> bool:
    return any(mark in name for mark in _SECRET_MARKS)
