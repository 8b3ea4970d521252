"""A whole instance started by run.py, as a user has it: processes that can be killed, doors that can be knocked at."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
COMMAND_TIMEOUT_S = 120
WAIT_S = 60.0
POLL_S = 0.05

Document = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    data: Path

    def command(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Document:
        """Runs a command of run.py with --json; its last line is the answer."""
        done = run_py(*arguments, "--data-dir", str(self.data), "--json", environment=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        document: Document = json.loads(done.stdout.splitlines()[-1])
        return document

    def description(self) -> Document:
        document: Document = json.loads((self.data / "run.json").read_text())
        return document

    def status(self) -> Document:
        return self.command("status")

    def client(self, service: str) -> httpx.Client:
        key = (self.data / "operator.key").read_text().strip()
        url = self.description()["services"][service]["url"]
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False)

    def pid(self, name: str) -> int | None:
        description = self.description()
        found: int | None = (description["services"] | description["engines"])[name]["pid"]
        return found

    def kill(self, name: str) -> None:
        """Ends one process as a crash would, and waits until another one stands in its place and answers."""
        pid = self.pid(name)
        assert pid is not None, f"{name} has no process to kill"
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pid(name) not in (pid, None) and self._state(name) == "running", f"{name} came back")

    def _state(self, name: str) -> str:
        description = self.description()
        state: str = (description["services"] | description["engines"])[name]["state"]
        return state


def until(check: Callable[[], bool], what: str, *, wait_s: float = WAIT_S) -> None:
    """Returns as soon as it is so; fails with what it waited for."""
    deadline = time.monotonic() + wait_s
    while not check():
        assert time.monotonic() < deadline, f"waited {wait_s} s in vain until {what}"
        time.sleep(POLL_S)


def run_py(*arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """run.py, in the environment that the tests run in."""
    given = dict(os.environ, HUIYIN_VENV=sys.prefix) | dict(environment or {})
    command = [sys.executable, str(ROOT / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False, env=given)


@contextmanager
def running_instance(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[Instance]:
    """Starts an instance in the background and stops it at the end."""
    done = run_py("--detach", "--json", "--data-dir", str(data), environment=environment)
    log = data / "logs" / "supervisor.log"
    assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")
    instance = Instance(data)
    try:
        yield instance
    finally:
        run_py("stop", "--data-dir", str(data))
