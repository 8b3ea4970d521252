"""Instances of a benchmark's own, started by `run.py` as a user would."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
READY_TIMEOUT_S = 180.0
COMMAND_TIMEOUT_S = 200
POLL_S = 0.02


class BenchmarkError(Exception):
    """The instance did not do what is measured."""


def start(data: Path) -> float:
    """Seconds from the command to three services that say they are ready."""
    began = time.perf_counter()
    run("--detach", "--data-dir", str(data))
    urls = [service["url"] for service in description(data)["services"].values()]
    with httpx.Client(trust_env=False, timeout=5) as client:
        while not all(_is_ready(client, url) for url in urls):
            if time.perf_counter() - began > READY_TIMEOUT_S:
                raise BenchmarkError(f"not ready in {READY_TIMEOUT_S:.0f} s")
            time.sleep(POLL_S)
    return time.perf_counter() - began


def _is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


def run(*arguments: str) -> dict[str, Any]:
    """A command of run.py; its answer. Raises BenchmarkError."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments, "--json"],
        env=dict(os.environ, HUIYIN_VENV=sys.prefix),
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError(f"run.py {arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def description(data: Path) -> dict[str, Any]:
    """What runs there, and where."""
    described: dict[str, Any] = json.loads((data / "run.json").read_text())
    return described
