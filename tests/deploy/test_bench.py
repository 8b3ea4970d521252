"""`run.py bench start` measures a whole instance and leaves nothing behind."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ingest.measure import BULK_ROWS, SIDES, Round, report
from benchmarks.processes import memory_by_part
from tests.instance import run_py, until


def test_a_start_is_measured_and_weighed() -> None:
    before = list(Path(tempfile.gettempdir()).glob("huiyin-bench-*"))  # Of one that was killed, or goes on beside.
    done = run_py("bench", "start", "--rounds", "1", "--settle", "0", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout.splitlines()[-1])
    parts = document["memory_by_part_mb"]
    assert set(parts) == {"collector", "classifier", "tracker", "postgres", "nats", "supervisor"}
    assert abs(sum(parts.values()) - document["memory_mb"]) < 1
    assert 0 < document["warm_start_s"] < document["first_start_s"] + 60
    assert document["checks"] == {"every_part_was_weighed": True}
    assert set(Path(tempfile.gettempdir()).glob("huiyin-bench-*")) <= set(before)


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


def test_what_a_feedback_costs_is_measured_beside_the_plain_way() -> None:
    done = run_py("bench", "ingest", "--rounds", "1", "--seconds", "0.3", "--clients", "1,2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout.splitlines()[-1])
    assert document["checks"] == {"rows_stored": True, "answers_ok": True}
    assert set(document["by_clients"]) == {"1", "2"}
    single, bulk = document["single"], document["bulk"]
    assert {"naive_us", "noop_us", "ours_us", "core_us", "naive_over_ours", "naive_over_core", "core_over_noop"} <= {
        *single
    }
    assert {"naive_us_per_row", "ours_us_per_row", "naive_over_ours"} <= {*bulk}
    assert all(single[name][side] > 0 for name in ("p50_ms", "p99_ms") for side in ("naive", "noop", "ours", "core"))
    assert {"machine", "commit", "rounds", "short"} <= {*document}


def test_a_failed_check_is_no_measurement() -> None:
    """What was acknowledged and is not stored, or was not acknowledged, fails the run."""
    told = {"requests": 5, "stored": 5, "statuses": {"201": 5}, "p50_ms": 1.0, "p99_ms": 1.0, "per_second": 1.0}
    good = [Round(side, 2, rows, 1.0, 1.0, told | shape) for side in SIDES for rows, shape in SHAPES]
    stored = dict.fromkeys(SIDES, 5 + 5 * BULK_ROWS)
    assert report(good, stored, 1, [2])["ok"]
    assert report(good, stored | {SIDES[0]: 4}, 1, [2])["checks"] == {"rows_stored": False, "answers_ok": True}
    bad = [*good[1:], Round(SIDES[0], 2, 1, 1.0, 1.0, told | {"statuses": {"201": 4, "500": 1}})]
    assert report(bad, stored, 1, [2])["checks"]["answers_ok"] is False


SHAPES: tuple[tuple[int, dict[str, object]], ...] = (
    (1, {}),
    (BULK_ROWS, {"statuses": {"207": 5}, "stored": 5 * BULK_ROWS}),
)
