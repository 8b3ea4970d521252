"""How long a warm start takes, and how much memory an idle instance: started by `run.py` with its default settings."""

import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.instances import ROOT, description, run, start
from benchmarks.processes import memory_by_part

ROUNDS = 3
SETTLE_S = 15.0
WARM_START_AIM_S = 5.0
MEMORY_AIM_MB = 450.0


def measure(*, rounds: int = ROUNDS, settle_s: float = SETTLE_S) -> dict[str, Any]:
    """Starts, trains, stops; then warm starts, the last of which settles and is weighed. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        data = Path(folder) / "data"
        cold_s = start(data)
        warm_s = []
        for _ in range(rounds):
            run("stop", "--data-dir", str(data))
            warm_s.append(start(data))
        time.sleep(settle_s)
        memory = memory_by_part(description(data))
        run("stop", "--data-dir", str(data))
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
        "commit": code_version(),
        "checks": checks,
        "ok": all(checks.values()),
    }


def _aims(warm_s: float, memory_mb: float) -> dict[str, bool]:
    return {"warm_start_s": warm_s <= WARM_START_AIM_S, "memory_mb": memory_mb <= MEMORY_AIM_MB}


def code_version() -> str | None:
    """The commit that is measured, where it is known."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
