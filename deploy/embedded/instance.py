"""What is running in a data folder: one supervisor at a time, described by `DATA/run.json`."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from typing import Any

from deploy.embedded.data_dir import DataDir

Description = dict[str, Any]
_POLL_S = 0.05
# Whoever only looks takes the lock for an instant, too; a supervisor keeps it.
_GLANCE_MAX_S = 0.3


class AlreadyRunningError(Exception):
    """A supervisor holds this data folder."""


class NotRunningError(Exception):
    """No supervisor holds this data folder."""


@contextlib.contextmanager
def hold(data: DataDir) -> Iterator[None]:
    """Makes this process the supervisor of the folder until it dies; the block says how long `run.json` stands.

    The lock is left to the end of the process on purpose: who finds it free knows that the process is gone.
    """
    # Nobody else may open the lock: who holds it is trusted with the instance's name.
    lock = os.open(data.lock, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _GLANCE_MAX_S
    while not _takes(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            os.close(lock)
            raise AlreadyRunningError(str(data.root))
        time.sleep(_POLL_S)
    data.run_json.unlink(missing_ok=True)  # A killed supervisor left it; its process ids may be strangers' now.
    try:
        yield
    finally:
        data.run_json.unlink(missing_ok=True)


def is_held(data: DataDir) -> bool:
    """Whether a supervisor lives. The lock goes with the process, so this needs no trust in a file."""
    if not data.lock.exists():
        return False
    with data.lock.open("a") as lock:
        return not _takes(lock.fileno(), fcntl.LOCK_SH)


def _takes(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def describe(data: DataDir, description: Description) -> None:
    """Writes `run.json` whole or not at all. It holds no secret."""
    draft = data.root / f".run.json.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(json.dumps(description, indent=1) + "\n")
    draft.replace(data.run_json)


def read_description(data: DataDir) -> Description:
    """What the living supervisor wrote; NotRunningError when there is none."""
    if not is_held(data):
        raise NotRunningError(str(data.root))
    try:
        description: Description = json.loads(data.run_json.read_text())
    except FileNotFoundError:
        raise NotRunningError(str(data.root)) from None
    return description


def wait_for_description(data: DataDir, timeout_s: float) -> Description:
    """As `read_description`, with patience for a supervisor that has only just begun."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return read_description(data)
        except NotRunningError:
            if not is_held(data) or time.monotonic() > deadline:
                raise
        time.sleep(_POLL_S)


def wait_until_free(data: DataDir, timeout_s: float) -> bool:
    """Whether the supervisor ended in time."""
    deadline = time.monotonic() + timeout_s
    while is_held(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
