"""A person who asks to be forgotten is, here and for good; their counts stay, and they may come back as a stranger."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.domain.erasure import ErasureKind, ErasureReason, LedgerEntry
from services.collector.store.keyring import Keyring
from services.collector.store.ledger_file import append_to_ledger_file, read_ledger_file
from services.collector.use_cases.erase import Erase, erase
from services.collector.use_cases.replay_erasures import LEDGER_FILE
from shared.access.scopes import Scope
from shared.contracts.events import CustomerErased
from shared.crypto import read_master_key
from shared.database import Database
from shared.ids import new_id
from tests.collector.door import door
from tests.house_of_test import House, eventually, running

WORDS = "金丝雀热水器半夜自己唱歌"
PERSON = {"external_id": "customer one", "email": "canary@example.test", "phone": "13800138121", "name": "欧阳娜"}
ALL = (Scope.OPERATOR,)
REASON = {"reason": "asked_by_customer"}
MOMENT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def said(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a feedback
    consent = {"purposes": ["reply"], "version": "7", "locale": "zh-CN", "stated_by": "agent 9"}
    body = {"text": f"{WORDS}，打13812345678", "source": "shop", "external_id": "o-1", "customer": PERSON}
    return body | {"consent": consent, "product": {"model": "H2", "serial": "HX-55"}} | more


async def held(house: House, tenant_id: UUID) -> str:
    """All that the collector's database holds of a tenant."""
    tables = ("feedback", "customer", "consent", "outbox", "audit", "identity", "address", "person_key", "erasure")
    async with house.query("collector") as owner:
        found = [
            row[0]
            for table in tables
            for row in await owner.fetch(f"SELECT t::text FROM {table} t WHERE tenant_id = $1", tenant_id)
        ]
    return "\n".join(found)


async def one(house: House, statement: str, *args: object) -> Any:  # noqa: ANN401 - any column
    async with house.query("collector") as owner:
        return await owner.fetchval(statement, *args)


async def customer_of(house: House, feedback_id: str) -> UUID:
    found: UUID = await one(house, "SELECT customer_id FROM feedback WHERE id = $1", UUID(feedback_id))
    return found


async def post(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    answer = await client.post("/v1/feedback", json=body)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def test_a_person_is_erased_and_the_counts_stay(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        ids = [await post(client, said(external_id=f"o-{number}")) for number in range(3)]
        stranger = await post(client, {"text": "另一个人说的话", "customer": {"external_id": "c-2"}})
        customer = await customer_of(house, ids[0])
        assert WORDS in await held(house, tenant_id)
        answer = await client.post(f"/v1/customers/{customer}:erase", json=REASON)
        assert answer.status_code == 200
        after = await held(house, tenant_id)
        assert [word for word in (WORDS, "o-1", "agent 9", "HX-55", "［电话］") if word in after] == []
        assert "另一个人说的话" in after
        seen = (await client.get(f"/v1/feedback/{ids[0]}")).json()
        assert (seen["text"], seen["has_original"], seen["masks"], seen["external_id"]) == ("", False, [], None)
        assert seen["erased_at"]
        assert (seen["source"], seen["product"]) == (None, None)
        assert (await client.get(f"/v1/feedback/{ids[0]}/original")).status_code == 404
        assert (await client.get(f"/v1/feedback/{stranger}")).json()["text"] == "另一个人说的话"
        assert (await client.get("/v1/figures")).json()["received"] == 4
    for table in ("person_key", "identity", "address"):
        left = f"SELECT count(*) FROM {table} WHERE tenant_id = $1"
        assert await one(house, left, tenant_id) == (1 if table != "address" else 0), table
    purposes = "SELECT count(*) FROM consent WHERE tenant_id = $1 AND text_version = '' AND stated_by = ''"
    assert await one(house, purposes, tenant_id) == 9


async def test_the_others_are_told_and_it_is_noted_once(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        customer = await customer_of(house, await post(client, said()))
        first = await client.post(f"/v1/customers/{customer}:erase", json=REASON)
        again = await client.post(f"/v1/customers/{customer}:erase", json={"reason": "retention_over"})
        assert (again.status_code, again.json()) == (200, first.json())
    told = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject = 'huiyin.CustomerErased'"
    assert await one(house, told, tenant_id) == 1
    body = "SELECT body->'data' FROM outbox WHERE tenant_id = $1 AND subject = 'huiyin.CustomerErased'"
    assert CustomerErased.model_validate_json(await one(house, body, tenant_id)).customer_id == customer
    noted = "SELECT detail::text FROM audit WHERE tenant_id = $1 AND verb = 'customer.erase' AND object_id = $2"
    detail = json.loads(await one(house, noted, tenant_id, customer))
    assert (detail["reason"], detail["rows"]["feedback"], detail["carried"]) == ("asked_by_customer", 1, 1)


@pytest.mark.parametrize("what", ["customers", "feedback"])
async def test_erasing_needs_its_scope_its_tenant_and_a_reason(house: House, tenant_id: UUID, what: str) -> None:
    async with door(house, tenant_id, *ALL) as client:
        feedback = await post(client, said())
        path = f"/v1/{what}/{feedback if what == 'feedback' else await customer_of(house, feedback)}:erase"
        for wrong in ({}, {"reason": "because"}, REASON | {"note": "x"}):
            assert (await client.post(path, json=wrong)).status_code == 422
        assert (await client.post(f"/v1/{what}/{new_id()}:erase", json=REASON)).status_code == 404
    async with door(house, tenant_id, Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ, Scope.PII_READ) as client:
        assert (await client.post(path, json=REASON)).status_code == 403
    async with door(house, new_id(), *ALL) as stranger:
        assert (await stranger.post(path, json=REASON)).status_code == 404
    assert WORDS in await held(house, tenant_id)
    async with door(house, tenant_id, Scope.PEOPLE_ERASE) as client:
        assert (await client.post(path, json=REASON)).status_code == 200
    assert WORDS not in await held(house, tenant_id)


async def test_a_feedback_in_which_nobody_is_named_is_erased_by_itself(house: House, tenant_id: UUID) -> None:
    body = said(client_event_id=str(new_id()))
    del body["customer"]
    async with door(house, tenant_id, *ALL) as client:
        mine, other = await post(client, body), await post(client, {"text": "另一个人说的话"})
        assert (await client.post(f"/v1/feedback/{mine}:erase", json=REASON)).status_code == 200
        assert (await client.get(f"/v1/feedback/{other}")).json()["text"] == "另一个人说的话"
        assert await post(client, body) == mine, "it is still known"
    after = await held(house, tenant_id)
    assert WORDS not in after
    assert "另一个人说的话" in after


@pytest.mark.parametrize("is_old", [False, True], ids=["hashed", "from before the masking"])
async def test_a_repeat_brings_nothing_back_and_a_return_is_a_new_person(
    house: House, tenant_id: UUID, *, is_old: bool
) -> None:
    async with door(house, tenant_id, *ALL) as client:
        first = await post(client, said())
        if is_old:
            await one(house, "UPDATE feedback SET external_mac = NULL WHERE id = $1", UUID(first))
        customer = await customer_of(house, first)
        await client.post(f"/v1/customers/{customer}:erase", json=REASON)
        assert await post(client, said()) == first
        assert WORDS not in await held(house, tenant_id)
        returned = await post(client, said(text="我又来了", external_id="o-9"))
        assert await customer_of(house, returned) != customer
        assert (await client.get(f"/v1/feedback/{returned}/original")).json()["product"]["serial"] == "HX-55"


@asynccontextmanager
async def erasing(house: House, tenant_id: UUID, customer: UUID) -> AsyncIterator[None]:
    """The erasure has done its work and has not committed; it does when the block ends."""
    database = Database(house.url("collector", "app"))
    await database.open()
    keyring = Keyring(read_master_key(house.data.keys / "master.key"))
    command = Erase(tenant_id, ErasureKind.CUSTOMER, customer, ErasureReason.RETENTION_OVER, "t")
    async with database.transaction(tenant_id) as tx:
        assert (await erase(tx, keyring, command)).value
        yield
    await database.close()


async def someone_waits(house: House) -> bool:
    return bool(await one(house, "SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def test_a_feedback_in_flight_while_its_customer_is_erased_is_a_strangers(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        customer = await customer_of(house, await post(client, said()))
        async with erasing(house, tenant_id, customer):
            late = asyncio.ensure_future(post(client, said(text="在路上的话", external_id="o-2")))
            await eventually(lambda: someone_waits(house), wanted=True)
        assert await customer_of(house, await late) != customer
    left = "SELECT count(*) FROM feedback WHERE tenant_id = $1 AND customer_id = $2 AND text <> ''"
    assert await one(house, left, tenant_id, customer) == 0


async def test_an_erasure_waits_for_a_feedback_in_flight_and_takes_it_along(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client:
        customer = await customer_of(house, await post(client, said()))
        async with house.query("collector") as owner, owner.transaction():
            await owner.execute("SELECT 1 FROM customer WHERE id = $1 FOR KEY SHARE", customer)
            copy = """INSERT INTO feedback (tenant_id, id, customer_id, channel, receipt_code, body_mac, text, language,
                occurred_at, received_at) VALUES ($1, $2, $3, 'email', 'x', '', '在路上的话', 'zh', $4, $4)"""
            await owner.execute(copy, tenant_id, new_id(), customer, MOMENT)
            asked = asyncio.ensure_future(client.post(f"/v1/customers/{customer}:erase", json=REASON))
            await eventually(lambda: someone_waits(house), wanted=True)
        assert (await asked).status_code == 200
    assert "在路上的话" not in await held(house, tenant_id)


def ledger(folder: Path, *entries: LedgerEntry) -> Path:
    path = folder / LEDGER_FILE
    append_to_ledger_file(path, entries)
    return path


@asynccontextmanager
async def restarted(house: House, tenant_id: UUID, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    key = await house.new_key(tenant_id, *ALL)
    async with running(house.app("collector", data_dir=folder), key) as client:
        yield client


async def test_a_restored_database_erases_again_before_it_is_ready(
    house: House, tenant_id: UUID, tmp_path: Path
) -> None:
    """The backup was made before the erasure: the person is there, and only the file knows."""
    async with door(house, tenant_id, *ALL) as client:
        customer = await customer_of(house, await post(client, said()))
        other = await customer_of(
            house, await post(client, said(customer={"email": "x@example.test"}, external_id="2"))
        )
    marks = await marks_of(house, other)
    entries = [
        LedgerEntry(new_id(), tenant_id, ErasureKind.CUSTOMER, subject, found, ErasureReason.RETENTION_OVER, at)
        for subject, found, at in [
            (customer, (), MOMENT),
            (new_id(), marks, datetime(2999, 1, 1, tzinfo=UTC)),  # Known under another id in this backup.
        ]
    ]
    path = ledger(tmp_path, *entries)
    path.write_text(path.read_text() + '\n{"id": "cut off by a cra')
    async with restarted(house, tenant_id, tmp_path) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert WORDS not in await held(house, tenant_id)
        assert (await client.post(f"/v1/customers/{other}:erase", json=REASON)).json()["erased_at"].startswith("20")
        told = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject = 'huiyin.CustomerErased'"
        assert await one(house, told, tenant_id) == 3
    async with restarted(house, tenant_id, tmp_path) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert await one(house, told, tenant_id) == 3, "what is done is not done again"


async def test_a_deleted_tenant_is_not_brought_back_by_its_ledger(
    house: House, tenant_id: UUID, tmp_path: Path
) -> None:
    gone = new_id()
    ledger(
        tmp_path, LedgerEntry(new_id(), gone, ErasureKind.CUSTOMER, new_id(), (), ErasureReason.RETENTION_OVER, MOMENT)
    )
    await one(house, "INSERT INTO forgotten_tenant (tenant_id) VALUES ($1)", gone)
    async with restarted(house, tenant_id, tmp_path) as client:
        assert (await client.get("/readyz")).status_code == 200
    for table in ("erasure", "outbox", "tenant_key", "audit", "erased"):
        assert await one(house, f"SELECT count(*) FROM {table} WHERE tenant_id = $1", gone) == 0, table


async def test_the_others_can_be_told_again(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *ALL) as client, door(house, new_id(), *ALL) as stranger:
        customer = await customer_of(house, await post(client, said()))
        await client.post(f"/v1/customers/{customer}:erase", json=REASON)
        assert (await client.post("/v1/erasures:retell")).json() == {"told": 1}
        assert (await stranger.post("/v1/erasures:retell")).json() == {"told": 0}
    told = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND body->'data'->>'customer_id' = $2 AND about IS NULL"
    assert await one(house, told, tenant_id, str(customer)) == 2


async def marks_of(house: House, customer: UUID) -> tuple[tuple[str, str], ...]:
    async with house.query("collector") as owner:
        rows = await owner.fetch("SELECT kind, blind_index FROM identity WHERE customer_id = $1", customer)
    return tuple((row["kind"], row["blind_index"].hex()) for row in rows)


def subjects(entries: Sequence[LedgerEntry]) -> list[UUID]:
    return [entry.subject_id for entry in entries]


async def test_the_ledger_stands_in_a_file_and_is_completed_at_the_start(
    house: House, tenant_id: UUID, tmp_path: Path
) -> None:
    path = tmp_path / LEDGER_FILE
    async with restarted(house, tenant_id, tmp_path) as client:
        customer = await customer_of(house, await post(client, said()))
        await client.post(f"/v1/customers/{customer}:erase", json=REASON)
        assert subjects(read_ledger_file(path)) == [customer]
        assert path.stat().st_mode & 0o777 == 0o600
        text = path.read_text()
        assert not any(value in text for value in (WORDS, *PERSON.values()))
    path.unlink()
    async with restarted(house, tenant_id, tmp_path) as client:
        assert (await client.get("/readyz")).status_code == 200
    assert customer in subjects(read_ledger_file(path))
