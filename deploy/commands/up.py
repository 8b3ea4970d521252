"""`run.py` and `run.py --detach`: starts everything."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands.admin_link import first_admin_lines
from deploy.commands.ground import DataDirOption, JsonOption, answer, data_dir_at, fail, find_instance, say
from deploy.embedded.data_dir import DataDir
from deploy.embedded.instance import AlreadyRunningError, Description, NotRunningError, hold, is_held, read_description
from deploy.embedded.supervisor import Supervisor
from shared.logs import set_up_logs

DETACHED_START_TIMEOUT_S = 150.0
POLL_S = 0.1


def up(
    data_dir: DataDirOption,
    *,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when everything runs, and leave it running.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Starts the engines and the three services, and keeps them alive until Ctrl-C or `run.py stop`."""
    data = data_dir_at(data_dir, as_json=json)
    if detach:
        _detach(data, as_json=json)
        return
    set_up_logs("supervisor")
    try:
        with hold(data):
            asyncio.run(_supervise(data, as_json=json))
    except AlreadyRunningError:
        _say_running(data, as_json=json)
    except (RuntimeError, TimeoutError, ValueError, OSError) as error:
        fail(f"Could not start: {error}", as_json=json)


async def _supervise(data: DataDir, *, as_json: bool) -> None:
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    supervisor = Supervisor(data, os.environ)
    started = time.monotonic()
    try:
        if await _unless(stopping, supervisor.start()):
            seconds = time.monotonic() - started
            urls = supervisor.urls()
            text = "" if as_json else await asyncio.to_thread(_welcome, data, urls, seconds)
            answer({"ok": True, **_report(data, urls)}, as_json=as_json, text=text)
            sys.stdout.flush()
            await _unless(stopping, supervisor.watch())
    finally:
        say("Stopping …")
        await supervisor.stop()


async def _unless(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Whether the work ended before somebody asked to stop; its own error is raised."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
        return False
    working.result()
    return not stopping.is_set()


def _welcome(data: DataDir, urls: dict[str, str], seconds: float) -> str:
    lines = [f"Huiyin runs (ready in {seconds:.1f} s).", ""]
    lines += [f"  {name:<11}{url}" for name, url in urls.items()]
    lines += ["", *_where(data), *_first_admin(data), "", "Ctrl-C stops everything."]
    return "\n".join(lines)


def _where(data: DataDir) -> list[str]:
    server = os.environ.get("HUIYIN_TRACKER_SMTP_HOST")
    mail = f"sent by {server}" if server else "written and marked NOT SENT: no mail server is set (see docs/operate.md)"
    return [f"  data       {data.root}", f"  key        {data.operator_key}", f"  mail       {mail}"]


def _first_admin(data: DataDir) -> list[str]:
    return first_admin_lines(find_instance(data.root, as_json=False))


def _report(data: DataDir, urls: dict[str, str]) -> dict[str, object]:
    return {"data_dir": str(data.root), "operator_key_file": str(data.operator_key), "services": urls}


def _say_running(data: DataDir, *, as_json: bool) -> None:
    try:
        pid = read_description(data)["pid"]
    except NotRunningError:
        pid = None
    fail(
        f"Huiyin already runs in {data.root} (process {pid}). Stop it with: python3 run.py stop --data-dir {data.root}",
        as_json=as_json,
        pid=pid,
    )


def _detach(data: DataDir, *, as_json: bool) -> None:
    if is_held(data):
        _say_running(data, as_json=as_json)
    log_file = data.logs / "supervisor.log"
    with log_file.open("ab") as log:
        command = [sys.executable, "-m", "deploy", "up", "--data-dir", str(data.root)]
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
        )
    description = _wait_until_up(data, child)
    if description is None:
        child.terminate()
        fail(f"Huiyin did not start. The end of {log_file}: {_last_line(log_file)}", as_json=as_json)
    urls = {name: service["url"] for name, service in description["services"].items()}
    lines = [f"Huiyin runs in the background (process {description['pid']}).", ""]
    lines += [f"  {name:<11}{url}" for name, url in urls.items()]
    first = [] if as_json else _first_admin(data)
    lines += ["", *_where(data), *first, "", f"Stop it with: python3 run.py stop --data-dir {data.root}"]
    answer({"ok": True, "pid": description["pid"], **_report(data, urls)}, as_json=as_json, text="\n".join(lines))


def _last_line(log_file: Path) -> str:
    return (log_file.read_text(errors="replace").splitlines() or [""])[-1]


def _wait_until_up(data: DataDir, child: "subprocess.Popen[bytes]") -> Description | None:
    deadline = time.monotonic() + DETACHED_START_TIMEOUT_S
    while time.monotonic() < deadline and child.poll() is None:
        time.sleep(POLL_S)
        try:
            description = read_description(data)
        except NotRunningError:
            continue
        states = [service["state"] for service in description["services"].values()]
        if states and all(state == "running" for state in states):
            return description
    return None
