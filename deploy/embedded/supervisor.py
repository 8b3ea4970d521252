"""The topology of one small box: two engines and three services, started in order, kept alive, ended in order."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.embedded.child import Child, Recipe
from deploy.embedded.data_dir import DataDir
from deploy.embedded.engines import Engines
from deploy.embedded.instance import describe
from deploy.embedded.keys import ensure_keys
from deploy.embedded.logs import keep_logs_small
from deploy.embedded.ports import LOOPBACK, listen
from deploy.migrate import has_owners, keep_keys, migrate_all
from deploy.ownership import refuse_a_foreign_stream
from deploy.postgres.roles import SERVICES
from shared.clock import now

WISHED_PORTS = {"collector": 8701, "classifier": 8702, "tracker": 8703}
READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
PROBE_TIMEOUT_S = 2.0
DEATHS_AT_START_MAX = 3  # A wrong setting ends a service at once, every time.


class Supervisor:
    """Runs one instance."""

    def __init__(self, data: DataDir, environment: Mapping[str, str]) -> None:
        ensure_keys(data)
        self._data = data
        self._started_at = now()
        self._environment = dict(environment) | _paths(data)
        self._engines = Engines(data, environment, self._write_description)
        self._sockets: dict[str, socket.socket] = {}
        self._services: dict[str, Child] = {}

    async def start(self) -> None:
        """Brings everything up; returns when every service answers."""
        self._write_description()
        self._environment |= await self._engines.start()
        prepare = migrate_all if has_owners(self._environment) else keep_keys
        await asyncio.to_thread(prepare, self._environment, self._data)
        await refuse_a_foreign_stream(self._environment, self._data)
        self._start_services()
        await asyncio.gather(
            *(child.wait_ready(READY_TIMEOUT_S, deaths_max=DEATHS_AT_START_MAX) for child in self._services.values())
        )

    async def stop(self) -> None:
        """Ends the services, then the engines they stand on."""
        await asyncio.gather(*(child.stop(STOP_TIMEOUT_S) for child in self._services.values()))
        await self._engines.stop()
        for sock in self._sockets.values():
            sock.close()

    async def watch(self) -> None:
        """Looks after what a living process does not notice by itself; runs until cancelled."""
        await asyncio.gather(self._engines.watch(), keep_logs_small(self._data.logs))

    def urls(self) -> dict[str, str]:
        """Where each service answers."""
        return {name: f"http://{LOOPBACK}:{sock.getsockname()[1]}" for name, sock in self._sockets.items()}

    def _start_services(self) -> None:
        self._sockets = {name: listen(WISHED_PORTS[name]) for name in SERVICES}
        for name, url in self.urls().items():
            self._environment[f"HUIYIN_{name.upper()}_URL"] = url
        for name in SERVICES:
            self._services[name] = Child(self._recipe(name), self._write_description)
            self._services[name].start()

    def _recipe(self, name: str) -> Recipe:
        fd = self._sockets[name].fileno()
        url = self.urls()[name]
        return Recipe(
            name=name,
            command=[sys.executable, "-m", f"services.{name}.main"],
            environment=self._own_settings(name) | {f"HUIYIN_{name.upper()}_LISTEN_FD": str(fd)},
            log_file=self._data.logs / f"{name}.log",
            is_ready=lambda: _answers(url),
            stop_signal=signal.SIGTERM,
            orphan_signal=signal.SIGKILL,
            pass_fds=(fd,),
        )

    def _own_settings(self, name: str) -> dict[str, str]:
        """The environment without the other services' secrets, and without any owner's."""
        others = tuple(f"HUIYIN_{service.upper()}_" for service in SERVICES if service != name)
        doors = {f"HUIYIN_{service.upper()}_URL" for service in SERVICES}
        owner = f"HUIYIN_{name.upper()}_OWNER_URL"
        return {
            key: value
            for key, value in self._environment.items()
            if key in doors or not (key.startswith(others) or key == owner)
        }

    def _write_description(self) -> None:
        urls = self.urls()
        description = {
            "pid": os.getpid(),
            "started_at": self._started_at.isoformat(),
            "data_dir": str(self._data.root),
            "services": {
                name: {"url": urls.get(name), "pid": child.pid, "state": child.state}
                for name, child in self._services.items()
            },
            "engines": self._engines.describe(),
        }
        with contextlib.suppress(OSError):  # A full disk may hide what runs; it must not stop the keeping alive.
            describe(self._data, description)


def _paths(data: DataDir) -> dict[str, str]:
    return {
        "HUIYIN_DATA_DIR": str(data.root),
        "HUIYIN_COLLECTOR_MASTER_KEY_FILE": str(data.keys / "master.key"),
        "HUIYIN_TRACKER_PEER_KEY_FILE": str(data.keys / "tracker.peer.key"),
        "HUIYIN_COLLECTOR_REPLY_KEY_FILE": str(data.keys / "reply.key"),
        "HUIYIN_TRACKER_REPLY_KEY_FILE": str(data.keys / "reply.key"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        **{f"HUIYIN_{service.upper()}_CURSOR_KEY_FILE": str(data.keys / "cursor.key") for service in SERVICES},
    }


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S, trust_env=False) as client:
            return (await client.get(f"{url}/healthz")).is_success
    except httpx.HTTPError:
        return False
