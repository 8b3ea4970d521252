"""What the doctor looks at, and how a finding is said."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from shutil import disk_usage

import asyncpg
import httpx

from deploy.databases import CONNECT_TIMEOUT_S, url_of
from deploy.embedded.data_dir import DataDir
from deploy.embedded.instance import Description
from deploy.embedded.keys import read_key
from shared.clock import now

REQUEST_TIMEOUT_S = 30


class State(StrEnum):
    """How a thing is. Only `failed` makes the doctor's exit status 1."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """What was seen, and what to do about it."""

    state: State
    says: str
    remedy: str = ""


def ok(says: str) -> list[Finding]:
    """Nothing to mend."""
    return [Finding(State.OK, says)]


def failed(says: str, remedy: str) -> Finding:
    """Something to mend."""
    return Finding(State.FAILED, says, remedy)


def free_bytes(folder: Path) -> tuple[int, int]:
    """Free and whole size of the disk that holds a folder."""
    usage = disk_usage(folder)
    return usage.free, usage.total


@dataclass(frozen=True)
class Patient:
    """One running instance. The seams are what a test hands in."""

    data: DataDir
    description: Description
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], datetime] = now
    python: tuple[int, ...] = sys.version_info[:3]
    disk: Callable[[Path], tuple[int, int]] = free_bytes
    client_of: Callable[[str], httpx.AsyncClient] | None = None

    def url(self, service: str, part: str) -> str:
        """A role's way into its database. Raises NoUrlError."""
        return url_of(self.data, self.description, service, part, self.environment)

    @asynccontextmanager
    async def database(self, service: str, part: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection as one role. Raises NoUrlError, OSError, PostgresError."""
        connection = await asyncpg.connect(self.url(service, part), timeout=CONNECT_TIMEOUT_S)
        try:
            yield connection
        finally:
            await connection.close()

    def client(self, service: str) -> httpx.AsyncClient:
        """An HTTP client of one service, signed in as the operator."""
        if self.client_of is not None:
            return self.client_of(service)
        return httpx.AsyncClient(
            base_url=self.description["services"][service]["url"] or "http://127.0.0.1:9",
            headers={"Authorization": f"Bearer {read_key(self.data.operator_key)}"},
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
        )


Check = Callable[[Patient], Awaitable[list[Finding]]]
