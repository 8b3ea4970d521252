"""What tests knock at the feedback door with."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from shared.access.scopes import Scope
from tests.house_of_test import House, running

TABLES = ("feedback", "customer", "identity", "address", "person_key", "consent", "public_code", "outbox", "audit")
HAN = re.compile(r"[\u4e00-\u9fff]")
RECEIPT = re.compile(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}")
WHOLE: dict[str, Any] = {
    "text": "一开就跳闸",
    "channel": "widget",
    "client_event_id": "0192f0c1-0000-7000-8000-000000000001",
    "source": "shop",
    "external_id": "17",
    "language": "zh",
    "rating": {"scale": "stars5", "value": 1},
    "occurred_at": "2026-11-20T08:30:00+08:00",
    "customer": {"external_id": "z", "email": "z@example.test", "phone": "13800000000", "name": "张", "language": "zh"},
    "consent": {"purposes": ["reply"], "version": "3", "locale": "zh-CN", "given_at": "2026-11-20T00:30:00Z"},
    "product": {"category": "heater", "model": "H2", "sku": "s", "serial": "n", "app_version": "1"},
}


@asynccontextmanager
async def door(house: House, tenant_id: UUID, *scopes: Scope) -> AsyncIterator[httpx.AsyncClient]:
    key = await house.new_key(tenant_id, *(scopes or (Scope.FEEDBACK_WRITE,)))
    async with running(house.app("collector"), key) as client:
        yield client


async def rows(house: House, tenant_id: UUID) -> dict[str, int]:
    count = "SELECT count(*) FROM {} WHERE tenant_id = $1"
    async with house.query("collector") as owner:
        return {table: await owner.fetchval(count.format(table), tenant_id) for table in TABLES}


def refusal(answer: httpx.Response) -> dict[str, Any]:
    """The problem document, after looking at what every one of them must have."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return checked(answer.json(), answer.status_code)


def checked(document: dict[str, Any], status: int) -> dict[str, Any]:
    assert document["status"] == status
    assert document["type"].endswith(document["code"])
    assert document["title"]
    assert document["detail"]
    for error in document.get("errors", []):
        assert error["code"]
        assert error["message"]
        assert error["remedy"]
    return document


def first_error(document: dict[str, Any]) -> tuple[str, str]:
    return document["errors"][0]["pointer"], document["errors"][0]["code"]
