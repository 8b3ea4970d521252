"""Cases, problems and actions at their doors: the table of moves is what the doors do, and nothing else."""

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.tracker.domain.action_states import MOVES, SENTENCES, ActionKind, ActionState, round_after
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.house_of_test import House, running
from tests.tracker.desk import ANY_VERSION, Desk, classified, desk, way_to


@pytest.mark.parametrize("state", ActionState)
def test_every_state_has_moves_sentences_and_a_way_to_it(state: ActionState) -> None:
    assert MOVES.get(state), f"{state} leads nowhere"
    assert state not in MOVES[state]
    assert len(set(MOVES[state])) == len(MOVES[state])
    assert set(SENTENCES.get(state, {})) == set(Language), f"{state} does not speak both languages"
    assert all(SENTENCES[state].values())
    assert way_to(state) or state is ActionState.DRAFT


def test_no_two_states_say_the_same() -> None:
    for language in Language:
        assert len({SENTENCES[state][language] for state in ActionState}) == len(ActionState)


def test_reopening_alone_begins_a_new_round() -> None:
    assert [round_after(3, to) - 3 for to in ActionState] == [int(to is ActionState.REOPENED) for to in ActionState]


def refusal(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    return document


async def moved(us: Desk, action: str, to: str) -> httpx.Response:
    return await us.client.post(f"/v1/actions/{action}/moves", json={"to": to}, headers=ANY_VERSION)


@pytest.mark.parametrize("state", ActionState)
async def test_the_doors_make_the_moves_of_the_table_and_no_other(
    house: House, tenant_id: UUID, state: ActionState
) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        action = await us.action_for(problem)
        before = await us.walk(action, *way_to(state))
        assert before["state"] == state
        assert before["legal_moves"] == list(MOVES[state])
        for to in set(ActionState) - set(MOVES[state]):
            refused = refusal(await moved(us, action, to))
            assert (refused["status"], refused["code"]) == (409, "illegal_move")
            assert refused["legal_moves"] == list(MOVES[state])
            assert await us.read(f"/v1/actions/{action}") == before
        for to in MOVES[state]:
            other = await us.action_for(problem)
            await us.walk(other, *way_to(state))
            after = await moved(us, other, to)
            assert after.status_code == 200
            assert after.json()["state"] == to
            assert [step["to_state"] for step in after.json()["moves"]] == [*way_to(state), to]
            assert after.json()["round"] == before["round"] + (to is ActionState.REOPENED)


async def test_a_state_speaks_the_readers_language(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        for language in Language:
            answer = await us.client.get(f"/v1/actions/{action}", headers={"Accept-Language": language})
            assert answer.json()["state_says"] == SENTENCES[ActionState.DRAFT][language]


async def test_every_deed_leaves_a_line_and_every_refusal_none(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        action = await us.action_for(await us.problem_of(new_id()))
        await us.walk(action, "analyse", "plan")
        assert (await moved(us, action, "closed")).status_code == 409
        rows = await owner.fetch(
            "SELECT verb, object_id, before::text, after::text, why, actor FROM audit WHERE tenant_id = $1"
            " AND actor = 'test' ORDER BY at, id",
            tenant_id,
        )
        steps = (await us.read(f"/v1/actions/{action}"))["moves"]
        last = await owner.fetchval(
            "SELECT id FROM action_move WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1", tenant_id
        )
        assert [row["verb"] for row in rows] == ["problem.start", "action.plan", "action.move", "action.move"]
        assert [str(row["object_id"]) for row in rows[1:]] == [action] * 3
        assert (rows[3]["before"], rows[3]["after"], rows[3]["why"]) == (
            '{"round": 0, "state": "analyse"}', '{"round": 0, "state": "plan"}', f"move {last}",
        )  # fmt: skip
        assert len(steps) == 2


async def test_of_two_moves_at_once_one_wins(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        for _ in range(5):
            action = await us.action_for(problem)
            answers = await asyncio.gather(*(moved(us, action, "analyse") for _ in range(8)))
            assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
            assert len((await us.read(f"/v1/actions/{action}"))["moves"]) == 1


async def test_an_action_keeps_what_it_was_planned_with(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of()
        for kind in ActionKind:
            said = await us.post("/v1/actions", 201, problem_id=problem, title="换", kind=kind, answers={})
            assert (said["kind"], said["problem_id"], said["state"], said["round"]) == (kind, problem, "draft", 0)
        kinds = [action["kind"] for action in (await us.read("/v1/actions"))["items"]]
        assert kinds == list(reversed(ActionKind))


async def test_unknown_things_are_not_found(house: House, tenant_id: UUID) -> None:
    other = new_id()
    async with desk(house, tenant_id) as us, desk(house, other) as them:
        case, hidden = [await one.open([classified(one.tenant_id, None)]) for one in (us, them)]
        problem = await them.problem_of()
        action = await them.action_for(problem)
        for unknown in (str(new_id()), problem, action):
            answers = {
                "unknown_problem": [
                    await us.client.get(f"/v1/problems/{unknown}"),
                    await us.client.post(f"/v1/problems/{unknown}/cases", json={"case_ids": case}, headers=ANY_VERSION),
                    await us.client.post("/v1/actions", json={"problem_id": unknown, "title": "x"}),
                ],
                "not_found": [await us.client.get(f"/v1/actions/{unknown}"), await moved(us, unknown, "analyse")],
            }
            for code, refused in answers.items():
                assert [(one.status_code, refusal(one)["code"]) for one in refused] == [(404, code)] * len(refused)
        ours = await us.problem_of()
        for path in ("/v1/problems", f"/v1/problems/{ours}/cases"):
            sent = {"case_ids": [*case, *hidden]} | ({"title": "x"} if path == "/v1/problems" else {})
            missing = refusal(await us.client.post(path, json=sent, headers=ANY_VERSION))
            assert (missing["code"], missing["missing"]) == ("unknown_case", hidden)
        assert [p["cases"] for p in (await us.read("/v1/problems"))["items"]] == [0]


JSON = {"Content-Type": "application/json"} | ANY_VERSION
BAD_BODIES: list[tuple[str, object, str, str]] = [
    ("/v1/problems", {"title": "x", "titel": "y"}, "/titel", "unknown_field"),
    ("/v1/problems", {"title": " "}, "/title", "empty"),
    ("/v1/problems", {"title": "a\0b"}, "/title", "nul"),
    ("/v1/problems", {"title": "\ud800"}, "/title", "broken_unicode"),
    ("/v1/problems", {"title": "x", "\ud800": 1}, "", "broken_unicode"),
    ("/v1/problems", {"title": "x" * 201}, "/title", "too_long"),
    ("/v1/problems", {"title": "x", "case_ids": ["17"]}, "/case_ids/0", "not_a_uuid"),
    ("/v1/problems", {"title": "x", "case_ids": [str(UUID(int=1))] * 1_001}, "/case_ids", "too_many"),
    ("/v1/problems", [], "", "not_an_object"),
    ("/v1/actions", {"title": "x"}, "/problem_id", "required"),
    ("/v1/actions", {"problem_id": str(UUID(int=1)), "title": "x", "kind": "magic"}, "/kind", "not_one_of"),
    (
        "/v1/actions",
        {"problem_id": str(UUID(int=1)), "title": "x", "answers": {"fr": "x"}},
        "/answers/fr",
        "not_one_of",
    ),
    ("/v1/actions", {"problem_id": str(UUID(int=1)), "title": "x", "answers": {"zh": ""}}, "/answers/zh", "empty"),
    ("/v1/actions/17/moves", {"to": "plan"}, "/path/action_id", "not_a_uuid"),
    (f"/v1/actions/{UUID(int=1)}/moves", {"to": "nowhere"}, "/to", "not_one_of"),
    (f"/v1/actions/{UUID(int=1)}/moves", {"to": "plan", "why": "x"}, "/why", "unknown_field"),
    (f"/v1/actions/{UUID(int=1)}/moves", {"to": "plan", "note": "x" * 2_001}, "/note", "too_long"),
]


async def test_bad_bodies_are_refused_by_field(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        for path, body, pointer, code in BAD_BODIES:
            answer = await us.client.post(path, content=json.dumps(body), headers=JSON)
            assert answer.status_code == 422, (path, body, answer.text)
            [error] = refusal(answer)["errors"]
            assert (error["pointer"], error["code"]) == (pointer, code)
            assert error["message"]
            assert error["remedy"]
        figures = await us.read("/v1/figures")
        assert (figures["problems"], figures["actions"]) == (0, 0)


async def test_only_an_operator_works_on_cases(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE, Scope.ADDRESSES_READ)
    async with running(house.app("tracker"), key) as client:
        for path in ("cases", "problems", "actions", "notices", "figures"):
            assert (await client.get(f"/v1/{path}")).status_code == 403
            assert (await client.get(f"/v1/{path}", headers={"Authorization": "Bearer x"})).status_code == 401


async def test_cases_are_narrowed_by_what_one_asks_for(house: House, tenant_id: UUID) -> None:
    kinds = [
        {"category": "praise", "urgency": "low", "source": "a"},
        {"category": "praise", "urgency": "critical", "source": "b"},
        {"category": "service", "urgency": "critical", "source": "b"},
    ]
    async with desk(house, tenant_id) as us, desk(house, new_id()) as them:
        ids = await us.open([classified(tenant_id, None, **kind) for kind in kinds])
        await them.open([classified(them.tenant_id, None, **kind) for kind in kinds])
        await us.post("/v1/problems", 201, title="x", case_ids=ids[:1])

        async def found(**query: str) -> set[int]:
            return {ids.index(case["id"]) for case in (await us.read("/v1/cases", **query))["items"]}

        assert await found() == {0, 1, 2}
        assert await found(category="praise") == {0, 1}
        assert await found(category="praise", urgency="critical") == {1}
        assert await found(source="b") == {1, 2}
        assert await found(state="open") == {0}
        assert await found(state="new") == {1, 2}
        assert await found(category="nothing") == set()
        for query in ({"urgency": "huge"}, {"source": "\0"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}):
            answer = await us.client.get("/v1/cases", params=query)
            assert answer.status_code == 422
            assert refusal(answer)["errors"][0]["pointer"].startswith(f"/query/{next(iter(query))}")


@pytest.mark.parametrize("together", [True, False])
async def test_a_list_is_walked_without_gap_or_repeat(house: House, tenant_id: UUID, *, together: bool) -> None:
    facts = [classified(tenant_id, None, source="s") for _ in range(7)]
    async with desk(house, tenant_id) as us:
        for some in [facts] if together else [[fact] for fact in facts]:
            await us.open(some)
        seen: list[str] = []
        path: str | None = "/v1/cases?limit=3&source=s"
        sizes = []
        while path:
            answer = await us.client.get(path)
            page = answer.json()
            sizes.append(len(page["items"]))
            seen += [case["feedback_id"] for case in page["items"]]
            link = answer.headers.get("Link")
            assert (link is None) == (page["next"] is None)
            path = link.removeprefix("<").removesuffix('>; rel="next"') if link else None
            await us.open([classified(tenant_id, None, source="s")])
    assert sizes == [3, 3, 1]
    assert sorted(seen) == sorted(fact.data["feedback"]["feedback_id"] for fact in facts)


async def test_joining_again_changes_nothing(house: House, tenant_id: UUID) -> None:
    customer = new_id()
    async with desk(house, tenant_id) as us:
        cases = await us.open([classified(tenant_id, who) for who in (customer, customer, None)])
        problem = (await us.post("/v1/problems", 201, title="x", case_ids=[cases[0], cases[0]]))["id"]
        for _ in range(2):
            joined = await us.post(f"/v1/problems/{problem}/cases", 200, case_ids=cases)
            assert (joined["cases"], joined["customers"]) == (3, 1)
        assert await us.read(f"/v1/problems/{problem}") == joined


async def test_hearing_of_a_feedback_again_opens_no_second_case(house: House, tenant_id: UUID) -> None:
    fact = classified(tenant_id, None)
    anew = classified(tenant_id, None, feedback_id=UUID(fact.data["feedback"]["feedback_id"]), category="praise")
    async with desk(house, tenant_id) as us:
        first = await us.open([fact, fact])
        await us.post("/v1/problems", 201, title="x", case_ids=first[:1])
        assert await us.open([anew, fact]) == first
        [case] = (await us.read("/v1/cases"))["items"]
        assert (case["state"], case["category"]) == ("open", "product_issue/electrical")
