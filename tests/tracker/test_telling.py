"""What may be known before an action is closed, and changed: whom it would tell, and what they would read."""

from itertools import pairwise
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.tracker.domain.action_states import MOVES, ActionState, steps_to
from services.tracker.domain.telling import Reason, tally
from shared.access.scopes import Scope
from shared.contracts.reach import CUSTOMERS_MAX, PeopleOut, PersonOut
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import House, running
from tests.tracker.desk import ANY_VERSION, desk
from tests.tracker.office import CLAIMED, CLOSING, HOME, PHONE, WORK, person


def test_of_several_who_share_an_address_the_first_is_told() -> None:
    seen = tally([None, person(WORK), person(WORK), person(HOME, language=Language.EN), person(CLAIMED), person(PHONE)])
    assert dict(seen.told) == {Language.ZH: 1, Language.EN: 1}
    reasons = (Reason.UNKNOWN_CUSTOMER, Reason.ALREADY_TOLD, Reason.NOT_VERIFIED, Reason.NO_ADDRESS)
    assert dict(seen.skipped) == dict.fromkeys(reasons, 1)


@pytest.mark.parametrize("state", ActionState)
def test_what_is_lacking_is_a_way_by_legal_moves(state: ActionState) -> None:
    assert steps_to(state, state) == ()
    for to in set(ActionState) - {state, ActionState.DRAFT}:
        way = (state, *steps_to(state, to))
        assert way[-1] is to
        assert all(there in MOVES[here] for here, there in pairwise(way))


class Collector:
    """The collector's door, with people behind it; it notes how many were asked for at once."""

    def __init__(self) -> None:
        self.people: dict[UUID, PersonOut] = {}
        self.asked: list[int] = []
        self.app = FastAPI()
        self.app.post("/v1/addresses:read")(self.answer)

    async def answer(self, request: Request) -> Response:
        wanted = [UUID(one) for one in (await request.json())["customer_ids"]]
        self.asked.append(len(wanted))
        found = PeopleOut(people=[self.people[one] for one in wanted if one in self.people])
        return Response(found.model_dump_json(), media_type="application/json")


async def test_the_preview_counts_and_tells_nobody(house: House, tenant_id: UUID) -> None:
    collector = Collector()
    strangers = [new_id() for _ in range(CUSTOMERS_MAX)]
    known = [person(WORK), person(HOME, has_consent=False), person(HOME, language=Language.EN)]
    collector.people = {one.customer_id: one for one in known}
    async with on_a_port(collector.app) as url, desk(house, tenant_id, collector_url=url) as us:
        action = await us.action_for(await us.problem_of(*strangers, *collector.people))
        seen = await us.read(f"/v1/actions/{action}/telling")
        assert (seen["customers"], seen["counted"], seen["told"]) == (CUSTOMERS_MAX + 3, CUSTOMERS_MAX + 3, 2)
        assert seen["languages"] == {"zh": 1, "en": 1}
        assert seen["skipped"] == {"unknown_customer": CUSTOMERS_MAX, "no_consent": 1}
        assert seen["mails_leave"] is False
        letters = {letter["language"]: letter["text"] for letter in seen["letters"]}
        assert "已更换继电器。" in letters["zh"]
        assert "The relay was replaced." in letters["en"]
        assert all(letter["has_answer"] for letter in seen["letters"])
        assert WORK.value not in str(seen)
        assert sorted(collector.asked) == [3, CUSTOMERS_MAX]
        assert (await us.read("/v1/notices"))["items"] == []
        await us.walk(action, *CLOSING)
        answer = await us.client.get(f"/v1/actions/{action}/telling")
        assert (answer.status_code, answer.json()["code"]) == (409, "action_closed")


async def test_a_preview_waits_for_the_collector_and_is_for_who_may_close(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of(new_id()))
        answer = await us.client.get(f"/v1/actions/{action}/telling")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await us.client.get(f"/v1/actions/{new_id()}/telling")).status_code == 404
    key = await house.new_key(tenant_id, Scope.WORK_READ)
    async with running(house.app("tracker"), key) as viewer:
        assert (await viewer.get(f"/v1/actions/{action}/telling")).status_code == 403


async def test_texts_change_until_customers_have_read_them(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        path = f"/v1/actions/{action}"
        said = {"title": "换同批次继电器", "answers": {"zh": "已全部更换。"}}
        changed = await us.client.patch(path, json=said, headers={"If-Match": '"1-en"'})
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert {name: changed.json()[name] for name in said} == said
        again = await us.client.patch(path, json={"title": said["title"]}, headers=ANY_VERSION)
        assert again.json()["version"] == 2
        stale = await us.client.patch(path, json=said, headers={"If-Match": '"1-en"'})
        assert stale.status_code == 412
        await us.walk(action, *CLOSING)
        late = await us.client.patch(path, json={"title": "x"}, headers=ANY_VERSION)
        assert (late.status_code, late.json()["code"]) == (409, "action_closed")
        assert (await us.client.patch(f"/v1/actions/{new_id()}", json={}, headers=ANY_VERSION)).status_code == 404
