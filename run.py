#!/usr/bin/env python3
"""The front door: makes `.venv` from the hash-pinned lock, then hands over to `deploy`.

Standard library only, so that it runs on a machine that has Python 3.11 with pip and nothing else.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("HUIYIN_VENV", ROOT / ".venv"))
TOOLS = VENV.parent / ".tools"
LOCKS = ROOT / "requirements"
PYTHON_MIN = (3, 11)
EXIT_CANNOT_INSTALL = 3
# The development set holds the whole runtime set, so one environment serves both.
DEVELOPER_COMMANDS = {"test", "check", "screenshots"}
INSTALL_TIMEOUT_S = 1800


def main() -> None:
    if sys.version_info < PYTHON_MIN:
        refuse(f"Huiyin needs Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} or newer; this is {sys.version.split()[0]}.")
    command = sys.argv[1] if len(sys.argv) > 1 else "up"
    with only_one_installer():
        ensure_environment("dev" if command in DEVELOPER_COMMANDS else "box")
    hand_over(sys.argv[1:])


def refuse(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(EXIT_CANNOT_INSTALL)


@contextlib.contextmanager
def only_one_installer() -> Iterator[None]:
    try:
        TOOLS.mkdir(parents=True, exist_ok=True)
        lock = (TOOLS / "lock").open("w")
    except OSError as error:
        # Somebody else's finished environment can be used without writing to it.
        if is_current("box") or is_current("dev"):
            yield
            return
        refuse(
            f"Cannot write {TOOLS} ({error.strerror}). Clone a copy of your own, or set HUIYIN_VENV to your own folder."
        )
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_environment(dependency_set: str) -> None:
    if is_current(dependency_set) or (dependency_set == "box" and is_current("dev")):
        return
    say(f"Installing the pinned packages into {VENV} (first start; about 400 MB) …")
    uv = ensure_uv()
    if not (VENV / "bin" / "python").exists():
        run([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(VENV)])
    install(uv, LOCKS / f"{dependency_set}.txt")
    stamp(dependency_set).write_text(fingerprint(dependency_set))


def is_current(dependency_set: str) -> bool:
    written = stamp(dependency_set)
    return written.exists() and written.read_text() == fingerprint(dependency_set)


def stamp(dependency_set: str) -> Path:
    return VENV / f"huiyin-{dependency_set}.sha256"


def fingerprint(dependency_set: str) -> str:
    lock = (LOCKS / f"{dependency_set}.txt").read_bytes()
    return hashlib.sha256(lock + sys.version.encode()).hexdigest()


def ensure_uv() -> str:
    uv = TOOLS / "bin" / "uv"
    wanted = (LOCKS / "uv.txt").read_bytes()
    seen = TOOLS / "uv.sha256"
    if uv.exists() and seen.exists() and seen.read_text() == hashlib.sha256(wanted).hexdigest():
        return str(uv)
    flags = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore"]
    pinned = ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCKS / "uv.txt")]
    run([python_with_pip(), "-m", "pip", "install", *flags, "--upgrade", "--target", str(TOOLS), *pinned])
    seen.write_text(hashlib.sha256(wanted).hexdigest())
    return str(uv)


def python_with_pip() -> str:
    if importlib.util.find_spec("pip"):
        return sys.executable
    if importlib.util.find_spec("ensurepip"):
        helper = TOOLS / "pip"
        run([sys.executable, "-m", "venv", str(helper)])
        return str(helper / "bin" / "python")
    version = sysconfig.get_python_version()
    refuse(
        f"This Python has neither pip nor ensurepip. Install python3-pip (Debian, Ubuntu) or pip for Python {version}."
    )
    raise AssertionError("refuse() has ended the process")


def install(uv: str, lock: Path) -> None:
    """uv is quick; pip is the way out where only pip's own configuration reaches an index."""
    target = str(VENV / "bin" / "python")
    quick = [uv, "pip", "sync", "--quiet", "--require-hashes", "--no-build", "--python", target, str(lock)]
    if subprocess.run(quick, env=uv_settings(), check=False, timeout=INSTALL_TIMEOUT_S).returncode == 0:
        return
    say("The quick installer could not; trying pip …")
    pinned = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    run([python_with_pip(), "-m", "pip", "--python", target, "install", "--quiet", *pinned])


def uv_settings() -> dict[str, str]:
    """uv does not read pip's configuration, so the user's index and certificate are passed on to it."""
    settings = dict(os.environ, UV_NO_PROGRESS="1", UV_PYTHON_DOWNLOADS="never")
    command = [python_with_pip(), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if name.endswith(".index-url"):
            settings.setdefault("UV_DEFAULT_INDEX", value.strip("'"))
        if name.endswith(".cert"):
            settings.setdefault("SSL_CERT_FILE", value.strip("'"))
    return settings


def run(command: list[str]) -> None:
    if subprocess.run(command, env=uv_settings_if_uv(command), check=False, timeout=INSTALL_TIMEOUT_S).returncode:
        refuse(f"This step failed: {' '.join(command)}\nIs a package index reachable? pip's own settings are used.")


def uv_settings_if_uv(command: list[str]) -> dict[str, str]:
    return uv_settings() if command[0].endswith("uv") else dict(os.environ)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def hand_over(arguments: list[str]) -> None:
    """The same process goes on, so a signal to run.py reaches the supervisor."""
    python = str(VENV / "bin" / "python")
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    os.execve(python, [python, "-m", "deploy", *arguments], environment)


if __name__ == "__main__":
    main()
