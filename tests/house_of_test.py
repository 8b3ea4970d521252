"""What tests build services with: real engines, a tenant of one's own, and the doors of each service."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engines import Engines
from services.classifier import main as classifier
from services.classifier.settings import ClassifierSettings
from services.collector import main as collector
from services.collector.settings import CollectorSettings
from services.tracker import main as tracker
from services.tracker.settings import TrackerSettings
from shared.access.credentials import Limits
from shared.access.keys import hash_secret, new_key, split_key
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.ids import new_id
from shared.settings import ServiceSettings

Settings = TypeVar("Settings", bound=ServiceSettings)
SERVICES = ("collector", "classifier", "tracker")
WAIT_S = 60.0
TRAINING_WAIT_S = 180.0  # Whoever is first with a classifier waits for its model.
POLL_S = 0.02

_KEEP_KEY = """
INSERT INTO credential (id, tenant_id, label, secret_sha256, scopes, kind, channel, origins, requests_per_minute)
VALUES ($1, $2, 'test', $3, $4, $5, $6, $7, $8)
"""
_KEEP_TENANT = """
INSERT INTO credential (id, tenant_id, label, scopes, kind) VALUES ($1, $1, 'test', '{}', 'tenant')
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class House:
    data: DataDir
    environment: dict[str, str]
    engines: Engines

    def url(self, service: str, part: str) -> str:
        return self.environment[f"HUIYIN_{service.upper()}_{part.upper()}_URL"]

    def settings(self, kind: type[Settings], service: str, *, lanes: str, **more: Any) -> Settings:  # noqa: ANN401 - any setting
        given: dict[str, Any] = {
            "app_url": self.url(service, "app"),
            "carrier_url": self.url(service, "carrier"),
            "nats_url": self.environment["NATS_URL"],
            "data_dir": self.data.root,
            "cursor_key_file": self.data.keys / "cursor.key",
            "lanes": lanes,
        }
        return kind(**(given | more))

    def app(self, service: str, *, lanes: str = "api", **more: Any) -> FastAPI:  # noqa: ANN401 - any setting
        """A service with the lanes that the test wants."""
        keys = self.data.keys
        if service == "collector":
            more = {"master_key_file": keys / "master.key"} | more
            return collector.build(self.settings(CollectorSettings, service, lanes=lanes, **more))
        if service == "classifier":
            return classifier.build(self.settings(ClassifierSettings, service, lanes=lanes, **more))
        own = {
            "collector_url": "http://collector.invalid",
            "classifier_url": "http://classifier.invalid",
            "peer_key_file": keys / "tracker.peer.key",
        }
        return tracker.build(self.settings(TrackerSettings, service, lanes=lanes, **(own | more)))

    async def new_key(
        self, tenant_id: UUID, *scopes: Scope, kind: Kind | None = None, limits: Limits | None = None
    ) -> str:
        """A key of the tenant, known to all three services."""
        key = new_key(new_id())
        identifier, secret = split_key(key) or (new_id(), "")
        kind = kind or (Kind.OPERATOR if Scope.OPERATOR in scopes else Kind.SECRET)
        bound = (limits.channel, list(limits.origins), limits.requests_per_minute) if limits else (None, None, None)
        row = (identifier, tenant_id, hash_secret(secret), list(scopes), kind, *bound)
        for service in SERVICES:
            connection = await asyncpg.connect(self.url(service, "carrier"))
            await connection.execute(_KEEP_KEY, *row)
            await connection.close()
        return key

    async def drop_jobs(self) -> None:
        """Forgets the tracker's jobs, of whichever tenant."""
        async with self.query("tracker", "carrier") as carrier:
            await carrier.execute("DELETE FROM job")

    async def know_tenant(self, tenant_id: UUID) -> None:
        """What all three services know of a tenant that was made."""
        for service in SERVICES:
            async with self.query(service, "carrier") as carrier:
                await carrier.execute(_KEEP_TENANT, tenant_id)

    @asynccontextmanager
    async def query(self, service: str, part: str = "owner") -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection that looks behind the doors."""
        connection = await asyncpg.connect(self.url(service, part))
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def running(app: FastAPI, key: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """The service with its lanes, and a client that is signed in with the key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers, timeout=WAIT_S) as client,
    ):
        yield client


async def eventually(check: Callable[[], Awaitable[Any]], wanted: object, *, wait_s: float = WAIT_S) -> None:
    """Returns as soon as the check gives what is wanted; fails with the last value when time is up."""
    deadline = time.monotonic() + wait_s
    while (seen := await check()) != wanted:
        assert time.monotonic() < deadline, f"wanted {wanted!r}, still {seen!r} after {wait_s} s"
        await asyncio.sleep(POLL_S)


def texts(many: int) -> Sequence[str]:
    """Different things that a customer may say."""
    return [f"第{number}次：热水器又跳闸了，手有点麻" for number in range(many)]
