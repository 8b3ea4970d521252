"""A wrong setting ends the process with a sentence that names the variable; a secret may lie in a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRINT_SETTINGS = """
from services.tracker.settings import TrackerSettings
from shared.settings import read_settings

settings = read_settings(TrackerSettings)
print(settings.nats_url, settings.smtp_password and settings.smtp_password.get_secret_value(), settings.nats_ca_file)
"""


def started(
    folder: Path, *program: str, without: tuple[str, ...] = (), **more: str
) -> "subprocess.CompletedProcess[str]":
    """A process of the tracker that is told what it needs, and more."""
    given = {
        "HUIYIN_TRACKER_APP_URL": "postgresql://x",
        "HUIYIN_TRACKER_CARRIER_URL": "postgresql://x",
        "HUIYIN_COLLECTOR_URL": "http://x",
        "HUIYIN_CLASSIFIER_URL": "http://x",
        "HUIYIN_TRACKER_PEER_KEY_FILE": str(folder / "x"),
        "HUIYIN_TRACKER_CURSOR_KEY_FILE": str(folder / "x"),
        "HUIYIN_DATA_DIR": str(folder),
        "NATS_URL": "nats://x",
    }
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)} | given | more
    for name in without:
        del environment[name]
    command = [sys.executable, *program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("variable", "value"), [("HUIYIN_TRACKER_SMTP_PORT", "abc"), ("HUIYIN_LANES", "foo"), ("NATS_URL", None)]
)
def test_a_wrong_setting_is_named(variable: str, value: str | None, tmp_path: Path) -> None:
    changed = {} if value is None else {variable: value}
    done = started(tmp_path, "-m", "services.tracker.main", without=(variable,) if value is None else (), **changed)
    assert done.returncode == 1
    assert f" {variable}: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "nats.url").write_text("tls://huiyin:secret@nats:4222\n")
    (tmp_path / "smtp.password").write_text("p4ss\n")
    files = {
        "NATS_URL_FILE": str(tmp_path / "nats.url"),
        "HUIYIN_TRACKER_SMTP_PASSWORD_FILE": str(tmp_path / "smtp.password"),
        "HUIYIN_NATS_CA_FILE": str(tmp_path / "ca.crt"),
    }
    done = started(tmp_path, "-c", PRINT_SETTINGS, without=("NATS_URL",), **files)
    assert done.stdout.split() == ["tls://huiyin:secret@nats:4222", "p4ss", str(tmp_path / "ca.crt")], done.stderr


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = started(tmp_path, "-c", PRINT_SETTINGS, without=("NATS_URL",), NATS_URL_FILE=str(tmp_path / "missing"))
    assert done.returncode == 1
    assert " NATS_URL_FILE: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nats.url").write_text("nats://y")
    done = started(tmp_path, "-c", PRINT_SETTINGS, NATS_URL_FILE=str(tmp_path / "nats.url"))
    assert done.returncode == 1
    assert "NATS_URL and NATS_URL_FILE are both set" in done.stderr
