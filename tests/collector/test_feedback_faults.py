"""The feedback door when a commit fails, when two come at once, and when twenty do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.scopes import Scope
from shared.ids import new_id
from tests.collector.door import WHOLE, checked, door, refusal, rows
from tests.house_of_test import House, running

REFUSE_COMMITS = """
CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.tenant_id = '{tenant_id}' THEN RAISE EXCEPTION 'not today'; END IF; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON feedback DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse_commit()
"""


@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/feedback:batch"])
async def test_a_commit_that_fails_is_never_answered_with_a_receipt(house: House, tenant_id: UUID, path: str) -> None:
    async with house.query("collector") as owner, door(house, tenant_id) as client:
        await owner.execute(REFUSE_COMMITS.format(tenant_id=tenant_id))
        try:
            answer = await client.post(path, json={"text": "坏了", "items": [{"text": "坏了"}]})
        finally:
            await owner.execute("DROP TRIGGER refuse_commit ON feedback; DROP FUNCTION refuse_commit()")
        assert answer.status_code == 500
        assert checked(answer.json(), 500)["code"] == "internal"
        assert set((await rows(house, tenant_id)).values()) == {0}
        assert (await client.post("/v1/feedback", json={"text": "坏了"})).status_code == 201


HALF_STORED = """
INSERT INTO feedback (tenant_id, id, client_event_id, channel, receipt_code, body_mac, text, language, occurred_at,
    received_at) VALUES ($1, $2, $3, 'widget', 'x', '', 'x', 'zh', now(), now())
"""


async def test_while_the_same_is_being_stored_the_caller_is_asked_to_wait(house: House, tenant_id: UUID) -> None:
    impatient = house.app("collector", app_url=house.url("collector", "app") + "&lock_timeout=200ms")
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
    event = new_id()
    async with running(impatient, key) as client, house.query("collector") as owner:
        await (under_way := owner.transaction()).start()
        await owner.execute(HALF_STORED, tenant_id, new_id(), event)
        body = {"text": "坏了", "client_event_id": str(event)}
        answer = await client.post("/v1/feedback", json=body)
        assert (answer.status_code, refusal(answer)["code"]) == (409, "in_flight")
        await under_way.rollback()
        assert (await client.post("/v1/feedback", json=body)).status_code == 201


@asynccontextmanager
async def busy_door(house: House, tenant_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """A door of a tenant that has its keys: making those would let one post through at a time."""
    async with door(house, tenant_id) as client:
        await client.post("/v1/feedback", json={"text": "x"})
        yield client


@pytest.mark.parametrize("more", [{}, {"customer": WHOLE["customer"]}])
async def test_twenty_at_once_with_one_body_make_one_feedback(
    house: House, tenant_id: UUID, more: dict[str, Any]
) -> None:
    body = {"text": "坏了", "client_event_id": str(new_id())} | more
    async with busy_door(house, tenant_id) as client:
        answers = await asyncio.gather(*(client.post("/v1/feedback", json=body) for _ in range(20)))
        assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    counts = await rows(house, tenant_id)
    assert (counts["feedback"], counts["outbox"], counts["public_code"], counts["customer"]) == (2, 2, 2, len(more))


async def test_twenty_at_once_of_one_new_customer_make_one_customer(house: House, tenant_id: UUID) -> None:
    bodies = [{"text": f"第{n}次", "customer": {"email": "new@example.test"}} for n in range(20)]
    async with busy_door(house, tenant_id) as client:
        answers = await asyncio.gather(*(client.post("/v1/feedback", json=body) for body in bodies))
        assert [answer.status_code for answer in answers] == [201] * 20
    counts = await rows(house, tenant_id)
    assert (counts["feedback"], counts["customer"], counts["identity"], counts["address"]) == (21, 1, 1, 1)
