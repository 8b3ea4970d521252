"""The oldest PostgreSQL that we promise: everything that speaks SQL runs on it, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path("/usr/lib/postgresql/15/bin")  # Debian's.
SPEAK_SQL = ("tests/shared", "tests/collector", "tests/classifier", "tests/tracker")
TIMEOUT_S = 900


@pytest.mark.needs("postgres15")
def test_what_speaks_sql_passes_on_postgresql_15() -> None:
    assert PROGRAMS.exists(), "install Debian's package postgresql-15"
    folders = [folder for folder in SPEAK_SQL if list((ROOT / folder).glob("test_*.py"))]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", "--on-engines", *folders]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = inherited | {"HUIYIN_PG_BIN": str(PROGRAMS)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
