"""Customers in the clear, for those who may know, and what they agreed to."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.scopes import Scope
from shared.clock import now
from shared.ids import new_id
from tests.collector.door import door, first_error, refusal
from tests.house_of_test import House

PERSON = {"external_id": "c-1", "email": "Li.Na@example.test", "phone": "+86 138 0013 8121", "name": "李娜"}
NOW = now()  # The door compares with the wall clock.
DAY = timedelta(days=1)


async def heard(client: httpx.AsyncClient, **more: Any) -> str:  # noqa: ANN401 - any field of a feedback
    answer = await client.post("/v1/feedback", json={"text": "坏了", "customer": PERSON} | more)
    assert answer.status_code == 201, answer.text
    feedback = (await client.get(f"/v1/feedback/{answer.json()['id']}")).json()
    return str(feedback["customer_id"])


async def agreed(client: httpx.AsyncClient, customer: str) -> bool:
    asked = {"customer_ids": [customer], "purpose": "reply"}
    [person] = (await client.post("/v1/addresses:read", json=asked)).json()["people"]
    shown = (await client.get(f"/v1/customers/{customer}")).json()
    assert shown["agreed"]["reply"] is person["has_consent"], "both doors must say the same"
    return bool(person["has_consent"])


async def change(client: httpx.AsyncClient, customer: str, *, granted: bool, at: datetime | None = None) -> None:
    body = {"purpose": "reply", "is_granted": granted} | ({"given_at": at.isoformat()} if at else {})
    answer = await client.post(f"/v1/customers/{customer}/consents", json=body)
    assert answer.status_code == 201, answer.text


async def audited(house: House, tenant_id: UUID, verb: str) -> list[tuple[str | None, Any]]:
    async with house.query("collector") as owner:
        rows = await owner.fetch(
            "SELECT object_id::text, detail::text FROM audit WHERE tenant_id = $1 AND verb = $2 ORDER BY at, id",
            tenant_id,
            verb,
        )
    return [(row["object_id"], json.loads(row["detail"])) for row in rows]


@pytest.mark.parametrize(("occasion", "why"), [({}, "reply"), ({"occasion": "list"}, "list")])
async def test_the_audit_tells_sending_from_looking(
    house: House, tenant_id: UUID, occasion: dict[str, str], why: str
) -> None:
    """`run.py mails` shows the operator what was sent; it answers nobody."""
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        asked = {"customer_ids": [await heard(client)], "purpose": "reply"} | occasion
        assert (await client.post("/v1/addresses:read", json=asked)).status_code == 200
    async with house.query("collector") as owner:
        noted = "SELECT why FROM audit WHERE tenant_id = $1 AND verb = 'address.read'"
        assert await owner.fetchval(noted, tenant_id) == why


async def test_a_customer_is_shown_in_the_clear_and_the_reading_is_noted(house: House, tenant_id: UUID) -> None:
    consent = {"purposes": ["reply"], "version": "7", "locale": "zh-CN", "stated_by": "widget"}
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client, consent=consent)
        shown = (await client.get(f"/v1/customers/{customer}")).json()
        assert (await client.get(f"/v1/customers/{new_id()}")).status_code == 404
    assert (shown["name"], shown["external_id"], shown["language"]) == ("李娜", "c-1", "zh")
    assert {address["value"] for address in shown["addresses"]} == {PERSON["email"], PERSON["phone"]}
    assert shown["agreed"] == {"reply": True, "research": False, "training": False}
    assert {line["purpose"] for line in shown["consents"]} == {"reply", "research", "training"}
    assert {(line["version"], line["locale"], line["stated_by"]) for line in shown["consents"]} == {
        ("7", "zh-CN", "widget")
    }
    assert await audited(house, tenant_id, "customer.read") == [(customer, {})]


@pytest.mark.parametrize(
    ("by", "value", "is_found"),
    [
        ("email", " li.na@EXAMPLE.test ", True),
        ("email", "li.na@example.tes", False),
        ("phone", "+8613800138121", True),
        ("phone", "138 0013 8121", True),
        ("phone", "00138121", False),
        ("external_id", "c-1", True),
        ("external_id", "Li.Na@example.test", False),
    ],
)
async def test_a_customer_is_found_by_the_whole_value_alone(
    house: House, tenant_id: UUID, by: str, value: str, *, is_found: bool
) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client)
        found = (await client.post("/v1/customers:find", json={"by": by, "value": value})).json()
        assert found == {"items": [{"id": customer}] if is_found else []}
    async with door(house, new_id(), Scope.PII_READ) as stranger:
        found = (await stranger.post("/v1/customers:find", json={"by": by, "value": value})).json()
        assert found == {"items": []}
    assert await audited(house, tenant_id, "customer.find") == [
        (None, {"by": by, "found": [customer] if is_found else []})
    ]


async def test_all_who_share_an_address_are_found(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        people = [await heard(client, customer=PERSON | {"external_id": name}) for name in ("mother", "father")]
        found = await client.post("/v1/customers:find", json={"by": "email", "value": PERSON["email"]})
        assert found.json() == {"items": [{"id": one} for one in sorted(people)]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"by": "email", "value": "nobody"}, ("/value", "not_an_email")),
        ({"by": "phone", "value": "1"}, ("/value", "not_a_phone")),
        ({"by": "name", "value": "李娜"}, ("/by", "not_one_of")),
        ({"by": "email", "value": "a\0@example.test"}, ("/value", "nul")),
        ({"by": "external_id", "value": "c", "more": 1}, ("/more", "unknown_field")),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    house: House, tenant_id: UUID, body: dict[str, Any], error: tuple[str, str]
) -> None:
    async with door(house, tenant_id, Scope.PII_READ) as client:
        assert first_error(refusal(await client.post("/v1/customers:find", json=body))) == error


async def test_contact_data_and_consents_need_their_scopes_and_tenant(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client)
    find = {"by": "email", "value": PERSON["email"]}
    withdraw = {"purpose": "reply", "is_granted": False}
    others = [scope for scope in Scope if scope not in (Scope.OPERATOR, Scope.PII_READ, Scope.CONSENTS_WRITE)]
    async with door(house, tenant_id, *others) as client:
        assert (await client.get(f"/v1/customers/{customer}")).status_code == 403
        assert (await client.post("/v1/customers:find", json=find)).status_code == 403
        assert (await client.post(f"/v1/customers/{customer}/consents", json=withdraw)).status_code == 403
    async with door(house, new_id(), Scope.PII_READ, Scope.CONSENTS_WRITE) as stranger:
        assert (await stranger.get(f"/v1/customers/{customer}")).status_code == 404
        assert (await stranger.post(f"/v1/customers/{customer}/consents", json=withdraw)).status_code == 404


async def test_a_withdrawal_counts_until_a_newer_grant(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client, consent={"purposes": ["reply", "research"]})
        assert await agreed(client, customer)
        await change(client, customer, granted=False)
        assert not await agreed(client, customer)
        await change(client, customer, granted=True)
        assert await agreed(client, customer)
        shown = (await client.get(f"/v1/customers/{customer}")).json()
    assert shown["agreed"]["research"], "each purpose is a tick of its own"
    assert [line["is_granted"] for line in shown["consents"] if line["purpose"] == "reply"] == [True, False, True]
    verbs = ("consent.withdraw", "consent.grant")
    assert [await audited(house, tenant_id, verb) for verb in verbs] == [[(customer, {"purpose": "reply"})]] * 2


async def test_what_was_said_last_counts_and_not_what_came_last(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client, consent={"purposes": ["reply"], "given_at": (NOW + DAY / 2).isoformat()})
        await change(client, customer, granted=False)
        assert not await agreed(client, customer), "a grant dated ahead does not outlast a withdrawal"
        await heard(client, consent={"purposes": ["reply"], "given_at": (NOW - DAY).isoformat()})
        assert not await agreed(client, customer), "an old grant that comes in late undoes nothing"
        await change(client, customer, granted=True, at=NOW - DAY)
        assert not await agreed(client, customer)


async def test_an_erased_customer_is_nobody(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        customer = await heard(client, consent={"purposes": ["reply"]})
        await client.post(f"/v1/customers/{customer}:erase", json={"reason": "asked_by_customer"})
        assert (await client.get(f"/v1/customers/{customer}")).status_code == 404
        asked = {"purpose": "reply", "is_granted": True}
        assert (await client.post(f"/v1/customers/{customer}/consents", json=asked)).status_code == 404
        find = {"by": "email", "value": PERSON["email"]}
        assert (await client.post("/v1/customers:find", json=find)).json() == {"items": []}
