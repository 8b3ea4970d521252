"""Small parts of the launcher that only bad luck reaches: a glance at the wrong moment, a full process table."""

import fcntl
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from deploy.embedded.child import Child, Recipe, State
from deploy.embedded.data_dir import DataDir, open_data_dir
from deploy.embedded.instance import (
    AlreadyRunningError,
    NotRunningError,
    describe,
    hold,
    is_held,
    read_description,
    wait_for_description,
)
from deploy.embedded.ports import LOOPBACK, listen
from tests.deploy.launched import RUN, clean_environment

HOLDS_UNTIL_TOLD = """
import sys
from pathlib import Path
from deploy.embedded.data_dir import DataDir
from deploy.embedded.instance import hold
with hold(DataDir(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return open_data_dir(tmp_path / "data")


def holder_of(data: DataDir) -> "subprocess.Popen[str]":
    """Another process that holds the folder until it reads a line."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_UNTIL_TOLD, str(data.root)],
        env=clean_environment(PYTHONPATH=str(RUN.parent)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_folder_has_one_supervisor_and_is_free_when_that_has_ended(data: DataDir) -> None:
    with holder_of(data) as holder:
        assert is_held(data)
        with pytest.raises(AlreadyRunningError), hold(data):
            pass
        holder.kill()
    assert not is_held(data)


def test_what_a_killed_supervisor_wrote_is_never_taken_for_the_next_ones(data: DataDir) -> None:
    describe(data, {"pid": 1})
    with pytest.raises(NotRunningError):
        read_description(data)
    with holder_of(data) as holder:
        with pytest.raises(NotRunningError):
            read_description(data)
        holder.kill()


def test_a_command_that_looks_at_the_lock_does_not_keep_a_supervisor_out(data: DataDir) -> None:
    glance = data.lock.open("a")
    fcntl.flock(glance, fcntl.LOCK_SH)
    leaves = threading.Timer(0.1, glance.close)
    leaves.start()
    with hold(data):
        assert glance.closed
    leaves.join()


def test_two_commands_may_look_at_once(data: DataDir) -> None:
    with data.lock.open("a") as glance:
        fcntl.flock(glance, fcntl.LOCK_SH)
        assert not is_held(data)


def test_a_command_waits_for_a_supervisor_that_has_only_just_begun(data: DataDir) -> None:
    with holder_of(data) as holder:
        writes = threading.Timer(0.2, describe, [data, {"pid": holder.pid}])
        writes.start()
        assert wait_for_description(data, timeout_s=10) == {"pid": holder.pid}
        writes.join()
        holder.kill()


def test_run_json_appears_whole(data: DataDir) -> None:
    describe(data, {"pid": 7})
    assert json.loads(data.run_json.read_text()) == {"pid": 7}
    assert [path.name for path in data.root.iterdir() if "run.json" in path.name] == ["run.json"]


async def test_a_child_that_could_not_be_started_is_tried_again(tmp_path: Path) -> None:
    program = tmp_path / "program"

    async def is_ready() -> bool:
        return program.exists()

    child = Child(recipe_of(program, tmp_path, is_ready), on_change=lambda: None)
    child.start()
    threading.Timer(0.3, make_program, [program]).start()
    await child.wait_ready(10)
    assert child.pid is not None
    await child.stop(5)
    assert child.state is State.STOPPED


def recipe_of(program: Path, folder: Path, is_ready: Callable[[], Awaitable[bool]]) -> Recipe:
    return Recipe(
        name="sleeper",
        command=[str(program), "600"],
        environment={},
        log_file=folder / "sleeper.log",
        is_ready=is_ready,
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGKILL,
    )


def make_program(path: Path) -> None:
    path.symlink_to("/bin/sleep")


def test_a_wished_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen(port) as other:
            assert other.getsockname()[1] != port
