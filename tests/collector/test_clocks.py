"""A sender's clock may be wrong by years: what it says is set right by how wrong it is, and never beyond."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.api.feedback_schema import SKEW_IGNORED, feedback_of
from shared.access.scopes import Scope
from shared.clock import now
from shared.ids import new_id
from tests.collector.door import door, first_error, refusal
from tests.house_of_test import House

HOUR = timedelta(hours=1)
RECEIVED = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTH = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ)


def told(occurred_at: datetime | str, sent_at: datetime | str) -> dict[str, Any]:
    times = {"occurred_at": str(occurred_at), "sent_at": str(sent_at)}
    return {"text": "x", "consent": {"purposes": ["reply"], "given_at": str(occurred_at)}} | times


@pytest.mark.parametrize(
    ("occurred_at", "sent_at", "was"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T12:00:00Z", RECEIVED - 2 * HOUR),
        ("2026-11-20T10:00:00Z", "2026-11-20T11:59:01Z", RECEIVED - 2 * HOUR),
        ("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", RECEIVED - HOUR),
        ("2026-11-20T22:00:00+08:00", "2026-11-20T15:00:00Z", RECEIVED - HOUR),
        ("1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z", RECEIVED - HOUR),
        ("2099-01-01T00:00:00Z", "2099-01-01T01:00:00Z", RECEIVED - HOUR),
        ("2026-11-20T15:00:00Z", "2026-11-20T14:00:00Z", RECEIVED),
    ],
    ids=["right", "nearly right", "an hour slow", "two zones", "1970", "2099", "said after it was sent"],
)
def test_times_are_moved_by_what_the_clock_is_off(occurred_at: str, sent_at: str, was: datetime) -> None:
    item = feedback_of(told(occurred_at, sent_at), RECEIVED)
    assert item.consent is not None
    assert (item.occurred_at, item.consent.given_at) == (was, was)


def test_a_minute_is_the_way_through_the_network() -> None:
    occurred_at = RECEIVED - HOUR
    for off in (SKEW_IGNORED, -SKEW_IGNORED):
        assert feedback_of(told(occurred_at, RECEIVED + off), RECEIVED).occurred_at == occurred_at


@pytest.mark.parametrize(
    ("occurred_at", "sent_at", "refused"),
    [
        ("1970-01-01T00:00:00Z", "2026-11-20T12:00:00Z", "/occurred_at time_out_of_range"),
        ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "/occurred_at time_out_of_range"),
        ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "/occurred_at time_out_of_range"),
        ("2026-11-20T10:00:00Z", "noon", "/sent_at not_a_time"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00", "/sent_at time_without_zone"),
    ],
)
async def test_what_cannot_be_set_right_is_refused(
    house: House, tenant_id: UUID, occurred_at: str, sent_at: str, refused: str
) -> None:
    async with door(house, tenant_id) as client:
        body = {"text": "x", "occurred_at": occurred_at, "sent_at": sent_at}
        assert first_error(refusal(await client.post("/v1/feedback", json=body))) == tuple(refused.split())


async def stored(client: httpx.AsyncClient, feedback_id: str) -> datetime:
    found = (await client.get(f"/v1/feedback/{feedback_id}")).json()["occurred_at"]
    return datetime.fromisoformat(found)


async def test_a_queue_that_tries_again_later_contradicts_nothing(house: House, tenant_id: UUID) -> None:
    first = {"client_event_id": str(new_id())} | told(now() - 30 * HOUR, now() - 29 * HOUR)
    again = first | {"sent_at": str(now() - 28 * HOUR)}
    async with door(house, tenant_id, *BOTH) as client:
        answers = [await client.post("/v1/feedback", json=body) for body in (first, again)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert abs(await stored(client, answers[0].json()["id"]) - (now() - HOUR)) < timedelta(minutes=5)


async def test_a_batch_names_its_clock_once(house: House, tenant_id: UUID) -> None:
    slow, right = told(now() - 30 * HOUR, now()), told(now() - HOUR, now())
    del slow["sent_at"]
    batch = {"sent_at": str(now() - 29 * HOUR), "items": [slow, right, "x"]}
    async with door(house, tenant_id, *BOTH) as client:
        items = (await client.post("/v1/feedback:batch", json=batch)).json()["items"]
        assert [item["status"] for item in items] == [201, 201, 422]
        for item in items[:2]:
            assert abs(await stored(client, item["id"]) - (now() - HOUR)) < timedelta(minutes=5)
        wrong = (await client.post("/v1/feedback:batch", json=batch | {"sent_at": "noon"})).json()["items"]
    assert [item["status"] for item in wrong] == [422, 201, 422]
