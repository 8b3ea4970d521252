"""Three services as processes of their own, on engines of their own: each can be told where to die, and lives again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.embedded.data_dir import open_data_dir
from deploy.embedded.engines import Engines
from deploy.embedded.keys import ensure_keys
from deploy.embedded.ports import LOOPBACK, listen
from deploy.migrate import migrate_all
from shared.failpoints import PERMISSION, PERMITTED, VARIABLE
from tests.fakes.mail_server import MailServer
from tests.house_of_test import SERVICES, House, eventually

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 1
START_S = 60.0


@asynccontextmanager
async def house_of_its_own(folder: Path) -> AsyncIterator[House]:
    """Engines and databases that no other test writes to."""
    data = open_data_dir(folder)
    ensure_keys(data)
    engines = Engines(data, {}, on_change=lambda: None)
    environment = await engines.start()
    await asyncio.to_thread(migrate_all, environment, data)
    yield House(data=data, environment=environment, engines=engines)
    await engines.stop()


class Stage:
    """The processes. Their sockets are held here, so that callers wait while one is away."""

    def __init__(self, house: House, mails: MailServer, settings: Mapping[str, str] | None = None) -> None:
        self.house, self.mails = house, mails
        self._settings = settings or {}
        self._sockets = {name: listen(0) for name in SERVICES}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self._sockets[name].getsockname()[1]}"

    def client(self, name: str, key: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.url(name), headers=headers, timeout=START_S, trust_env=False)

    def start(self, name: str) -> None:
        fd = self._sockets[name].fileno()
        with (self.house.data.logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"services.{name}.main"],
                env=self._environment(name) | {f"HUIYIN_{name.upper()}_LISTEN_FD": str(fd)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(fd,),
            )

    def run_to_its_end(self, name: str, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Another process of the service, which is not to live."""
        command = [sys.executable, "-m", f"services.{name}.main"]
        given = {**self._environment(name), **settings}
        return subprocess.run(command, env=given, cwd="/", capture_output=True, text=True, timeout=START_S, check=False)

    def kill(self, name: str) -> None:
        """kill -9, at whatever it does now."""
        self._processes[name].kill()
        self._processes[name].wait()

    def memory_max_bytes(self, name: str) -> int:
        """The most memory that the process has held so far."""
        status = Path(f"/proc/{self._processes[name].pid}/status").read_text()
        told = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(told.split()[1]) * 1024

    def arm(self, name: str, order: str) -> None:
        self._order(name).write_text(order)

    async def dies(self, name: str) -> None:
        """Waits until the process has killed itself where it was told to."""

        async def ending() -> int | None:
            return self._processes[name].poll()

        await eventually(ending, -signal.SIGKILL, wait_s=START_S)
        assert not self._order(name).exists(), f"{name} died elsewhere"

    async def ready(self, name: str) -> None:
        """Waits until the service can do its work."""

        async def status() -> int:
            async with self.client(name, "none") as client:
                return (await client.get("/readyz")).status_code

        await eventually(status, 200, wait_s=START_S)

    def end(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        for sock in self._sockets.values():
            sock.close()

    def _order(self, name: str) -> Path:
        return self.house.data.root / f"{name}.failpoint"

    def _environment(self, name: str) -> dict[str, str]:
        keys = self.house.data.keys
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "HUIYIN_DATA_DIR": str(self.house.data.root),
            "HUIYIN_COLLECTOR_URL": self.url("collector"),
            "HUIYIN_CLASSIFIER_URL": self.url("classifier"),
            "HUIYIN_COLLECTOR_MASTER_KEY_FILE": str(keys / "master.key"),
            "HUIYIN_TRACKER_PEER_KEY_FILE": str(keys / "tracker.peer.key"),
            **{f"HUIYIN_{service.upper()}_CURSOR_KEY_FILE": str(keys / "cursor.key") for service in SERVICES},
            "HUIYIN_TRACKER_SMTP_HOST": LOOPBACK,
            "HUIYIN_TRACKER_SMTP_PORT": str(self.mails.port),
            "HUIYIN_TRACKER_SMTP_SECURITY": "none",
            "HUIYIN_JOB_LEASE_S": str(LEASE_S),
            "HUIYIN_ACK_WAIT_S": str(LEASE_S),
            VARIABLE: str(self._order(name)),
            PERMISSION: PERMITTED,
            **self.house.environment,
            **self._settings,
        }


@asynccontextmanager
async def staged(house: House, mails: MailServer, settings: Mapping[str, str] | None = None) -> AsyncIterator[Stage]:
    """All three services, ready."""
    stage = Stage(house, mails, settings)
    try:
        for name in SERVICES:
            stage.start(name)
        for name in SERVICES:
            await stage.ready(name)
        yield stage
    finally:
        stage.end()
