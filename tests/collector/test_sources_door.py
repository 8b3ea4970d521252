"""POST /v1/sources/{preset}: another system's payload, met as an item of a batch is."""

from uuid import UUID

import pytest

from shared.access.scopes import Scope
from tests.collector.door import door, refusal, rows
from tests.house_of_test import House

CLASSIC = {
    "customer_id": 3,
    "product_id": "HW-50",
    "feedback_date": "2026-03-05",
    "feedback_text": "一开就跳闸",
    "rating": 2,
}


async def test_the_classic_shape_is_stored_once_however_often_it_is_sent(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ) as client:
        first = await client.post("/v1/sources/classic", json=CLASSIC)
        again = await client.post("/v1/sources/classic", json=CLASSIC)
        [stored], [replayed] = first.json()["items"], again.json()["items"]
        feedback = (await client.get(f"/v1/feedback/{stored['id']}")).json()
    assert (first.status_code, stored["status"], replayed["status"]) == (207, 201, 200)
    assert stored["warnings"] == []
    assert replayed["id"] == stored["id"]
    assert feedback["text"] == "一开就跳闸"
    assert feedback["source"] == "classic"
    assert feedback["rating"] == 0.25
    assert feedback["product"]["sku"] == "HW-50"
    assert feedback["occurred_at"] == "2026-03-04T16:00:00Z"
    assert (await rows(house, tenant_id))["feedback"] == 1


async def test_each_of_a_list_has_its_own_status(house: House, tenant_id: UUID) -> None:
    bad = {**CLASSIC, "rating": 9, "feedback_date": "03/05/2026"}
    named = {"CustomerID": "4", "FeedbackText": "it leaks", "Rating": "4/5", "FeedbackDate": "5 March 2026"}
    async with door(house, tenant_id) as client:
        answer = await client.post("/v1/sources/classic", json=[CLASSIC, CLASSIC, bad, "no", {}, named])
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [201, 201, 422, 422, 422, 201]
    errors = [[(error["pointer"], error["code"]) for error in item["problem"]["errors"]] for item in items[2:5]]
    assert errors == [
        [("/items/2/feedback_date", "ambiguous_date"), ("/items/2/rating", "off_the_scale")],
        [("/items/3", "not_an_object")],
        [("/items/4/text", "empty")],
    ]


async def test_what_was_written_is_kept_beside_the_normal_form(house: House, tenant_id: UUID) -> None:
    payload = {"text": "一开就跳闸", "rating": "★★☆☆☆", "date": "2026年3月5日"}
    async with door(house, tenant_id, Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ) as client:
        [item] = (await client.post("/v1/sources/generic", json=payload)).json()["items"]
        feedback = (await client.get(f"/v1/feedback/{item['id']}")).json()
    assert feedback["details"]["originals"] == {"rating": "★★☆☆☆", "occurred_at": "2026年3月5日"}


@pytest.mark.parametrize("preset", ["nowhere", "google_play", "..%2F", "CLASSIC"])
async def test_a_source_that_sends_no_payloads_is_not_found(house: House, tenant_id: UUID, preset: str) -> None:
    async with door(house, tenant_id) as client:
        assert refusal(await client.post(f"/v1/sources/{preset}", json=CLASSIC))["status"] in (404, 422)


async def test_more_than_a_batch_is_refused_and_sources_are_listed(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id) as client:
        assert refusal(await client.post("/v1/sources/classic", json=[{}] * 1_001))["status"] == 422
        listed = (await client.get("/v1/sources")).json()["presets"]
    assert {one["name"] for one in listed} >= {"generic", "google_forms", "surveymonkey", "google_play", "classic"}
    async with door(house, tenant_id, Scope.FEEDBACK_READ) as client:
        assert refusal(await client.post("/v1/sources/classic", json=CLASSIC))["status"] == 403
