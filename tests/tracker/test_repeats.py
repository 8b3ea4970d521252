"""A case says that its statement was told before; it stays a case, and its customer gets the answer."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from shared.access.scopes import Role
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import CustomerErased, DuplicateLinked, DuplicateUnlinked
from shared.ids import new_id
from shared.messaging import outbox
from tests.house_of_test import House
from tests.tracker.desk import MOMENT, classified, desk
from tests.tracker.office import CLOSING, HOME, WORK, office, person
from tests.tracker.people import people_of
from tests.tracker.test_forgetting import hear
from tests.tracker.test_overview import make_tenant


def sealed(tenant_id: UUID, event: Event) -> Envelope:
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


def linked(tenant_id: UUID, feedback_id: UUID, original_id: UUID, *, minute: int = 0) -> Envelope:
    at = MOMENT + timedelta(minutes=minute)
    event = DuplicateLinked(feedback_id=feedback_id, original_id=original_id, likeness=0.9, linked_at=at)
    return sealed(tenant_id, event)


def unlinked(tenant_id: UUID, feedback_id: UUID, original_id: UUID, *, minute: int) -> Envelope:
    at = MOMENT + timedelta(minutes=minute)
    event = DuplicateUnlinked(feedback_id=feedback_id, original_id=original_id, likeness=0.9, unlinked_at=at)
    return sealed(tenant_id, event)


async def test_a_case_names_the_first_time_and_the_first_counts_the_others(house: House, tenant_id: UUID) -> None:
    first, again = new_id(), new_id()
    async with desk(house, tenant_id) as us:
        await hear(us.database, linked(tenant_id, again, first))  # Before either was classified.
        cases = await us.open([classified(tenant_id, None, feedback_id=one) for one in (first, again)])
        seen = await us.read(f"/v1/cases/{cases[1]}")
        assert (seen["duplicate_of"]["case_id"], seen["duplicate_of"]["likeness"]) == (cases[0], 0.9)
        assert seen["told_again"] == 0
        original = await us.read(f"/v1/cases/{cases[0]}")
        assert (original["duplicate_of"], original["told_again"]) == (None, 1)


async def test_the_page_of_a_case_leads_to_the_first_time(house: House, tenant_id: UUID) -> None:
    first, again = new_id(), new_id()
    async with people_of(house, tenant_id) as people, desk(house, tenant_id) as us:
        await make_tenant(house, tenant_id)
        cases = await us.open([classified(tenant_id, None, feedback_id=one) for one in (first, again)])
        await hear(us.database, linked(tenant_id, again, first))
        reader = await people.join("reader", Role.VIEWER)
        for language, words in (("en", ("Told again", "Others who")), ("zh", ("重复反馈", "其他相同反馈"))):
            cookie = f"huiyin_session={reader.token}; huiyin_language={language}"
            headers = {"Cookie": cookie, "Authorization": ""}
            pages = [(await people.client.get(f"/console/cases/{case}", headers=headers)).text for case in cases]
            assert words[0] in pages[1]
            assert f'href="/console/cases/{cases[0]}"' in pages[1]
            assert words[1] in pages[0]
            assert words[0] not in pages[0]


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
async def test_the_latest_of_several_facts_holds(house: House, tenant_id: UUID, order: tuple[int, ...]) -> None:
    first, second, again = new_id(), new_id(), new_id()
    facts = [
        linked(tenant_id, again, second, minute=0),
        unlinked(tenant_id, again, second, minute=1),
        linked(tenant_id, again, first, minute=2),
    ]
    async with desk(house, tenant_id) as us:
        for number in order:
            await hear(us.database, facts[number])
        await hear(us.database, *(facts[number] for number in order))
        cases = await us.open([classified(tenant_id, None, feedback_id=one) for one in (first, second, again)])
        assert (await us.read(f"/v1/cases/{cases[2]}"))["duplicate_of"]["case_id"] == cases[0]
        await hear(us.database, unlinked(tenant_id, again, first, minute=3))
        assert (await us.read(f"/v1/cases/{cases[2]}"))["duplicate_of"] is None


async def test_the_customers_of_both_keep_a_case_and_each_gets_the_answer_once(house: House, tenant_id: UUID) -> None:
    one, other = person(WORK), person(HOME)
    first, again = new_id(), new_id()
    async with office(house, tenant_id) as at:
        at.book.know(one, other)
        facts = [
            classified(tenant_id, one.customer_id, feedback_id=first),
            classified(tenant_id, other.customer_id, feedback_id=again),
        ]
        cases = await at.us.open(facts)
        await hear(at.us.database, linked(tenant_id, again, first))
        problem = (await at.us.post("/v1/problems", 201, title="跳闸", case_ids=cases))["id"]
        action = await at.us.action_for(problem)
        await at.us.walk(action, *CLOSING)
        await at.work()
        told = {notice["customer_id"]: notice["state"] for notice in (await at.us.read("/v1/notices"))["items"]}
        assert told == {str(one.customer_id): "sent", str(other.customer_id): "sent"}
        assert [case["state"] for case in (await at.us.read("/v1/cases"))["items"]] == ["answered", "answered"]


async def test_a_first_time_that_was_erased_is_named_no_more(house: House, tenant_id: UUID) -> None:
    first, again, customer = new_id(), new_id(), new_id()
    async with desk(house, tenant_id) as us:
        whose = {first: customer, again: None}
        cases = await us.open([classified(tenant_id, who, feedback_id=one) for one, who in whose.items()])
        await hear(us.database, linked(tenant_id, again, first))
        gone = sealed(tenant_id, CustomerErased(customer_id=customer, erased_at=MOMENT))
        await hear(us.database, gone)
        await hear(us.database, linked(tenant_id, again, first, minute=1))
        assert (await us.read(f"/v1/cases/{cases[1]}"))["duplicate_of"] is None
