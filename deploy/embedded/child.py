"""One child process, kept alive: started, watched, restarted after 0.2 s, doubling to 5 s, for ever."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.logs import get_log
from shared.tether import dies_with_parent

RESTART_PAUSE_FIRST_S = 0.2
RESTART_PAUSE_MAX_S = 5.0
FAILING_DEATHS = 5
FAILING_WINDOW_S = 60.0
READY_POLL_S = 0.02

_log = get_log("supervisor")


class State(StrEnum):
    """How a child is doing."""

    STARTING = "starting"
    RUNNING = "running"
    FAILING = "failing"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Recipe:
    """How a child is started and ended, and how one knows that it is there."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log_file: Path
    is_ready: Callable[[], Awaitable[bool]]
    stop_signal: signal.Signals
    orphan_signal: signal.Signals
    user: str | None = None
    group: int | None = None
    extra_groups: list[int] | None = None
    pass_fds: tuple[int, ...] = ()


@dataclass
class Child:
    """A running recipe."""

    recipe: Recipe
    on_change: Callable[[], None]
    state: State = State.STOPPED
    pid: int | None = None
    _deaths: deque[float] = field(default_factory=deque)
    _deaths_ever: int = 0
    _process: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to keep the process alive."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.recipe.name}")

    async def wait_ready(self, timeout_s: float, *, deaths_max: int | None = None) -> None:
        """Returns once the child answers; TimeoutError when it does not in time, RuntimeError when it keeps dying."""
        deadline = time.monotonic() + timeout_s
        known_deaths = self._deaths_ever
        while self.state is not State.RUNNING:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.recipe.name} did not start in {timeout_s:.0f} s; see {self.recipe.log_file}")
            if deaths_max is not None and self._deaths_ever - known_deaths >= deaths_max:
                raise RuntimeError(f"{self.recipe.name} ends as soon as it starts: {self._last_words()}")
            await asyncio.sleep(READY_POLL_S)

    def _last_words(self) -> str:
        lines = self.recipe.log_file.read_text(errors="replace").splitlines()
        return f"{lines[-1] if lines else 'it says nothing'} (see {self.recipe.log_file})"

    async def stop(self, timeout_s: float) -> None:
        """Asks the process to end; kills it when it has not ended in time."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._process is not None and self._process.returncode is None:
            await self._end(self._process, timeout_s)
        self._set(State.STOPPED, None)

    def kill(self) -> None:
        """Ends the process at once; the keeper starts it again."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _end(self, process: asyncio.subprocess.Process, timeout_s: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.recipe.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), timeout_s)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause_s = RESTART_PAUSE_FIRST_S
        while True:
            started = time.monotonic()
            try:
                await self._live()
            except (OSError, subprocess.SubprocessError) as error:  # A full disk or process table may pass.
                _log.warning("child_not_started", child=self.recipe.name, error=str(error))
            self._deaths.append(time.monotonic())
            self._deaths_ever += 1
            self._set(State.FAILING if self._is_failing() else State.STARTING, None)
            if time.monotonic() - started > FAILING_WINDOW_S:
                pause_s = RESTART_PAUSE_FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RESTART_PAUSE_MAX_S)

    async def _live(self) -> None:
        """One life, from start to death."""
        process = self._process = await self._spawn()
        self._set(State.FAILING if self._is_failing() else State.STARTING, process.pid)
        await self._live_until_death(process)
        _log.warning("child_died", child=self.recipe.name, code=process.returncode)

    async def _live_until_death(self, process: asyncio.subprocess.Process) -> None:
        ready = asyncio.create_task(self._report_ready(), name=f"ready {self.recipe.name}")
        try:
            await process.wait()
        finally:
            ready.cancel()

    async def _report_ready(self) -> None:
        while not await self.recipe.is_ready():  # noqa: ASYNC110 - another process gets ready
            await asyncio.sleep(READY_POLL_S)
        self._set(State.RUNNING, self.pid)

    async def _spawn(self) -> asyncio.subprocess.Process:
        recipe = self.recipe
        with recipe.log_file.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *recipe.command,
                env=recipe.environment,
                cwd="/",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is the supervisor's to hear; it ends the children in order.
                preexec_fn=dies_with_parent(recipe.orphan_signal),
                pass_fds=recipe.pass_fds,
                user=recipe.user,
                group=recipe.group,
                extra_groups=recipe.extra_groups,
            )

    def _is_failing(self) -> bool:
        recent = time.monotonic() - FAILING_WINDOW_S
        while self._deaths and self._deaths[0] < recent:
            self._deaths.popleft()
        return len(self._deaths) >= FAILING_DEATHS

    def _set(self, state: State, pid: int | None) -> None:
        if (self.state, self.pid) != (state, pid):
            self.state, self.pid = state, pid
            self.on_change()
