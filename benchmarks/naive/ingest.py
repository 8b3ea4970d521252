"""The plain way in: FastAPI, and one SQLModel session and one commit for each request, with the same duties as ours.

It looks the key up, sees only its tenant's rows, knows repeats, masks by the same function, seals contact data under a
key per person, writes outbox and audit rows and one line of log. It fills the same columns of the same tables.
"""

import hmac
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.naive.storing import Caller, store
from services.collector.api.feedback_schema import AnyFeedbackIn, FeedbackOut
from services.collector.store.keyring import Keyring, TenantKeys
from shared.access.keys import hash_secret, split_key
from shared.crypto import read_master_key
from shared.database import Database
from shared.logs import get_log, set_up_logs

_URL = os.environ["HUIYIN_COLLECTOR_APP_URL"]
_POOL_SIZE = 10
_log = get_log("door")
_engine = create_async_engine(
    "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(_URL), pool_size=_POOL_SIZE, max_overflow=0
)
_keyring = Keyring(read_master_key(Path(os.environ["HUIYIN_COLLECTOR_MASTER_KEY_FILE"])))
_database = Database(_URL, connections_max=1)  # Only to read a tenant's keys, once.


class BatchIn(BaseModel):
    """Many at once."""

    items: list[AnyFeedbackIn]  # type: ignore[valid-type]  # made of all channels


class ItemOut(BaseModel):
    """How one of them was met."""

    status: int
    id: UUID
    receipt_code: str


class BatchOut(BaseModel):
    """All of them."""

    items: list[ItemOut]


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    await _database.open()
    yield
    await _database.close()
    await _engine.dispose()


app = FastAPI(lifespan=_lifespan)
Sent = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


@asynccontextmanager
async def _caller(sent: HTTPAuthorizationCredentials) -> AsyncIterator[Caller]:
    identifier, secret = split_key(sent.credentials) or (None, "")
    async with AsyncSession(_engine, expire_on_commit=False) as session:
        connection = await session.connection()
        found = await connection.execute(text("SELECT * FROM credential_by_id(:id)"), {"id": identifier})
        row = found.one_or_none()
        if row is None or row.revoked_at or not hmac.compare_digest(row.secret_sha256, hash_secret(secret)):
            raise HTTPException(401)
        if "feedback:write" not in row.scopes:
            raise HTTPException(403)
        tenants = {"tenants": "{" + str(row.tenant_id) + "}"}
        await connection.execute(text("SELECT set_config('app.tenant_ids', :tenants, true)"), tenants)
        yield Caller(session, row.tenant_id, row.label, await _keys_of_tenant(row.tenant_id))


async def _keys_of_tenant(tenant_id: UUID) -> TenantKeys:
    if tenant_id not in _known:
        async with _database.transaction(tenant_id) as tx:
            _known[tenant_id] = await _keyring.keys_of(tx, tenant_id)
    return _known[tenant_id]


_known: dict[UUID, TenantKeys] = {}


@app.get("/healthz")
async def healthz() -> None:
    """Whether it is there."""


@app.post("/v1/feedback", status_code=201)
async def post_feedback(
    item: AnyFeedbackIn,  # type: ignore[valid-type]  # made of all channels
    sent: Sent,
    request: Request,
) -> FeedbackOut:
    """One feedback."""
    began = time.perf_counter()
    async with _caller(sent) as here:
        [(feedback, _)] = await store(here, [item])
    _note(request, 201, began)
    return FeedbackOut(id=feedback.id, receipt_code=feedback.receipt_code)


@app.post("/v1/feedback:batch", status_code=207)
async def post_batch(batch: BatchIn, sent: Sent, request: Request) -> BatchOut:
    """Many feedbacks in one commit."""
    began = time.perf_counter()
    async with _caller(sent) as here:
        stored = await store(here, batch.items)
    _note(request, 207, began)
    return BatchOut(
        items=[
            ItemOut(status=201 if is_new else 200, id=feedback.id, receipt_code=feedback.receipt_code)
            for feedback, is_new in stored
        ]
    )


def _note(request: Request, status: int, began: float) -> None:
    took_ms = round((time.perf_counter() - began) * 1000, 1)
    _log.info("answered", method=request.method, route=request.url.path, status=status, ms=took_ms)


if __name__ == "__main__":
    set_up_logs("naive")
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
