"""A collector that reads a real mailbox, and its tenant's way in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from services.collector.use_cases.read_mailbox import READ_MAILBOX
from shared.access.scopes import Scope
from tests.fakes.imap_server import PASSWORD, ImapServer
from tests.house_of_test import House, eventually, running

_DUE = f"UPDATE job SET run_at = now() WHERE tenant_id = $1 AND kind = '{READ_MAILBOX}'"


class Postbox:
    """Every tenant has a folder of its own, so that tests do not read each other's mails."""

    def __init__(self, house: House, client: httpx.AsyncClient, tenant_id: UUID, server: ImapServer) -> None:
        self.house, self.client, self.tenant_id, self.server = house, client, tenant_id, server
        self.folder = f"F{tenant_id.hex[-8:]}"

    def deliver(self, *mails: bytes) -> None:
        self.server.deliver("care", *mails, folder=self.folder)

    async def add(self, **more: Any) -> str:  # noqa: ANN401 - any field
        wanted = {
            "name": "care",
            "host": "127.0.0.1",
            "port": self.server.port,
            "security": "none",
            "username": "care",
            "password": PASSWORD,
            "folder": self.folder,
        }
        added = await self.client.post("/v1/mailboxes", json=wanted | more)
        assert added.status_code == 201, added.text
        return str(added.json()["id"])

    async def read(self, mailbox: str, **counts: int) -> dict[str, Any]:
        """Has it read until the counts are these; how it stands then."""

        async def counted() -> dict[str, int]:
            await self.look_again()
            seen = await self.state(mailbox)
            return {name: seen[name] for name in counts}

        await eventually(counted, counts)
        return await self.state(mailbox)

    async def look_again(self) -> None:
        async with self.house.query("collector", "carrier") as carrier:
            await carrier.execute(_DUE, self.tenant_id)

    async def state(self, mailbox: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/v1/mailboxes/{mailbox}")).json()
        return found

    async def left(self, mailbox: str) -> list[tuple[str, str]]:
        items = (await self.client.get(f"/v1/mailboxes/{mailbox}/left")).json()["items"]
        return [(one["outcome"], one["reason"]) for one in reversed(items)]

    async def texts(self) -> list[str]:
        rows = await self.rows("SELECT text FROM feedback WHERE tenant_id = $1 ORDER BY id")
        return [row["text"] for row in rows]

    async def events(self, name: str) -> list[dict[str, Any]]:
        """What was told of this kind, in order."""
        rows = await self.rows("SELECT body #>> '{data}' AS data FROM outbox WHERE tenant_id = $1 AND subject = $2"
                               " ORDER BY seq", f"huiyin.{name}")  # fmt: skip
        return [httpx.Response(200, text=row["data"]).json() for row in rows]

    async def rows(self, sql: str, *more: object) -> list[Any]:
        async with self.house.query("collector") as owner:
            return list(await owner.fetch(sql, self.tenant_id, *more))


@asynccontextmanager
async def postbox(
    house: House, tenant_id: UUID, server: ImapServer, *, lanes: str = "api,jobs"
) -> AsyncIterator[Postbox]:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    app = house.app("collector", lanes=lanes, reply_key_file=house.data.keys / "reply.key")
    async with running(app, key) as client:
        yield Postbox(house, client, tenant_id, server)
