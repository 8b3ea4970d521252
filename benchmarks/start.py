"""How long a warm start takes, and how much memory an idle instance: started by `run.py` with its default settings."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import memory_by_part

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
SETTLE_S = 15.0
READY_TIMEOUT_S = 180.0
COMMAND_TIMEOUT_S = 200
POLL_S = 0.02
WARM_START_AIM_S = 5.0
MEMORY_AIM_MB = 450.0


class BenchmarkError(Exception):
    """The instance did not do what is measured."""


def measure(*, rounds: int = ROUNDS, settle_s: float = SETTLE_S) -> dict[str, Any]:
    """Starts, trains, stops; then warm starts, the last of which settles and is weighed. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        data = Path(folder) / "data"
        cold_s = _start(data)
        warm_s = []
        for _ in range(rounds):
            _run("stop", "--data-dir", str(data))
            warm_s.append(_start(data))
        time.sleep(settle_s)
        memory = memory_by_part(_description(data))
        _run("stop", "--data-dir", str(data))
    return _report(cold_s, warm_s, memory, settle_s)


def _report(cold_s: float, warm_s: list[float], memory: dict[str, float], settle_s: float) -> dict[str, Any]:
    warm, total = round(statistics.median(warm_s), 2), round(sum(memory.values()), 1)
    checks = {"every_part_was_weighed": all(memory.values())}
    return {
        "warm_start_s": warm,
        "memory_mb": total,
        "memory_by_part_mb": memory,
        "warm_starts_s": [round(one, 2) for one in warm_s],
        "first_start_s": round(cold_s, 2),
        "settle_s": settle_s,
        "rounds": len(warm_s),
        "aims": {"warm_start_s": WARM_START_AIM_S, "memory_mb": MEMORY_AIM_MB},
        "short": [name for name, is_met in _aims(warm, total).items() if not is_met],
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "commit": _commit(),
        "checks": checks,
        "ok": all(checks.values()),
    }


def _aims(warm_s: float, memory_mb: float) -> dict[str, bool]:
    return {"warm_start_s": warm_s <= WARM_START_AIM_S, "memory_mb": memory_mb <= MEMORY_AIM_MB}


def _start(data: Path) -> float:
    """Seconds from the command to three services that say they are ready."""
    began = time.perf_counter()
    _run("--detach", "--data-dir", str(data))
    urls = [service["url"] for service in _description(data)["services"].values()]
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


def _run(*arguments: str) -> None:
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


def _description(data: Path) -> dict[str, Any]:
    description: dict[str, Any] = json.loads((data / "run.json").read_text())
    return description


def _commit() -> str | None:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
