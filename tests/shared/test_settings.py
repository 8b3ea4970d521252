"""A wrong setting ends the process with a sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("variable", "value"), [("HUIYIN_TRACKER_SMTP_PORT", "abc"), ("HUIYIN_LANES", "foo"), ("NATS_URL", None)]
)
def test_a_wrong_setting_is_named(variable: str, value: str | None, tmp_path: Path) -> None:
    given = {
        "HUIYIN_TRACKER_APP_URL": "postgresql://x",
        "HUIYIN_TRACKER_CARRIER_URL": "postgresql://x",
        "HUIYIN_COLLECTOR_URL": "http://x",
        "HUIYIN_TRACKER_PEER_KEY_FILE": str(tmp_path / "x"),
        "HUIYIN_TRACKER_CURSOR_KEY_FILE": str(tmp_path / "x"),
        "HUIYIN_DATA_DIR": str(tmp_path),
        "NATS_URL": "nats://x",
    }
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)} | given
    if value is None:
        del environment[variable]
    else:
        environment[variable] = value
    command = [sys.executable, "-m", "services.tracker.main"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert variable.removeprefix("HUIYIN_").removeprefix("TRACKER_") in done.stderr.upper()
    assert "Traceback" not in done.stderr
