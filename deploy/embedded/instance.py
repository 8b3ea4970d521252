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


class AlreadyRunningError(Exception):
    """A supervisor holds this data folder."""


class NotRunningError(Exception):
    """No supervisor holds this data folder."""


@contextlib.contextmanager
def hold(data: DataDir) -> Iterator[None]:
    """Makes this process the supervisor of the folder, until the block ends or the process dies."""
    with data.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(str(data.root)) from None
        try:
            yield
        finally:
            data.run_json.unlink(missing_ok=True)


def is_held(data: DataDir) -> bool:
    """Whether a supervisor lives. The lock goes with the process, so this needs no trust in a file."""
    if not data.lock.exists():
        return False
    with data.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def describe(data: DataDir, description: Description) -> None:
    """Writes `run.json` whole or not at all. It holds no secret."""
    draft = data.root / f".run.json.{os.getpid()}"
    draft.write_text(json.dumps(description, indent=1) + "\n")
    draft.replace(data.run_json)


def read_description(data: DataDir) -> Description:
    """What the living supervisor wrote; NotRunningError when there is none."""
    if not is_held(data) or not data.run_json.exists():
        raise NotRunningError(str(data.root))
    description: Description = json.loads(data.run_json.read_text())
    return description


def wait_until_free(data: DataDir, timeout_s: float) -> bool:
    """Whether the supervisor ended in time."""
    deadline = time.monotonic() + timeout_s
    while is_held(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
