"""Products, and how many units of them are in service."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.domain.products import model_key, month_of
from shared.access.scopes import Scope
from tests.collector.door import door, first_error, refusal
from tests.house_of_test import House

ANY = {"If-Match": "*"}


async def state(client: httpx.AsyncClient, *rows: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any JSON
    items = [
        {"model": model, "month": month, "units": units} | ({"lot": lot[0]} if lot else {})
        for model, month, units, *lot in rows
    ]
    answer = await client.put("/v1/exposure", json={"items": items})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("other", ["hw 60", "HW-60", "ＨＷ－６０", "Hw_60", "hw.60"])
def test_spellings_of_one_model_are_one(other: str) -> None:
    assert model_key(other) == model_key("HW60")


def test_other_models_stay_others() -> None:
    keys = {model_key(one) for one in ("HW60", "HW60A", "HW61", "热水器 60", "热水器60L")}
    assert len(keys) == 5


@pytest.mark.parametrize(
    "written", ["2026-13", "2026-00", "2026-5", "26-05", "2026-05-01", "1889-01", "２０２６-05", ""]
)
def test_what_is_no_month(written: str) -> None:
    assert month_of(written) is None


async def test_units_are_stated_replaced_and_read_by_month(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        of_one = [("HW60", "2026-01", 1000), ("HW60", "2026-02", 1500), ("hw-60", "2026-01", 900, "L7")]
        rows = [*of_one, ("热泵 W7", "2026-01", 20)]
        assert await state(client, *rows) == {"months": 4, "products_added": 2}
        assert await state(client, *rows) == {"months": 4, "products_added": 0}
        await state(client, ("HW 60", "2026-02", 1600))
        products = {one["model"]: one["id"] for one in (await client.get("/v1/products")).json()["items"]}
        assert set(products) == {"HW60", "热泵 W7"}
        months = (await client.get(f"/v1/products/{products['HW60']}/exposure")).json()["months"]
        assert [(one["month"], one["lot"], one["units"]) for one in months] == [
            ("2026-01", None, 1000), ("2026-01", "L7", 900), ("2026-02", None, 1600),
        ]  # fmt: skip
        within = {"since": "2026-02", "until": "2026-02"}
        months = (await client.get(f"/v1/products/{products['HW60']}/exposure", params=within)).json()["months"]
        assert [one["units"] for one in months] == [1600]


async def test_the_last_of_one_months_two_statements_counts(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        await state(client, ("K3", "2026-01", 1), ("k 3", "2026-01", 2))
        [product] = (await client.get("/v1/products")).json()["items"]
        [month] = (await client.get(f"/v1/products/{product['id']}/exposure")).json()["months"]
        assert (product["model"], month["units"]) == ("K3", 2)


async def test_a_product_is_made_changed_and_told_from_others(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        made = await client.post("/v1/products", json={"model": "HW60", "category": "热水器", "skus": ["100-1"]})
        assert made.status_code == 201
        again = await client.post("/v1/products", json={"model": "hw-60"})
        assert (again.status_code, refusal(again)["code"]) == (409, "model_taken")
        path = f"/v1/products/{made.json()['id']}"
        assert (await client.patch(path, json={"category": None})).status_code == 428
        etag = (await client.get(path)).headers["etag"]
        changed = await client.patch(path, json={"category": None, "skus": None}, headers={"If-Match": etag})
        assert (changed.json()["category"], changed.json()["skus"], changed.json()["version"]) == (None, ["100-1"], 2)
        assert (await client.patch(path, json={"model": "x"}, headers={"If-Match": etag})).status_code == 412
        other = (await client.post("/v1/products", json={"model": "K3"})).json()["id"]
        clash = await client.patch(f"/v1/products/{other}", json={"model": "HW 60"}, headers=ANY)
        assert (clash.status_code, refusal(clash)["code"]) == (409, "model_taken")


async def test_writing_products_takes_its_scope_and_reading_its_tenant(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.FEEDBACK_READ) as client:
        assert (await client.put("/v1/exposure", json={"items": []})).status_code == 403
        assert (await client.post("/v1/products", json={"model": "K3"})).status_code == 403
        assert (await client.get("/v1/products")).json() == {"items": [], "next": None}
        assert (await client.get(f"/v1/products/{tenant_id}")).status_code == 404
        assert (await client.get(f"/v1/products/{tenant_id}/exposure")).status_code == 404


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        ({"model": "K3", "month": "2026-13", "units": 1}, "/items/0/month", "not_a_month"),
        ({"model": "K3", "month": "2026-01", "units": -1}, "/items/0/units", "too_small"),
        ({"model": " - ", "month": "2026-01", "units": 1}, "/items/0/model", "empty"),
        ({"model": "K3", "month": "2026-01"}, "/items/0/units", "required"),
    ],
)
async def test_a_wrong_row_is_named(
    house: House, tenant_id: UUID, row: dict[str, Any], pointer: str, code: str
) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        answer = await client.put("/v1/exposure", json={"items": [row]})
        assert answer.status_code == 422
        assert first_error(refusal(answer)) == (pointer, code)
        assert (await client.get("/v1/products")).json()["items"] == []
