"""The counter where tests hand in files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from services.collector.main import FILES_FOLDER
from shared.access.credentials import Limits
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel
from shared.ids import new_id
from tests.collector.attachments.pictures import announced
from tests.house_of_test import House, running

SCOPES = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ, Scope.PII_READ, Scope.PEOPLE_ERASE, Scope.TENANT_EXPORT)
ORIGIN = "https://shop.example.test"


@dataclass(frozen=True)
class Counter:
    house: House
    tenant_id: UUID
    client: httpx.AsyncClient
    app: FastAPI

    @property
    def folder(self) -> Path:
        return self.house.data.root / FILES_FOLDER / self.tenant_id.hex

    def on_disk(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    async def feedback(self, **more: Any) -> tuple[str, str]:  # noqa: ANN401 - any field
        """A feedback, as its id and its event's."""
        event = str(more.pop("client_event_id", new_id()))
        body = {"text": "热水器漏电，照片见附件", "client_event_id": event} | more
        answer = await self.client.post("/v1/feedback", json=body)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"]), event

    async def announce(self, content: bytes, **more: Any) -> httpx.Response:  # noqa: ANN401 - any field
        return await self.client.post("/v1/widget/attachments", json=announced(content, **more))

    async def attach(self, content: bytes, **more: Any) -> httpx.Response:  # noqa: ANN401 - any field
        """Both steps; the answer to the second."""
        answer = await self.announce(content, **more)
        assert answer.status_code == 201, answer.text
        return await self.client.put(answer.json()["upload_url"], content=content, headers={"authorization": ""})

    async def listed(self, feedback_id: str) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/v1/feedback/{feedback_id}/attachments")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["attachments"]
        return found

    async def row(self, attachment_id: str) -> dict[str, Any]:
        async with self.house.query("collector") as owner:
            row = await owner.fetchrow("SELECT * FROM attachment WHERE id = $1", UUID(attachment_id))
        return dict(row) if row else {}


@asynccontextmanager
async def counter(
    house: House, tenant_id: UUID, *scopes: Scope, lanes: str = "api", public_url: str | None = None
) -> AsyncIterator[Counter]:
    key = await house.new_key(tenant_id, *(scopes or SCOPES))
    app = house.app("collector", lanes=lanes, public_url=public_url)
    async with running(app, key) as client:
        yield Counter(house, tenant_id, client, app)


async def publishable(house: House, tenant_id: UUID) -> dict[str, str]:
    """What a page of the shop sends with each request."""
    limits = Limits(Channel.WIDGET, frozenset({ORIGIN}), 1_000)
    key = await house.new_key(tenant_id, Scope.FEEDBACK_SEND, kind=Kind.PUBLISHABLE, limits=limits)
    return {"authorization": f"Bearer {key}", "origin": ORIGIN}
