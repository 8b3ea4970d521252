"""Who is who, in which language, with whose leave, and that nobody reads it who may not."""

import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.collector.store.keyring import Keyring, TenantKeys
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.crypto import SealBrokenError, new_key, place, read_master_key, seal, unseal
from shared.database import Database
from tests.house_of_test import House, running

Person = dict[str, str]


class Counter:
    """The collector of one test, and what stands behind it."""

    def __init__(self, house: House, tenant_id: UUID, client: httpx.AsyncClient) -> None:
        self._house, self._tenant_id, self.client = house, tenant_id, client

    async def hear(self, person: Person, **more: Any) -> UUID:  # noqa: ANN401 - any field of a feedback
        [customer] = await self.hear_all([{"text": "坏了", "customer": person} | more])
        return customer

    async def hear_all(self, bodies: Sequence[dict[str, Any]]) -> list[UUID]:
        """One batch; the customer of each."""
        answer = await self.client.post("/v1/feedback:batch", json={"items": list(bodies)})
        ids = [item["id"] for item in answer.json()["items"]]
        async with self._house.query("collector") as owner:
            found = await owner.fetch("SELECT id, customer_id FROM feedback WHERE tenant_id = $1", self._tenant_id)
        customers = {str(row["id"]): row["customer_id"] for row in found}
        return [customers[identifier] for identifier in ids]

    async def read(self, *customers: UUID, purpose: str = "reply") -> list[dict[str, Any]]:
        asked = {"customer_ids": [str(customer) for customer in customers], "purpose": purpose}
        answer = await self.client.post("/v1/addresses:read", json=asked)
        assert answer.status_code == 200
        by_id = {person["customer_id"]: person for person in answer.json()["people"]}
        return [by_id[str(customer)] for customer in customers]


@asynccontextmanager
async def counter(house: House, tenant_id: UUID, *scopes: Scope, kind: Kind | None = None) -> AsyncIterator[Counter]:
    key = await house.new_key(tenant_id, *(scopes or (Scope.OPERATOR,)), kind=kind)
    async with running(house.app("collector"), key) as client:
        yield Counter(house, tenant_id, client)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"external_id": "z1"}, {"external_id": " z1 ", "email": "z@example.test"}),
        ({"email": "Zhang@Example.test"}, {"email": " zhang@example.TEST", "phone": "13800000000"}),
        ({"email": "zhang@example.test"}, {"email": "ｚｈａｎｇ@example.test"}),
        ({"phone": "+86 138-0000-0000"}, {"phone": "（+86）13800000000"}),
        ({"phone": "+86 138-0000-0000"}, {"phone": "13800000000"}),
        ({"phone": "0086 13800000000"}, {"phone": "8613800000000"}),
        ({"email": "z@example.test"}, {"external_id": "z1", "email": "z@example.test"}),
        ({"phone": "13800000000"}, {"external_id": "z1", "phone": "13800000000"}),
        ({"external_id": "z1", "email": "z@example.test"}, {"email": "z@example.test"}),
    ],
)
async def test_one_person_is_one_customer(house: House, tenant_id: UUID, first: Person, second: Person) -> None:
    async with counter(house, tenant_id) as desk:
        assert await desk.hear(first) == await desk.hear(second)


async def test_who_is_named_by_nothing_is_nobody(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk:
        assert await desk.hear({"name": "张"}) is None


async def test_two_external_ids_are_two_people_even_with_one_address(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk:
        mother = await desk.hear({"external_id": "mother", "email": "home@example.test"})
        father = await desk.hear({"external_id": "father", "email": "HOME@example.test"})
        assert mother != father
        hers, his = await desk.read(mother, father)
        assert hers["addresses"][0]["address_id"] == his["addresses"][0]["address_id"]


async def test_the_same_people_are_another_tenants_strangers(house: House, tenant_id: UUID) -> None:
    person = {"external_id": "z1", "email": "z@example.test"}
    async with counter(house, tenant_id) as ours, counter(house, UUID(int=tenant_id.int ^ 1)) as theirs:
        mine, other = await ours.hear(person), await theirs.hear(person)
        assert mine != other
        [here], [there] = await ours.read(mine), await theirs.read(other)
        assert here["addresses"][0]["address_id"] != there["addresses"][0]["address_id"]
        asked = {"customer_ids": [str(other)], "purpose": "reply"}
        assert (await ours.client.post("/v1/addresses:read", json=asked)).json() == {"people": []}


def partition(customers: Sequence[UUID]) -> list[int]:
    return [list(customers).index(customer) for customer in customers]


async def test_a_batch_recognises_people_as_single_posts_do(house: House, tenant_id: UUID) -> None:
    marks: list[Person] = [{"external_id": x} if x else {} for x in ("", "x", "y")]
    kinds = [a | b | c for a, b, c in product(marks, [{}, {"email": "e"}], [{}, {"phone": "1000"}])]
    kinds = [kind for kind in kinds if kind]
    some = list(product(kinds, repeat=3))[::29]
    telling = [
        ({"email": "e", "phone": "1000"}, {"external_id": "x", "email": "e"}, {"external_id": "y", "phone": "1000"})
    ]
    async with counter(house, tenant_id) as desk:
        for number, people in enumerate([*telling, *some]):
            alone = [own(person, f"{2 * number:04}") for person in people]
            together = [own(person, f"{2 * number + 1:04}") for person in people]
            one_by_one = [await desk.hear(person) for person in alone]
            at_once = await desk.hear_all([{"text": "x", "customer": person} for person in together])
            assert partition(at_once) == partition(one_by_one), people


def own(person: Person, number: str) -> Person:
    """The same kind of person, whom no other try knows."""
    made = {kind: value + number for kind, value in person.items()}
    return made | ({"email": f"{made['email']}@example.test"} if "email" in made else {})


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ([{"text": "热水器跳闸"}], "zh"),
        ([{"text": "The heater trips"}], "en"),
        ([{"text": "热水器跳闸", "language": "en-GB"}], "en"),
        ([{"text": "热水器跳闸"}, {"text": "The heater trips"}], "zh"),
        ([{"text": "热水器跳闸"}, {"text": "热水器", "language": "en"}], "en"),
        ([{"text": "The heater", "language": "zh-CN"}, {"text": "The heater"}], "zh"),
    ],
)
async def test_a_language_given_counts_before_that_of_the_script(
    house: House, tenant_id: UUID, said: list[dict[str, Any]], language: str
) -> None:
    async with counter(house, tenant_id) as desk:
        for body in said:
            customer = await desk.hear({"external_id": "z1"}, **body)
        [person] = await desk.read(customer)
        assert person["language"] == language


async def test_the_newest_consent_counts_and_none_is_no(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk:

        async def after(*purposes: str) -> list[bool]:
            await desk.hear({"external_id": "z1"}, consent={"purposes": purposes})
            return [(await desk.read(customer, purpose=p))[0]["has_consent"] for p in ("reply", "research", "training")]

        customer = await desk.hear({"external_id": "z1"})
        assert [(await desk.read(customer))[0]["has_consent"]] == [False]
        assert await after("reply", "research") == [True, True, False]
        await desk.hear({"external_id": "z1"})
        assert await after("research") == [False, True, False]
        assert await after() == [False, False, False]
        bodies = [{"text": "x", "customer": {"external_id": "z1"}, "consent": {"purposes": p}} for p in ([], ["reply"])]
        await desk.hear_all(bodies)
        assert [(await desk.read(customer))[0]["has_consent"]] == [True]


async def test_reading_addresses_needs_its_own_scope_and_is_noted(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id, Scope.FEEDBACK_WRITE) as desk:
        customer = await desk.hear({"email": "z@example.test"})
        asked = {"customer_ids": [str(customer)], "purpose": "reply"}
        assert (await desk.client.post("/v1/addresses:read", json=asked)).status_code == 403
    async with counter(house, tenant_id, Scope.ADDRESSES_READ) as desk, house.query("collector") as owner:
        await desk.read(customer)
        noted = await owner.fetch(
            "SELECT detail::text, why FROM audit WHERE tenant_id = $1 AND verb = 'address.read'", tenant_id
        )
        assert [(row["detail"], row["why"]) for row in noted] == [('{"count": 1}', "reply")]
        asked = {"customer_ids": [str(customer)] * 201, "purpose": "reply"}
        assert (await desk.client.post("/v1/addresses:read", json=asked)).status_code == 422


async def spoken(house: House, tenant_id: UUID, kind: Kind, person: Person, **more: Any) -> UUID:  # noqa: ANN401 - any field of a feedback
    async with counter(house, tenant_id, Scope.FEEDBACK_WRITE, kind=kind) as sender:
        return await sender.hear(person, **more)


AGREES: dict[str, Any] = {"consent": {"purposes": ["reply"]}}
REFUSES: dict[str, Any] = {"consent": {"purposes": []}}


async def test_what_somebody_claims_names_nobody_whom_the_company_vouched_for(house: House, tenant_id: UUID) -> None:
    person = {"external_id": "z1", "email": "z@example.test"}
    vouched = await spoken(house, tenant_id, Kind.SECRET, person, **REFUSES)
    claimed = await spoken(house, tenant_id, Kind.PUBLISHABLE, person | {"language": "en"}, **AGREES)
    assert vouched != claimed
    assert await spoken(house, tenant_id, Kind.SECRET, person) == vouched
    assert await spoken(house, tenant_id, Kind.PUBLISHABLE, person) == claimed
    async with counter(house, tenant_id) as desk:
        ours, theirs = await desk.read(vouched, claimed)
        assert (ours["has_consent"], ours["addresses"][0]["is_verified"]) == (False, True)
        assert (theirs["has_consent"], theirs["addresses"][0]["is_verified"]) == (True, False)
        assert ours["language"] == "zh"
        found = await desk.client.post("/v1/customers:find", json={"by": "external_id", "value": "z1"})
        assert {one["id"] for one in found.json()["items"]} == {str(vouched), str(claimed)}


async def test_a_stranger_cannot_have_a_customers_answers_sent_to_themselves(house: House, tenant_id: UUID) -> None:
    victim = await spoken(house, tenant_id, Kind.SECRET, {"external_id": "c902", "phone": "13800000001"})
    await spoken(house, tenant_id, Kind.PUBLISHABLE, {"external_id": "c902", "email": "mallory@example.test"})
    mallory = await spoken(house, tenant_id, Kind.SECRET, {"email": "mallory@example.test"})
    assert mallory != victim
    async with counter(house, tenant_id) as desk:
        [seen] = await desk.read(victim)
        assert [address["value"] for address in seen["addresses"]] == ["13800000001"]


CANARY = {
    "external_id": "canary-account-88121",
    "email": "Canary.Reader@example.test",
    "phone": "+86 138 0013 8121",
    "name": "金丝雀女士",
}


async def dump(house: House, service: str) -> str:
    """Everything that this service has on disk, as text."""
    async with house.query(service) as owner:
        tables = await owner.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        lines = [row[0] for table in tables for row in await owner.fetch(f"SELECT t::text FROM {table['relname']} t")]
    return "\n".join(lines)


async def test_contact_data_stands_nowhere_in_the_clear(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk:
        customer = await desk.hear(CANARY)
        [person] = await desk.read(customer)
        assert {address["value"] for address in person["addresses"]} == {CANARY["email"], CANARY["phone"]}
    held = (await dump(house, "collector")).casefold()
    assert str(customer) in held
    spellings = {value.casefold() for value in CANARY.values()} | {"+8613800138121", "13800138121"}
    found = [said for said in spellings if said in held or said.encode().hex() in held]
    assert found == []


async def keys_of(house: House, tenant_id: UUID, master_key: bytes) -> TenantKeys:
    database = Database(house.url("collector", "app"))
    await database.open()
    try:
        async with database.transaction(tenant_id) as tx:
            return await Keyring(master_key).keys_of(tx, tenant_id)
    finally:
        await database.close()


async def test_a_sealed_cell_opens_only_in_its_place_and_with_its_key(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk:
        people = [await desk.hear({"external_id": name, "email": f"{name}@example.test"}) for name in ("a", "b")]
    keys = await keys_of(house, tenant_id, read_master_key(house.data.keys / "master.key"))
    async with house.query("collector") as owner:
        addresses = await owner.fetch("SELECT * FROM address WHERE tenant_id = $1", tenant_id)
        person_keys = await owner.fetch("SELECT * FROM person_key WHERE tenant_id = $1", tenant_id)
    cells = {row["customer_id"]: row for row in addresses}
    wrapped = {row["id"]: row["wrapped_key"] for row in person_keys}
    mine, other = (keys.unwrap_person_key(wrapped[who], who) for who in people)
    cell, beside = (cells[who] for who in people)
    here = place(tenant_id, "address", "sealed", cell["id"])
    assert unseal(mine, cell["sealed"], here) == b"a@example.test"
    changed = cell["sealed"][:-1] + bytes([cell["sealed"][-1] ^ 1])
    for key, sealed, where in [
        (other, cell["sealed"], here),
        (mine, cell["sealed"], place(tenant_id, "address", "sealed", beside["id"])),
        (mine, cell["sealed"], place(UUID(int=1), "address", "sealed", cell["id"])),
        (mine, beside["sealed"], here),
        (mine, changed, here),
        (mine, b"", here),
        (mine, b"\x01", here),
        (mine, seal(other, b"x", here), here),
    ]:
        with pytest.raises(SealBrokenError):
            unseal(key, sealed, where)
    with pytest.raises(SealBrokenError):
        keys.unwrap_person_key(wrapped[people[0]], people[1])
    with pytest.raises(SealBrokenError):
        await keys_of(house, tenant_id, new_key())


async def test_a_cell_that_was_moved_is_not_read_out(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as desk, house.query("collector") as owner:
        mine = await desk.hear({"external_id": "a", "email": "a@example.test"})
        other = await desk.hear({"external_id": "b", "email": "b@example.test"})
        swap = "UPDATE address SET sealed = (SELECT sealed FROM address WHERE customer_id = $1) WHERE customer_id = $2"
        await owner.execute(swap, other, mine)
        asked = {"customer_ids": [str(mine)], "purpose": "reply"}
        answer = await desk.client.post("/v1/addresses:read", json=asked)
        assert answer.status_code == 500
        assert "example.test" not in answer.text


async def test_the_keys_of_the_instance_are_for_its_owner_alone(house: House) -> None:
    files = [house.data.keys / "master.key", *house.data.keys.glob("*.key"), *house.data.keys.glob("*.json")]
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}
    assert set(modes.values()) == {0o600}, modes
