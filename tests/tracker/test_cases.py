"""Cases at their doors: found by what one asks for, changed along the table, and nothing lost of their history."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.tracker.domain.case_states import MOVES, SENTENCES, CaseState, CloseReason
from services.tracker.domain.margins import margin_of
from services.tracker.store.members import read_member
from shared.access.scopes import Role
from shared.clock import now
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.desk import ANY_VERSION, Desk, classified, desk
from tests.tracker.people import Signed, people_of

RANKED = [{"category": "product_issue/electrical", "probability": 0.6}, {"category": "praise", "probability": 0.25}]
TERMS = [{"term": "跳闸", "weight": 1.5}]


def closing(to: CaseState) -> dict[str, Any]:
    return {"state": to} | ({"close_reason": CloseReason.SPAM} if to is CaseState.CLOSED else {})


def way_to(state: CaseState) -> list[CaseState]:
    """From new it is one step to every state."""
    return [] if state is CaseState.NEW else [state]


@pytest.mark.parametrize("state", CaseState)
def test_every_state_has_moves_sentences_and_a_way_to_it(state: CaseState) -> None:
    assert MOVES.get(state), f"{state} leads nowhere"
    assert state not in MOVES[state]
    assert CaseState.NEW not in MOVES[state]
    assert len(set(MOVES[state])) == len(MOVES[state])
    assert set(SENTENCES.get(state, {})) == set(Language), f"{state} does not speak both languages"
    assert set(way_to(state)) <= set(MOVES[CaseState.NEW])


def test_the_margin_is_the_lead_of_the_first_choice_or_the_least_it_can_be() -> None:
    assert margin_of([0.6, 0.25, 0.1], 0.6) == pytest.approx(0.35)
    assert [margin_of([], confidence) for confidence in (0.3, 0.5, 0.75)] == [0, 0, 0.5]


def refusal(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    document: dict[str, Any] = answer.json()
    return document


async def one(us: Desk, **more: Any) -> str:  # noqa: ANN401 - any part of the fact
    [case] = await us.open([classified(us.tenant_id, more.pop("customer_id", None), **more)])
    return f"/v1/cases/{case}"


@pytest.mark.parametrize("state", CaseState)
async def test_the_door_makes_the_moves_of_the_table_and_no_other(
    house: House, tenant_id: UUID, state: CaseState
) -> None:
    async with desk(house, tenant_id) as us:
        path = await one(us)
        for step in way_to(state):
            await us.patch(path, 200, **closing(step))
        before = await us.read(path)
        assert (before["state"], before["legal_moves"]) == (state, list(MOVES[state]))
        for to in set(CaseState) - set(MOVES[state]) - {state}:
            refused = refusal(
                await us.client.patch(path, json=closing(to), headers=ANY_VERSION), 409, "illegal_case_move"
            )
            assert (refused["state"], refused["legal_moves"]) == (state, list(MOVES[state]))
        assert await us.read(path) == before
        for to in MOVES[state]:
            other = await one(us)
            for step in (*way_to(state), to):
                after = await us.patch(other, 200, **closing(step))
            assert (after["state"], after["close_reason"]) == (to, "spam" if to is CaseState.CLOSED else None)
            whole = await us.read(other)
            assert [event["detail"]["state"][1] for event in whole["history"][1:]] == [*way_to(state), to]


async def test_a_case_is_read_whole(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        path = await one(us, ranked=RANKED, terms=TERMS, urgency_terms=TERMS)
        case = path.rpartition("/")[2]
        problem = await us.post("/v1/problems", 201, title="跳闸", case_ids=[case])
        whole = await us.read(path)
        assert (whole["ranked"], whole["terms"], whole["urgency_terms"]) == (RANKED, TERMS, TERMS)
        assert whole["margin"] == pytest.approx(0.35)
        assert whole["problems"] == [{"id": problem["id"], "title": "跳闸"}]
        assert [(event["kind"], event["detail"]) for event in whole["history"]] == [
            ("opened", {}), ("joined", {"problem": problem["id"]}), ("changed", {"state": ["new", "open"]}),
        ]  # fmt: skip
        assert [event["by"] for event in whole["history"]] == ["tracker", "test", "test"]
        [listed] = (await us.read("/v1/cases"))["items"]
        assert listed.items() <= whole.items()
        assert (whole["model_category"], whole["model_urgency"]) == (whole["category"], whole["urgency"])
        refusal(await us.client.get(f"/v1/cases/{new_id()}"), 404, "unknown_case")


async def test_what_an_older_classifier_said_opens_a_case_without_reasons(house: House, tenant_id: UUID) -> None:
    fact = classified(tenant_id, None)
    for name in ("ranked", "terms", "urgency_terms"):
        del fact.data[name]
    async with desk(house, tenant_id) as us:
        [case] = await us.open([fact])
        whole = await us.read(f"/v1/cases/{case}")
    assert (whole["ranked"], whole["terms"], whole["margin"]) == ([], [], pytest.approx(0.8))


async def test_each_part_is_changed_by_itself_and_taken_back(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as at:
        member = (await at.invite("a", Role.AGENT))["member"]["id"]
        us = Desk(tenant_id, at.client, at.database)
        path = await one(us)
        until = (now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
        steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
            ({"assignee_id": member}, {"assignee_id": [None, member]}),
            ({"assignee_id": None}, {"assignee_id": [member, None]}),
            ({"snoozed_until": until}, {"snoozed_until": [None, until]}),
            ({"tags": ["加急", " 门店 ", "加急"]}, {"tags": [[], ["加急", "门店"]]}),
            ({"tags": []}, {"tags": [["加急", "门店"], []]}),
        ]
        version = 1
        for wanted, noted in steps:
            changed = await us.patch(path, 200, **wanted)
            version += 1
            assert changed["version"] == version
            last = (await us.read(path))["history"][-1]
            assert {name: [str(part) for part in pair] for name, pair in last["detail"].items()} == {
                name: [str(part).replace("Z", "+00:00") if name == "snoozed_until" else str(part) for part in pair]
                for name, pair in noted.items()
            }
        assert (await us.patch(path, 200, snoozed_until=None))["snoozed_until"] is None
        assert (await us.patch(path, 200, tags=[]))["version"] == version + 1, "what is so already is no change"


async def test_who_says_the_verdict_has_reviewed_the_case(house: House, tenant_id: UUID) -> None:
    customer = new_id()
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        path = await one(us, customer_id=customer)
        told = "SELECT body::text FROM outbox WHERE tenant_id = $1 AND subject LIKE '%VerdictCorrected' ORDER BY seq"
        reviewed = await us.patch(path, 200, reviewed=True)
        assert reviewed["reviewed_at"]
        assert (await us.patch(path, 200, reviewed=False))["reviewed_at"] is None
        assert await owner.fetch(told, tenant_id) == []
        right = await us.patch(path, 200, category="product_issue/electrical")
        assert right["reviewed_at"]
        wrong = await us.patch(path, 200, category="praise", urgency="low")
        assert (wrong["category"], wrong["model_category"]) == ("praise", "product_issue/electrical")
        undone = await us.patch(path, 200, category="product_issue/electrical", urgency="high", reviewed=False)
        assert undone["reviewed_at"] is None
        facts = [json.loads(row["body"])["data"] for row in await owner.fetch(told, tenant_id)]
        assert [(fact["category"], fact["urgency"]) for fact in facts] == [
            ("product_issue/electrical", "high"), ("praise", "low"), ("product_issue/electrical", "high"),
        ]  # fmt: skip
        assert {(fact["text"], fact["customer_id"], fact["feedback_id"]) for fact in facts} == {
            ("跳闸", str(customer), right["feedback_id"])
        }
        assert facts[0]["corrected_at"] < facts[1]["corrected_at"] < facts[2]["corrected_at"]


async def test_a_change_leaves_one_line_without_anybodys_words(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        path = await one(us)
        await us.patch(path, 200, state="open", tags=["张三"])
        refused = await us.client.patch(path, json={"state": "new"}, headers=ANY_VERSION)
        assert refused.status_code == 409
        rows = await owner.fetch(
            "SELECT object_id, before::text, after::text FROM audit WHERE tenant_id = $1 AND verb = 'case.change'",
            tenant_id,
        )
        [(case, before, after)] = [tuple(row) for row in rows]
        assert str(case) == path.rpartition("/")[2]
        assert (json.loads(before), json.loads(after)) == ({"state": "new", "tags": 0}, {"state": "open", "tags": 1})


async def test_of_twenty_at_once_on_one_version_one_wins(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        path = await one(us)
        seen = (await us.client.get(path)).headers["ETag"]
        refusal(await us.client.patch(path, json={"state": "open"}), 428, "version_required")
        answers = await asyncio.gather(
            *(us.client.patch(path, json={"state": "open"}, headers={"If-Match": seen}) for _ in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
        assert (await us.client.get(path, headers={"If-None-Match": seen})).status_code == 200
        tag = (await us.client.get(path)).headers["ETag"]
        assert (await us.client.get(path, headers={"If-None-Match": tag})).status_code == 304


BAD_CHANGES: list[tuple[dict[str, Any], str, str]] = [
    ({"state": "closed"}, "/close_reason", "close_reason_missing"),
    ({"close_reason": "spam"}, "/close_reason", "close_reason_alone"),
    ({"state": "open", "close_reason": "spam"}, "/close_reason", "close_reason_alone"),
    ({"state": None}, "/state", "not_one_of"),
    ({"assignee_id": str(UUID(int=1))}, "/assignee_id", "unknown_assignee"),
    ({"snoozed_until": "2020-01-01T00:00:00Z"}, "/snoozed_until", "not_soon"),
    ({"snoozed_until": "9999-12-31T23:59:59-14:00"}, "/snoozed_until", "not_soon"),
    ({"snoozed_until": "2027-01-01T00:00:00"}, "/snoozed_until", "time_without_zone"),
    ({"tags": ["x" * 41]}, "/tags/0", "too_long"),
    ({"tags": ["x"] * 21}, "/tags", "too_many"),
    ({"tags": [" "]}, "/tags/0", "empty"),
    ({"category": "Not A Category"}, "/category", "bad_characters"),
    ({"category": None}, "/category", "not_text"),
    ({"urgency": "huge"}, "/urgency", "not_one_of"),
    ({"text": "x"}, "/text", "unknown_field"),
]


async def test_bad_changes_are_refused_by_field(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        path = await one(us)
        before = await us.read(path)
        for body, pointer, code in BAD_CHANGES:
            answer = await us.client.patch(path, json=body, headers=ANY_VERSION)
            [error] = refusal(answer, 422, "invalid")["errors"]
            assert (error["pointer"], error["code"]) == (pointer, code), body
        assert await us.read(path) == before
        refusal(await us.client.patch(f"/v1/cases/{new_id()}", json={}, headers=ANY_VERSION), 404, "unknown_case")


async def test_nobody_is_given_a_case_who_was_disabled_or_is_anothers(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as at, people_of(house, new_id()) as theirs:
        us = Desk(tenant_id, at.client, at.database)
        path = await one(us)
        gone = (await at.invite("gone", Role.AGENT))["member"]["id"]
        await us.post(f"/v1/members/{gone}:disable", 200)
        stranger = (await theirs.invite("s", Role.AGENT))["member"]["id"]
        for who in (gone, stranger):
            answer = await us.client.patch(path, json={"assignee_id": who}, headers=ANY_VERSION)
            assert refusal(answer, 422, "invalid")["errors"][0]["code"] == "unknown_assignee"
        async with at.database.transaction(tenant_id) as tx:
            assert await read_member(tx, tenant_id, UUID(gone))


async def test_cases_are_narrowed_by_each_part_that_one_may_ask_for(house: House, tenant_id: UUID) -> None:
    customer = new_id()
    facts = [
        classified(tenant_id, customer, product="H1", language=Language.EN),
        classified(tenant_id, None, category="praise", urgency="low"),
        classified(tenant_id, None, category="question", urgency="low"),
    ]
    async with people_of(house, tenant_id) as at:
        us = Desk(tenant_id, at.client, at.database)
        me = await at.join("me", Role.AGENT)
        ids = await us.open(facts)
        await us.patch(f"/v1/cases/{ids[0]}", 200, assignee_id=me.id, tags=["加急"], category="praise")
        later = (now() + timedelta(days=1)).isoformat()
        await us.patch(f"/v1/cases/{ids[1]}", 200, state="waiting", snoozed_until=later)

        async def found(by: Signed | None = None, **query: Any) -> set[int]:  # noqa: ANN401 - any query
            listed = await us.client.get("/v1/cases", params=query, headers=by.auth if by else {})
            assert listed.status_code == 200, listed.text
            return {ids.index(case["id"]) for case in listed.json()["items"]}

        asked: list[tuple[dict[str, Any], set[int]]] = [
            ({}, {0, 1, 2}),
            ({"state": ["new", "waiting"], "urgency": ["low"]}, {1, 2}),
            ({"category": ["praise", "question"]}, {0, 1, 2}),
            ({"language": "en"}, {0}),
            ({"product": "H1"}, {0}),
            ({"channel": "import"}, {0, 1, 2}),
            ({"channel": "widget"}, set()),
            ({"assignee": "none"}, {1, 2}),
            ({"assignee": me.id}, {0}),
            ({"tag": "加急"}, {0}),
            ({"snoozed": "true"}, {1}),
            ({"snoozed": "false"}, {0, 2}),
            ({"reviewed": "true"}, {0}),
            ({"customer_id": str(customer)}, {0}),
            ({"feedback_id": facts[2].data["feedback"]["feedback_id"]}, {2}),
        ]
        for query, wanted in asked:
            assert await found(**query) == wanted, query
        assert await found(me, assignee="me") == {0}


async def test_what_a_list_cannot_be_narrowed_by_is_refused(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        refusal(await us.client.get("/v1/cases", params={"assignee": "me"}), 403, "people_only")
        for bad in ({"assignee": "you"}, {"snoozed": "x"}, {"state": "x"}, {"customer_id": "x"}):
            refusal(await us.client.get("/v1/cases", params=bad), 422, "invalid")
