"""Two customers that are one person: suggested, decided, and taken back exactly."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from shared.access.scopes import Scope
from tests.collector.door import door, first_error, refusal
from tests.house_of_test import House

SHARED = "li.na@example.test"


async def customer(client: httpx.AsyncClient, *, consent: bool | None = None, **person: str) -> str:
    body: dict[str, Any] = {"text": "坏了", "customer": person}
    if consent is not None:
        body["consent"] = {"purposes": ["reply"] if consent else []}
    answer = await client.post("/v1/feedback", json=body)
    assert answer.status_code == 201, answer.text
    return str((await client.get(f"/v1/feedback/{answer.json()['id']}")).json()["customer_id"])


async def merge(client: httpx.AsyncClient, kept: str, merged: str, status: int = 201) -> Any:  # noqa: ANN401 - any JSON
    answer = await client.post("/v1/customer-merges", json={"kept_id": kept, "merged_id": merged})
    assert answer.status_code == status, answer.text
    return answer.json() if status == 201 else refusal(answer)


async def shown(client: httpx.AsyncClient, one: str) -> Any:  # noqa: ANN401 - any JSON
    return (await client.get(f"/v1/customers/{one}")).json()


async def reach(client: httpx.AsyncClient, *ids: str) -> list[Any]:
    asked = {"customer_ids": list(ids), "purpose": "reply"}
    return list((await client.post("/v1/addresses:read", json=asked)).json()["people"])


async def suggested(client: httpx.AsyncClient) -> list[tuple[str, str, list[str]]]:
    pairs = (await client.get("/v1/customer-merges/suggestions")).json()["pairs"]
    return [(one["kept_id"], one["merged_id"], one["by"]) for one in pairs]


async def test_who_shares_an_address_is_suggested_until_somebody_decides(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        one = await customer(client, external_id="c-1", email=SHARED, phone="13800138121")
        other = await customer(client, external_id="c-2", email=SHARED.upper(), phone="+86 138 0013 8121")
        third = await customer(client, external_id="c-3", email=SHARED)
        await customer(client, external_id="c-4", email="somebody.else@example.test")
        first, second = sorted([one, other])
        assert (await suggested(client))[0] == (first, second, ["email", "phone"])
        assert len(await suggested(client)) == 3
        declined = await client.post("/v1/customer-merges:decline", json={"kept_id": one, "merged_id": third})
        assert declined.json()["state"] == "declined"
        made = await merge(client, one, other)
        assert await suggested(client) == []
        assert (await client.post(f"/v1/customer-merges/{made['id']}:undo")).status_code == 200
        assert len(await suggested(client)) == 1, "what was undone is not suggested again"


async def test_merged_customers_are_shown_and_reached_as_one_and_apart_again(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        one = await customer(client, external_id="c-1", email="a@example.test", consent=True, language="en")
        other = await customer(client, external_id="c-2", email="b@example.test")
        before = [await shown(client, one), await shown(client, other)]
        apart = await reach(client, one, other)
        made = await merge(client, one, other)
        assert made["state"] == "merged"
        for customer_id, same in ((one, [other]), (other, [one])):
            seen = await shown(client, customer_id)
            assert seen["same_person"] == same
            assert {address["value"] for address in seen["addresses"]} == {"a@example.test", "b@example.test"}
            assert seen["agreed"]["reply"] is True
        together = await reach(client, one, other)
        assert {person["person_id"] for person in together} == {one}
        assert {person["language"] for person in together} == {"en"}
        assert [person["has_consent"] for person in together] == [True, True]
        withdrawn = {"purpose": "reply", "is_granted": False}
        assert (await client.post(f"/v1/customers/{other}/consents", json=withdrawn)).json()["agreed"]["reply"] is False
        assert [person["has_consent"] for person in await reach(client, one)] == [False], "said as whichever of the two"
        undone = await client.post(f"/v1/customer-merges/{made['id']}:undo")
        assert undone.json()["state"] == "undone"
        assert (await shown(client, one)) == before[0]
        assert (await shown(client, other))["addresses"] == before[1]["addresses"]
        assert (await reach(client, one, other)) == apart


async def test_a_chain_comes_apart_link_by_link(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        a, b, c, d = [await customer(client, external_id=f"c-{at}") for at in range(4)]
        first = await merge(client, b, c)
        second = await merge(client, a, c)
        assert (second["kept_id"], second["merged_id"]) == (a, b), "those who stand for them are merged"
        await merge(client, d, b)
        assert set((await shown(client, c))["same_person"]) == {a, b, d}
        assert (await merge(client, c, d, 409))["code"] == "same_customer"
        await client.post(f"/v1/customer-merges/{second['id']}:undo")
        assert (await shown(client, c))["same_person"] == [b]
        assert (await shown(client, d))["same_person"] == [a]
        await client.post(f"/v1/customer-merges/{first['id']}:undo")
        assert (await shown(client, c))["same_person"] == []
        again = await client.post(f"/v1/customer-merges/{first['id']}:undo")
        assert (again.status_code, refusal(again)["code"]) == (409, "not_merged")


async def test_merging_both_ways_at_once_makes_no_circle(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        for _ in range(5):
            one, other = await customer(client, external_id="x"), await customer(client, external_id="y")
            pairs = [(one, other), (other, one)] * 3
            asked = [{"kept_id": kept, "merged_id": merged} for kept, merged in pairs]
            answers = await asyncio.gather(*(client.post("/v1/customer-merges", json=body) for body in asked))
            assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
            [made] = [answer.json() for answer in answers if answer.status_code == 201]
            assert (await shown(client, one))["same_person"] == [other]
            await client.post(f"/v1/customer-merges/{made['id']}:undo")


async def test_a_person_who_was_merged_is_erased_as_a_whole(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        one, other = await customer(client, external_id="c-1"), await customer(client, external_id="c-2")
        await merge(client, one, other)
        erased = await client.post(f"/v1/customers/{other}:erase", json={"reason": "asked_by_customer"})
        assert erased.status_code == 200
        assert [(await client.get(f"/v1/customers/{who}")).status_code for who in (one, other)] == [404, 404]
        assert (await merge(client, one, other, 404))["code"] == "unknown_customer"


async def test_merging_takes_its_scope_and_ones_own_customers(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        one = await customer(client, external_id="c-1")
        assert (await merge(client, one, str(tenant_id), 404))["code"] == "unknown_customer"
        assert (await merge(client, one, one, 409))["code"] == "same_customer"
    async with door(house, tenant_id, Scope.PII_READ) as client:
        assert (await client.get("/v1/customer-merges")).status_code == 403
        assert (await merge(client, one, one, 403))["code"] == "forbidden"


async def test_a_customer_is_changed_and_their_addresses_come_and_go(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        one = await customer(client, external_id="c-1", email="old@example.test")
        changed = await client.patch(
            f"/v1/customers/{one}", json={"region": "广东", "reach_by": "sms", "language": "en"}
        )
        assert (changed.json()["region"], changed.json()["reach_by"]) == ("广东", "sms")
        kept = await client.patch(f"/v1/customers/{one}", json={"region": None})
        assert (kept.json()["region"], kept.json()["language"]) == (None, "en")
        added = await client.post(f"/v1/customers/{one}/addresses", json={"kind": "email", "value": "New@example.test"})
        assert added.status_code == 201
        assert await customer(client, email="new@example.test") == one, "they are known by it from now on"
        [old] = [at for at in (await shown(client, one))["addresses"] if at["value"] == "old@example.test"]
        path = f"/v1/customers/{one}/addresses/{old['address_id']}"
        assert [(await client.delete(path)).status_code for _ in range(2)] == [204, 404]
        assert [at["value"] for at in (await shown(client, one))["addresses"]] == ["New@example.test"]
        assert await customer(client, email="old@example.test") != one
        wrong = await client.post(f"/v1/customers/{one}/addresses", json={"kind": "phone", "value": "a@b.test"})
        assert first_error(refusal(wrong)) == ("/value", "not_a_phone")
        rows = (await client.get("/v1/customers")).json()["items"]
        assert one in [row["id"] for row in rows]
        assert "example.test" not in str(rows)
