"""`run.py` as a process of its own, and what the kernel says about the processes it starts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from deploy.embedded.data_dir import DataDir

RUN = Path(__file__).resolve().parents[2] / "run.py"
COMMAND_TIMEOUT_S = 120
PATIENCE_S = 20.0
POLL_S = 0.02

Answer = TypeVar("Answer")


def wait_for(question: Callable[[], Answer], timeout_s: float = PATIENCE_S) -> Answer:
    """The first answer that is true; AssertionError when none came in time."""
    deadline = time.monotonic() + timeout_s
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(POLL_S)
    return answer


def clean_environment(**more: str) -> dict[str, str]:
    """What a person's shell holds, without the settings of the session that runs these tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HUIYIN_") and key != "NATS_URL"}
    return kept | {"HUIYIN_VENV": sys.prefix} | more


class Process(NamedTuple):
    """A process id alone may be given to another process; with the start time it is that process."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        fields = _stat(self.pid)
        return fields is not None and fields[19] == self.started and fields[0] not in "ZX"


def _stat(pid: int) -> list[str] | None:
    """The kernel's fields after the name: state first, parent second, start time at 19."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return None


def family(pid: int) -> set[Process]:
    """A process and all that descend from it."""
    everyone = {int(folder.name): _stat(int(folder.name)) for folder in Path("/proc").glob("[0-9]*")}
    found, fresh = set[int](), {pid}
    while fresh:
        found |= fresh
        fresh = {child for child, fields in everyone.items() if fields and int(fields[1]) in fresh} - found
    return {Process(member, fields[19]) for member in found if (fields := everyone.get(member))}


def program_of(process: Process) -> str:
    try:
        return Path(f"/proc/{process.pid}/comm").read_text().strip()
    except FileNotFoundError:  # It has ended since it was seen.
        return ""


def environment_of(pid: int) -> dict[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {name: value for name, _, value in (entry.partition("=") for entry in entries if entry)}


def run_py(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(RUN), *arguments],
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )


@dataclass(frozen=True)
class Box:
    """One data folder and the commands for it."""

    root: Path

    @property
    def data(self) -> DataDir:
        return DataDir(self.root)

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return run_py(*arguments, "--data-dir", str(self.root), **settings)

    def ask(self, *arguments: str) -> dict[str, Any]:
        """The JSON object on the last line of a command that went well."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return last_object(done.stdout)

    def description(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.data.run_json.read_text())
        return document

    def part(self, name: str) -> dict[str, Any]:
        """What `run.json` says of a service or an engine."""
        description = self.description()
        part: dict[str, Any] = (description["services"] | description["engines"])[name]
        return part

    def runs_whole(self) -> bool:
        description = self.description()
        parts = [*description["services"].values(), *description["engines"].values()]
        return len(parts) == 5 and all(part["state"] in ("running", "external") for part in parts)

    def begin(self, **settings: str) -> "subprocess.Popen[str]":
        """A start in the foreground, as at a terminal of its own; returns at once."""
        return subprocess.Popen(
            [sys.executable, str(RUN), "--json", "--data-dir", str(self.root)],
            env=clean_environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def in_foreground(self, **settings: str) -> Iterator["subprocess.Popen[str]"]:
        """A start in the foreground that has got ready; ended by Ctrl-C unless it has ended already."""
        with self.begin(**settings) as process:
            assert process.stdout is not None
            try:
                first_line = process.stdout.readline()
                assert first_line, process.stderr and process.stderr.read()
                yield process
            finally:
                press_ctrl_c(process)


def press_ctrl_c(process: "subprocess.Popen[str]") -> int:
    """As a terminal does it: to the whole foreground group. The exit code."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    return process.wait(timeout=COMMAND_TIMEOUT_S)


def last_object(output: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(output.splitlines()[-1])
    return document
