"""A tracker with people at its doors: invited, joined by their links, signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from shared.access.scopes import Role, Scope
from shared.database import Database
from shared.ids import new_id
from tests.house_of_test import WAIT_S, House, running
from tests.tracker.desk import ANY_VERSION

PASSWORD = "mauve tractor nine kettles"
OTHER_PASSWORD = "seven owls under a bridge"

URL = "http://service"

# A row of its own, as pages want it.
COMPANY = """
INSERT INTO tenant (tenant_id, id, slug, name, time_zone, languages, state, version, changed_at)
VALUES ($1, $1, $2, '林家电', 'Asia/Shanghai', '{zh,en}', 'active', 1, now())
"""

Document = dict[str, Any]


@dataclass(frozen=True)
class Signed:
    """A member with an open session."""

    id: str
    email: str
    token: str

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class People:
    """A tenant's people. The client is signed in with the operator's key unless told otherwise."""

    def __init__(self, house: House, tenant_id: UUID, client: httpx.AsyncClient, address: str, app: FastAPI) -> None:
        self.house, self.tenant_id, self.client, self.address = house, tenant_id, client, address
        self.app = app
        self.database: Database = app.state.context.database

    async def post(self, path: str, status: int, *, by: Signed | None = None, **body: Any) -> Document:  # noqa: ANN401 - any JSON
        answer = await self.client.post(path, json=body, headers=by.auth if by else {})
        assert answer.status_code == status, answer.text
        said: Document = answer.json() if answer.content else {}
        return said

    async def get(self, path: str, status: int = 200, *, by: Signed | None = None, **query: Any) -> Document:  # noqa: ANN401 - any query
        answer = await self.client.get(path, params=query, headers=by.auth if by else {})
        assert answer.status_code == status, answer.text
        said: Document = answer.json()
        return said

    async def patch(self, path: str, status: int, *, by: Signed | None = None, **body: Any) -> Document:  # noqa: ANN401 - any JSON
        answer = await self.client.patch(path, json=body, headers=ANY_VERSION | (by.auth if by else {}))
        assert answer.status_code == status, answer.text
        said: Document = answer.json()
        return said

    async def invite(self, name: str, *roles: Role, by: Signed | None = None) -> Document:
        return await self.post("/v1/members", 201, by=by, email=self.email(name), name=name, roles=list(roles))

    async def join(self, name: str, *roles: Role, by: Signed | None = None) -> Signed:
        """Somebody who was invited and has used their link."""
        invited = await self.invite(name, *roles, by=by)
        opened = await self.post("/v1/sign-in/link", 201, token=invited["link"]["token"], password=PASSWORD)
        return Signed(opened["member"]["id"], self.email(name), opened["token"])

    async def sign_in(self, name: str, *, password: str = PASSWORD, status: int = 201) -> Document:
        tenant = str(self.tenant_id)
        return await self.post("/v1/sign-in", status, email=self.email(name), password=password, tenant=tenant)

    def email(self, name: str) -> str:
        return f"{name}@{self.tenant_id.hex}.example.test"

    async def lines(self, verb: str) -> list[Document]:
        """The audit's lines of one verb, oldest first."""
        async with self.house.query("tracker") as owner:
            sql = "SELECT actor, object_id::text, detail FROM audit WHERE tenant_id = $1 AND verb = $2 ORDER BY id"
            return [dict(row) for row in await owner.fetch(sql, self.tenant_id, verb)]


def address_of_ones_own() -> str:
    """An address whose tries count with nobody else's."""
    tail = new_id().hex[-12:]
    return f"2001:db8:{tail[:4]}:{tail[4:8]}::{tail[8:]}"


@asynccontextmanager
async def people_of(
    house: House,
    tenant_id: UUID,
    *,
    lanes: str = "api",
    address: str | None = None,
    **more: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[People]:
    """A tenant's people, as they come from one address."""
    app, key = house.app("tracker", lanes=lanes, **more), await house.new_key(tenant_id, Scope.OPERATOR)
    await house.know_tenant(tenant_id)
    address = address or address_of_ones_own()
    transport = httpx.ASGITransport(app, client=(address, 1234))
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        running(app, key),
        httpx.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=WAIT_S) as client,
    ):
        yield People(house, tenant_id, client, address, app)
