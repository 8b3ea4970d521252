"""What tests import with: a collector whose jobs run, and files to send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from shared.access.scopes import Scope
from tests.house_of_test import House, eventually, running

IMPORTS = "/v1/feedback/imports"
Document = dict[str, Any]


@asynccontextmanager
async def office(house: House, tenant_id: UUID, *scopes: Scope, lanes: str = "api,jobs") -> AsyncIterator["Office"]:
    """A collector with its jobs, and a key."""
    key = await house.new_key(tenant_id, *(scopes or (Scope.FEEDBACK_WRITE, Scope.PII_READ)))
    async with running(house.app("collector", lanes=lanes), key) as client:
        yield Office(house, tenant_id, client)


class Office:
    """The doors of imports, as a person uses them."""

    def __init__(self, house: House, tenant_id: UUID, client: httpx.AsyncClient) -> None:
        self.house, self.tenant_id, self.client = house, tenant_id, client

    async def upload(self, content: str | bytes, file_name: str = "file.csv", **said: Any) -> Document:  # noqa: ANN401 - any option
        """Sends a file and waits until it was looked into."""
        made = await self.send(content, file_name, **said)
        await self.leaves(made["id"], "uploaded")
        return await self.read(made["id"])

    async def send(self, content: str | bytes, file_name: str = "file.csv", **said: Any) -> Document:  # noqa: ANN401 - any option
        body = content.encode() if isinstance(content, str) else content
        answer = await self.client.post(IMPORTS, content=body, params={"file_name": file_name, **said})
        assert answer.status_code == 201, answer.text
        document: Document = answer.json()
        return document

    async def read(self, import_id: str) -> Document:
        answer = await self.client.get(f"{IMPORTS}/{import_id}")
        assert answer.status_code == 200, answer.text
        document: Document = answer.json()
        return document

    async def leaves(self, import_id: str, state: str) -> None:
        async def is_there() -> bool:
            return bool((await self.read(import_id))["state"] == state)

        await eventually(is_there, wanted=False)

    async def act(self, import_id: str, verb: str) -> Document:
        """Starts, tries or ends it, and waits for the end."""
        answer = await self.client.post(f"{IMPORTS}/{import_id}:{verb}")
        assert answer.status_code == 200, answer.text
        await self.leaves(import_id, "running")
        return await self.read(import_id)

    async def bring_in(self, content: str | bytes, file_name: str = "file.csv", **said: Any) -> Document:  # noqa: ANN401 - any option
        """Sends a file and stores its rows."""
        made = await self.upload(content, file_name, **said)
        assert made["state"] == "ready", made["fault"]
        return await self.act(made["id"], "start")

    async def rejects(self, import_id: str) -> str:
        answer = await self.client.get(f"{IMPORTS}/{import_id}/rejects")
        assert answer.status_code == 200, answer.text
        return answer.content.decode("utf-8-sig")

    async def stored(self) -> int:
        async with self.house.query("collector") as owner:
            count = "SELECT count(*) FROM feedback WHERE tenant_id = $1"
            return int(await owner.fetchval(count, self.tenant_id))
