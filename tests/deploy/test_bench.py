"""`run.py bench start` measures a whole instance and leaves nothing behind."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import memory_by_part
from tests.instance import run_py, until


def test_a_start_is_measured_and_weighed() -> None:
    done = run_py("bench", "start", "--rounds", "1", "--settle", "0", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout.splitlines()[-1])
    parts = document["memory_by_part_mb"]
    assert set(parts) == {"collector", "classifier", "tracker", "postgres", "nats", "supervisor"}
    assert abs(sum(parts.values()) - document["memory_mb"]) < 1
    assert 0 < document["warm_start_s"] < document["first_start_s"] + 60
    assert document["checks"] == {"every_part_was_weighed": True}
    assert list(Path(tempfile.gettempdir()).glob("huiyin-bench-*")) == []


def test_what_a_process_has_started_counts_with_it() -> None:
    """A shell takes less than a megabyte; the Python behind it several."""
    work = f"{sys.executable} -c 'input()' <&3 & wait"
    with subprocess.Popen(["/bin/sh", "-c", f"exec 3<&0; {work}"], stdin=subprocess.PIPE) as shell:
        named = {"pid": os.getpid(), "services": {"one": {"pid": shell.pid}, "none": {"pid": None}}, "engines": {}}
        until(lambda: memory_by_part(named)["one"] > 3, "the child counts")
        assert set(memory_by_part(named)) == {"one", "supervisor"}


def test_the_overview_is_measured_over_made_up_cases() -> None:
    done = run_py("bench", "overview", "--cases", "1000", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout.splitlines()[-1])
    assert document["cases"] == 1000
    assert all(ms > 0 for took in document["ms"].values() for ms in took.values())
