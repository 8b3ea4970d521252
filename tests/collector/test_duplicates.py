"""What was told before is found again and linked to the first time, whatever the order; nothing is taken away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.store.keyring import Keyring
from services.collector.use_cases.link_duplicates import LINK_DUPLICATES, link_duplicates
from shared.access.scopes import Scope
from shared.crypto import read_master_key
from shared.database import Database
from shared.ids import new_id
from tests.collector.door import door, refusal
from tests.house_of_test import House, eventually, running

ALL = (Scope.OPERATOR,)
MOMENT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TOLD = "洗衣机脱水时声音特别大，像拖拉机一样，楼下邻居都来敲门了。"
AGAIN = "你好，洗衣机脱水的时候声音特别大，像拖拉机一样，楼下邻居都来敲门了"
OTHER = "洗衣机进水时声音特别大，像拖拉机一样，楼下邻居都来敲门了。"
SHOUTED = "【转发】洗衣機脫水時聲音特別大,像拖拉機一樣,樓下鄰居都來敲門了!!!"
LINKS = "SELECT feedback_id, original_id, kind FROM duplicate_link WHERE tenant_id = $1 AND undone_at IS NULL"


@asynccontextmanager
async def database_of(house: House) -> AsyncIterator[Database]:
    database = Database(house.url("collector", "app"))
    await database.open()
    yield database
    await database.close()


async def post(client: httpx.AsyncClient, *texts: str, **more: Any) -> list[UUID]:  # noqa: ANN401 - any field
    answer = await client.post("/v1/feedback:batch", json={"items": [{"text": text, **more} for text in texts]})
    return [UUID(item["id"]) for item in answer.json()["items"]]


async def link(house: House, tenant_id: UUID, *batches: Sequence[UUID]) -> int:
    keyring = Keyring(read_master_key(house.data.keys / "master.key"))
    linked = 0
    async with database_of(house) as database:
        for batch in batches:
            async with database.transaction(tenant_id) as tx:
                linked += await link_duplicates(tx, await keyring.keys_of(tx, tenant_id), batch, MOMENT)
    return linked


async def links(house: House, tenant_id: UUID) -> dict[UUID, tuple[UUID, str]]:
    async with house.query("collector") as owner:
        rows = await owner.fetch(LINKS, tenant_id)
    return {row["feedback_id"]: (row["original_id"], row["kind"]) for row in rows}


async def count(house: House, statement: str, *args: object) -> int:
    async with house.query("collector") as owner:
        return int(await owner.fetchval(statement, *args))


async def test_told_again_is_linked_and_another_statement_is_not(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        first, again, other, shouted, equal = await post(client, TOLD, AGAIN, OTHER, SHOUTED, TOLD)
        assert await link(house, tenant_id, [first, again, other, shouted, equal]) == 3
        assert await links(house, tenant_id) == {
            again: (first, "near"),
            shouted: (first, "exact"),
            equal: (first, "exact"),
        }
        for feedback_id in (first, again, other, shouted, equal):
            assert (await client.get(f"/v1/feedback/{feedback_id}")).status_code == 200


async def test_equal_short_praise_of_two_people_is_linked_and_like_praise_is_not(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        one, other, like, longer = await post(client, "好评！", "好评", "好评，不错", "质量好，物流快，五星好评")
        assert await link(house, tenant_id, [one, other, like, longer]) == 1
    assert await links(house, tenant_id) == {other: (one, "exact")}


@pytest.mark.parametrize("seed", range(4))
async def test_the_links_are_the_same_in_whatever_order_feedback_is_compared(
    house: House, tenant_id: UUID, seed: int
) -> None:
    texts = [
        TOLD, OTHER, AGAIN, SHOUTED, "My heater shows error E8.", TOLD, "my heater shows error E8",
        "Hello, my heater shows error E8, thanks", OTHER, "My heater shows error E6.",
    ]  # fmt: skip
    async with door(house, tenant_id, *ALL) as client:
        ids = await post(client, *texts)
    numbers = {one: number for number, one in enumerate(ids)}
    shuffled = sorted(ids, key=lambda one: hash((seed, numbers[one])))
    await link(house, tenant_id, shuffled[:3], shuffled[3:4], shuffled[4:])
    found = {numbers[one]: numbers[original] for one, (original, _) in (await links(house, tenant_id)).items()}
    assert found == {2: 0, 3: 0, 5: 0, 6: 4, 7: 4, 8: 1}


async def test_comparing_again_changes_nothing(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        ids = await post(client, TOLD, AGAIN)
    assert await link(house, tenant_id, ids, ids, ids[:1]) == 1
    assert await count(house, "SELECT count(*) FROM duplicate_link WHERE tenant_id = $1", tenant_id) == 1


async def test_two_copies_that_come_at_once_see_each_other(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        ids = await post(client, TOLD, AGAIN, SHOUTED, TOLD)
    await asyncio.gather(*(link(house, tenant_id, [one]) for one in ids))
    assert {one: original for one, (original, _) in (await links(house, tenant_id)).items()} == dict.fromkeys(
        ids[1:], ids[0]
    )


async def test_companies_do_not_see_each_others_statements(house: House, tenant_id: UUID) -> None:
    stranger = new_id()
    async with door(house, tenant_id, *ALL) as client, door(house, stranger, *ALL) as their_client:
        mine, theirs = await post(client, TOLD), await post(their_client, TOLD)
    await link(house, tenant_id, mine)
    await link(house, stranger, theirs)
    assert await links(house, stranger) == {}
    bands = """
        SELECT count(*) FROM duplicate_band a JOIN duplicate_band b USING (band)
        WHERE a.tenant_id = $1 AND b.tenant_id = $2
    """
    assert await count(house, bands, tenant_id, stranger) == 0, "a company's bands say nothing to who knows another's"


async def test_a_link_is_undone_once_with_a_line_and_is_not_made_again(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        first, again = await post(client, TOLD, AGAIN)
        await link(house, tenant_id, [first, again])
        [listed] = (await client.get(f"/v1/feedback/{first}/duplicates")).json()["items"]
        assert (listed["feedback_id"], listed["original_id"]) == (str(again), str(first))
        assert (await client.get(f"/v1/feedback/{again}/duplicates")).json()["items"] == [listed]
        for _ in range(2):
            undone = await client.post(f"/v1/feedback/{again}/duplicates/{listed['id']}:undo")
            assert (undone.status_code, undone.json()["undone_by"]) == (200, "test")
        assert (await client.get("/v1/duplicates/figures")).json() == {"exact": 0, "near": 0, "undone": 1}
        third = await post(client, AGAIN)
        await link(house, tenant_id, third)
        async with house.query("collector") as owner:
            await owner.execute("DELETE FROM duplicate_sketch WHERE tenant_id = $1 AND id = $2", tenant_id, again)
        await link(house, tenant_id, [again])
        assert await links(house, tenant_id) == {third[0]: (first, "near")}
        for path in (
            f"/v1/feedback/{new_id()}/duplicates/{listed['id']}:undo",
            f"/v1/feedback/{again}/duplicates/{new_id()}:undo",
        ):
            assert refusal(await client.post(path))["code"] == "not_found"
    lines = "SELECT count(*) FROM audit WHERE tenant_id = $1 AND verb = 'duplicate.undo'"
    assert await count(house, lines, tenant_id) == 1


async def test_whoever_is_erased_is_linked_to_nothing_and_found_by_nobody(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        named = await post(client, TOLD, customer={"external_id": "c-1"})
        rest = await post(client, AGAIN, SHOUTED)
        await link(house, tenant_id, [*named, *rest])
        customer = (await client.get(f"/v1/feedback/{named[0]}")).json()["customer_id"]
        await client.post(f"/v1/customers/{customer}:erase", json={"reason": "asked_by_customer"})
        await client.post(f"/v1/feedback/{rest[0]}:erase", json={"reason": "asked_by_customer"})
        late = await post(client, TOLD)
        await link(house, tenant_id, late, [*named, *rest])
    assert await links(house, tenant_id) == {late[0]: (rest[1], "exact")}
    gone = [named[0], rest[0]]
    for table, column in (("duplicate_band", "feedback_id"), ("duplicate_sketch", "id")):
        left = f"SELECT count(*) FROM {table} WHERE tenant_id = $1 AND {column} = ANY ($2)"
        assert await count(house, left, tenant_id, gone) == 0


async def test_the_job_links_what_came_through_the_door(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, *ALL)
    async with running(house.app("collector", lanes="api,jobs"), key) as client:
        ids = await post(client, TOLD, AGAIN, SHOUTED)

        async def linked() -> int:
            figures = (await client.get("/v1/duplicates/figures")).json()
            return int(figures["exact"] + figures["near"])

        await eventually(linked, 2)
    assert set(await links(house, tenant_id)) == set(ids[1:])
    told = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject = 'huiyin.DuplicateLinked'"
    assert await count(house, told, tenant_id) == 2
    waiting = "SELECT count(*) FROM job WHERE tenant_id = $1 AND kind = $2"
    assert await count(house, waiting, tenant_id, LINK_DUPLICATES) == 1, "one job for what comes in a few seconds"


async def test_one_page_holds_no_more_links_than_asked_for(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        ids = await post(client, *[TOLD] * 5)
        await link(house, tenant_id, ids)
        seen: list[str] = []
        path: str | None = f"/v1/feedback/{ids[0]}/duplicates?limit=2"
        while path:
            page = (await client.get(path)).json()
            seen += [item["feedback_id"] for item in page["items"]]
            path = page["next"] and f"/v1/feedback/{ids[0]}/duplicates?limit=2&cursor={page['next']}"
    assert sorted(seen) == sorted(map(str, ids[1:]))
