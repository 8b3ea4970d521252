"""The servers that are compared, each in a process of its own on one PostgreSQL of the benchmark's own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from benchmarks.instances import ROOT, BenchmarkError
from deploy.embedded.data_dir import DataDir, open_data_dir
from deploy.embedded.engines import Engines
from deploy.embedded.keys import ensure_keys
from deploy.embedded.ports import free_port
from deploy.migrate import migrate_all
from shared.access.keys import hash_secret, new_key, split_key
from shared.access.kinds import Kind as KeyKind
from shared.access.scopes import Scope
from shared.ids import new_id

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
POLL_S = 0.02
_KEEP_KEY = """
INSERT INTO credential (id, tenant_id, label, secret_sha256, scopes, kind) VALUES ($1, $2, 'bench', $3, $4, $5)
"""


@dataclass(frozen=True)
class Server:
    """A running server, and the key by which its tenant is known."""

    name: str
    pid: int
    port: int
    tenant_id: UUID
    key: str


@dataclass(frozen=True)
class Ground:
    """What the servers stand on."""

    folder: Path
    environment: Mapping[str, str]
    postgres_pid: int

    async def rows_of(self, server: Server) -> int:
        """How many feedbacks are stored for a server's tenant."""
        owner = await asyncpg.connect(self.environment["HUIYIN_COLLECTOR_OWNER_URL"])
        try:
            count: int = await owner.fetchval("SELECT count(*) FROM feedback WHERE tenant_id = $1", server.tenant_id)
        finally:
            await owner.close()
        return count


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Engines and migrated databases, as `run.py` makes them."""
    data = open_data_dir(folder / "data")
    ensure_keys(data)
    engines = Engines(data, {}, on_change=lambda: None)
    try:
        environment = await engines.start()
        await asyncio.to_thread(migrate_all, environment, data)
        pid = engines.describe()["postgres"]["pid"]
        yield Ground(folder, {**os.environ, **environment, **_settings(data)}, pid)
    finally:
        await engines.stop()


def _settings(data: DataDir) -> dict[str, str]:
    """As the supervisor gives them, but for the lanes: what carries facts on is no part of what is compared."""
    return {
        "HUIYIN_DATA_DIR": str(data.root),
        "HUIYIN_COLLECTOR_MASTER_KEY_FILE": str(data.keys / "master.key"),
        "HUIYIN_COLLECTOR_CURSOR_KEY_FILE": str(data.keys / "cursor.key"),
        "HUIYIN_LANES": "api",
        "PYTHONPATH": str(ROOT),
    }


@asynccontextmanager
async def server(here: Ground, name: str, module: str, settings: Mapping[str, str]) -> AsyncIterator[Server]:
    """One of the servers, ready, with a tenant of its own."""
    port, tenant_id = free_port(), new_id()
    key = await _keep_key(here, tenant_id)
    environment = {**here.environment, "HUIYIN_COLLECTOR_PORT": str(port), **settings}
    with (here.folder / f"{name}.log").open("ab") as log:
        command = [sys.executable, "-m", module, str(port)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        try:
            await _wait_ready(process, port, name)
            yield Server(name, process.pid, port, tenant_id, key)
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)


async def _wait_ready(process: asyncio.subprocess.Process, port: int, name: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                if process.returncode is not None or time.monotonic() > deadline:
                    raise BenchmarkError(f"the server {name} did not start") from None
                await asyncio.sleep(POLL_S)
            else:
                return


async def _keep_key(here: Ground, tenant_id: UUID) -> str:
    key = new_key(new_id())
    identifier, secret = split_key(key) or (new_id(), "")
    row = (identifier, tenant_id, hash_secret(secret), [Scope.FEEDBACK_WRITE], KeyKind.SECRET)
    carrier = await asyncpg.connect(here.environment["HUIYIN_COLLECTOR_CARRIER_URL"])
    try:
        await carrier.execute(_KEEP_KEY, *row)
    finally:
        await carrier.close()
    return key
