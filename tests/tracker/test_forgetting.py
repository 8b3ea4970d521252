"""The tracker forgets whom the collector has erased: cases, letters, and whoever waits to be told."""

from uuid import UUID

import pytest

from services.tracker.reactions import REACTIONS
from services.tracker.use_cases.tell_customers import PLAN_NOTICES
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import CustomerErased, FeedbackClassified, FeedbackErased
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox
from shared.privacy.forget import without_erased
from tests.house_of_test import House
from tests.tracker.desk import MOMENT, classified
from tests.tracker.office import HOME, WORK, Office, office, person


async def hear(database: Database, *facts: Envelope) -> None:
    """As the consumer has it: erasures first, and nobody's words who was erased."""
    kinds: dict[str, type[Event]] = {kind.__name__: kind for kind in REACTIONS}
    async with database.transaction(*{fact.tenant_id for fact in facts}) as tx:
        for name, kind in kinds.items():
            if some := [fact for fact in facts if fact.type == name]:
                await REACTIONS[kind](tx, await without_erased(tx, some))


def erased(tenant_id: UUID, customer: UUID) -> Envelope:
    event = CustomerErased(customer_id=customer, erased_at=MOMENT)
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


async def cases(at: Office) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for case in (await at.us.read("/v1/cases"))["items"]:
        found.setdefault(case["customer_id"], []).append(case["text"])
    return found


async def test_what_a_customer_said_is_blanked_and_stays_blank(house: House, tenant_id: UUID) -> None:
    mine, other = new_id(), new_id()
    async with office(house, tenant_id) as at:
        await hear(at.us.database, classified(tenant_id, mine), classified(tenant_id, other))
        await hear(at.us.database, erased(tenant_id, mine), classified(tenant_id, mine))
        await hear(at.us.database, classified(tenant_id, mine), erased(tenant_id, mine))
        assert await cases(at) == {str(mine): ["", "", ""], str(other): ["跳闸"]}
        seen = (await at.us.read("/v1/cases"))["items"]
        assert {case["customer_id"]: case["erased_at"] is None for case in seen} == {str(mine): False, str(other): True}
        async with house.query("tracker") as owner:
            noted = "SELECT count(*) FROM audit WHERE tenant_id = $1 AND verb = 'customer.forget' AND object_id = $2"
            assert await owner.fetchval(noted, tenant_id, mine) == 2


@pytest.mark.parametrize("comes_first", [CustomerErased, FeedbackClassified])
async def test_one_feedback_is_blanked_in_either_order(house: House, tenant_id: UUID, comes_first: type[Event]) -> None:
    said = classified(tenant_id, None)
    gone = FeedbackErased(feedback_id=said.data["feedback"]["feedback_id"], erased_at=MOMENT)
    both = [outbox.seal(tenant_id, gone, at=MOMENT, trace_id="t"), said]
    async with office(house, tenant_id) as at:
        for fact in both if comes_first is CustomerErased else reversed(both):
            await hear(at.us.database, fact)
        assert await cases(at) == {None: [""]}


async def test_letters_and_addresses_go_and_the_ledger_stays(house: House, tenant_id: UUID) -> None:
    told, other = person(WORK), person(HOME)
    async with office(house, tenant_id) as at:
        await at.close(told, other)
        await at.work()
        assert await at.ledger() == [("sent", None)] * 2
        await hear(at.us.database, erased(tenant_id, told.customer_id))
        notices = (await at.us.read("/v1/notices"))["items"]
    by_customer = {UUID(one["customer_id"]): one for one in notices}
    gone, kept = by_customer[told.customer_id], by_customer[other.customer_id]
    assert (gone["state"], gone["subject"], gone["text"], gone["address_id"]) == ("sent", "", "", None)
    assert kept["text"]
    assert kept["address_id"]


async def test_who_waits_to_be_told_is_not_told_after_the_erasure(house: House, tenant_id: UUID) -> None:
    waiting = person(WORK)
    async with office(house, tenant_id) as at:
        await at.close(waiting)
        await at.lane(None).work(await at.claim(PLAN_NOTICES))
        assert await at.ledger() == [("queued", None)]
        await hear(at.us.database, erased(tenant_id, waiting.customer_id))
        await at.work()  # Even though the collector here still knows an address.
        assert await at.ledger() == [("skipped", "unknown_customer")]
        assert at.mails.mails == []
