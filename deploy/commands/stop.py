"""`run.py stop`: ends the instance of a data folder."""

import contextlib
import os
import signal

from deploy.commands.ground import DataDirOption, JsonOption, answer, fail, folder_at
from deploy.embedded.instance import NotRunningError, wait_for_description, wait_until_free

STOP_TIMEOUT_S = 45.0
START_SEEN_TIMEOUT_S = 10.0


def stop(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Stops everything that runs in the data folder, and waits until it has ended."""
    data = folder_at(data_dir)
    try:
        pid = wait_for_description(data, START_SEEN_TIMEOUT_S)["pid"]
    except NotRunningError:
        answer({"ok": True, "stopped": False}, as_json=json, text=f"Nothing runs in {data.root}.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not wait_until_free(data, STOP_TIMEOUT_S):
        fail(f"Process {pid} did not end in {STOP_TIMEOUT_S:.0f} s.", as_json=json, pid=pid)
    answer({"ok": True, "stopped": True, "pid": pid}, as_json=json, text="Stopped.")
