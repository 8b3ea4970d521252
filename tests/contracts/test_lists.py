"""Every list is walked the same way, by cursors that hold for that list, that tenant and a day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.clock import now
from shared.ids import new_id
from shared.paging import Place
from shared.web.description import operations
from shared.web.pages import CURSOR_KEPT_H, Pages
from tests.collector.door import refusal
from tests.house_of_test import SERVICES, House
from tests.tracker.desk import Desk, classified, desk

LISTS = ("/v1/cases", "/v1/review-queue", "/v1/problems", "/v1/actions", "/v1/notices")
# Walked by tests of their own: what is in them is made by doors.
OTHER_LISTS = {
    "/v1/audit",
    "/v1/consent-texts",
    "/v1/customer-merges",
    "/v1/customers",
    "/v1/dead-letters",
    "/v1/feedback/imports",
    "/v1/feedback/{feedback_id}/duplicates",
    "/v1/keys",
    "/v1/mailboxes",
    "/v1/mailboxes/{mailbox_id}/left",
    "/v1/members",
    "/v1/products",
    "/v1/quarantine",
    "/v1/sessions",
    "/v1/tenants",
}
PLACE = Place(datetime(2026, 11, 20, tzinfo=UTC), new_id())
INSERT_NOTICE = """
INSERT INTO notice (tenant_id, id, about, event, round, customer_id, state)
VALUES ($1, $2, $2, 'closure', 0, $2, 'queued')
"""


async def test_every_operation_that_gives_items_is_a_list(house: House) -> None:
    found = set()
    for service in SERVICES:
        document = house.app(service).openapi()
        for path, method, operation in operations(document):
            schema = (
                operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
            )
            model = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
            if method == "get" and "items" in model.get("properties", {}):
                found.add(path)
                assert set(model["properties"]) == {"items", "next"}, path
                assert {"limit", "cursor"} <= {parameter["name"] for parameter in operation["parameters"]}, path
                assert "Link" in operation["responses"]["200"]["headers"], path
    assert found == set(LISTS) | OTHER_LISTS, "a new list is walked by the tests below"


async def two_of_each(us: Desk, house: House) -> None:
    for _ in range(2):
        await us.open([classified(us.tenant_id, None)])
        await us.action_for(await us.problem_of())
        async with house.query("tracker") as owner:
            await owner.execute(INSERT_NOTICE, us.tenant_id, new_id())


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_walked_by_its_link(house: House, tenant_id: UUID, path: str) -> None:
    async with desk(house, tenant_id) as us:
        await two_of_each(us, house)
        first = await us.client.get(path, params={"limit": 1})
        link = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
        assert first.json()["next"] in link
        second = await us.client.get(link)
        assert first.json()["items"][0]["id"] != second.json()["items"][0]["id"]
        assert (await us.read(path, limit=3))["next"] is None
        assert (await us.read(path, limit=2))["next"] is None, "a full page that is the last leads nowhere"
        assert "Link" not in (await us.client.get(path, params={"limit": 3})).headers


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_that_is_not_ours_is_refused(house: House, tenant_id: UUID, path: str) -> None:
    async with desk(house, tenant_id) as us, desk(house, new_id()) as them:
        await two_of_each(us, house)
        ours = str((await us.read(path, limit=1))["next"])
        of = f"{tenant_id} {path}"
        key = (house.data.keys / "cursor.key").read_text().strip()
        late = Pages(key, clock=lambda: now() - timedelta(hours=CURSOR_KEPT_H, minutes=1))
        bad = {
            "another instance's": Pages("another key").write(PLACE, of),
            "another list's": Pages(key).write(PLACE, f"{tenant_id} /v1/elsewhere"),
            "yesterday's": late.write(PLACE, of),
            "changed": ("B" if ours.startswith("A") else "A") + ours[1:],
            "shortened": ours[:-2],
            "lengthened": ours + "A",
            "padded": f"{ours}==",
            "repeated": ours * 4,
            "in Chinese": f"坏{ours}",
            **{repr(value): value for value in ("x", "", "\0", "=" * 40)},
        }
        for name, cursor in bad.items():
            answer = await us.client.get(path, params={"cursor": cursor})
            assert answer.status_code == 422, name
            assert refusal(answer)["errors"][0]["pointer"] == "/query/cursor", name
        assert (await them.client.get(path, params={"cursor": ours})).status_code == 422, "another tenant's"
        assert len((await us.read(path, cursor=ours, limit=1))["items"]) == 1
