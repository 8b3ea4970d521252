"""A log line that cannot be written costs the line, and never the work that wanted to write it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = """
from shared.logs import get_log, set_up_logs
set_up_logs("test")
get_log("room").warning("lost")
print("the work goes on")
"""


def test_a_full_disk_under_the_log_stops_nothing() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", WORK],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout == "the work goes on\n"
