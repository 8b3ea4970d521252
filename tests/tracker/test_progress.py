"""How far a case has come is told once for each stage, whatever moved it."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

import pytest

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.case_states import CaseState
from services.tracker.domain.stages import stage_of
from services.tracker.use_cases.tell_progress import TELL_PROGRESS, tell_progress_of_problem
from shared.contracts.vocabulary import Stage
from shared.ids import new_id
from shared.messaging.jobs import Claim
from tests.house_of_test import House
from tests.tracker.desk import Desk, classified, desk

A, C, S = ActionState, CaseState, Stage


@pytest.mark.parametrize(
    ("state", "actions", "stage"),
    [
        (C.NEW, (), S.UNDERSTOOD),
        (C.OPEN, (), S.WORKING),
        (C.WAITING, (A.PLAN,), S.WORKING),
        (C.OPEN, (A.IMPLEMENT, A.DRAFT), S.FIXING),
        (C.OPEN, (A.VERIFY,), S.FIXING),
        (C.OPEN, (A.CLOSED,), S.CLOSED),
        (C.OPEN, (A.CLOSED, A.CANCELLED), S.CLOSED),
        (C.OPEN, (A.CLOSED, A.ANALYSE), S.FIXING),
        (C.OPEN, (A.CANCELLED,), S.WORKING),
        (C.OPEN, (A.REOPENED,), S.WORKING),
        (C.ANSWERED, (A.IMPLEMENT,), S.ANSWERED),
        (C.SOLVED, (), S.CLOSED),
        (C.CLOSED, (A.VERIFY,), S.CLOSED),
    ],
)
def test_the_stage_follows_case_and_actions(state: CaseState, actions: Collection[ActionState], stage: Stage) -> None:
    assert stage_of(state, actions) is stage


def test_every_state_has_a_stage() -> None:
    assert all(stage_of(case, [action]) for case in CaseState for action in ActionState)


async def told(house: House, tenant_id: UUID) -> list[tuple[int, str]]:
    """What was said of the tenant's cases, in order."""
    async with house.query("tracker") as owner:
        rows = await owner.fetch("SELECT body FROM outbox WHERE tenant_id = $1 ORDER BY id", tenant_id)
    facts: list[dict[str, Any]] = [json.loads(row["body"]) for row in rows]
    return [(fact["data"]["step"], fact["data"]["stage"]) for fact in facts if fact["type"] == "CaseProgressed"]


async def run_jobs(house: House, us: Desk, many: int) -> None:
    async with house.query("tracker", "carrier") as carrier:
        rows = await carrier.fetch(
            "UPDATE job SET fence = fence + 1, locked_until = now() + interval '1 minute'"
            " WHERE tenant_id = $1 AND kind = $2 AND done_at IS NULL RETURNING id, dedupe_key, args::text, fence",
            us.tenant_id,
            TELL_PROGRESS,
        )
    for row in rows:
        args = json.loads(row["args"])
        claim = Claim(us.tenant_id, row["id"], TELL_PROGRESS, row["dedupe_key"], args, row["fence"], 0)
        await tell_progress_of_problem(claim, us.database, many)


async def test_a_case_is_told_of_at_each_stage_and_once(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        fact = classified(tenant_id, new_id())
        [case] = await us.open([fact])
        await us.open([fact])
        assert await told(house, tenant_id) == [(1, "understood")]
        await us.patch(f"/v1/cases/{case}", 200, state="open")
        await us.patch(f"/v1/cases/{case}", 200, state="waiting")
        await us.patch(f"/v1/cases/{case}", 200, tags=["x"])
        await us.patch(f"/v1/cases/{case}", 200, state="answered")
        await us.patch(f"/v1/cases/{case}", 200, state="open")
        await us.patch(f"/v1/cases/{case}", 200, state="closed", close_reason="duplicate")
    assert await told(house, tenant_id) == [
        (1, "understood"), (2, "working"), (3, "answered"), (4, "working"), (5, "closed"),
    ]  # fmt: skip


async def test_an_actions_moves_are_told_to_every_case_behind_it(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        problem = await us.problem_of(*(new_id() for _ in range(5)))
        action = await us.action_for(problem)
        before = await told(house, tenant_id)
        assert sorted(before) == [(1, "understood")] * 5 + [(2, "working")] * 5
        for state in ("analyse", "plan", "implement"):
            await us.post(f"/v1/actions/{action}/moves", 200, to=state)
        await run_jobs(house, us, many=2)
        assert (await told(house, tenant_id))[10:] == [(3, "fixing")] * 5
        await us.post(f"/v1/actions/{action}/moves", 200, to="plan")
        await run_jobs(house, us, many=2)
        assert (await told(house, tenant_id))[15:] == [(4, "working")] * 5


async def test_what_is_said_holds_no_words(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        await us.open([classified(tenant_id, new_id(), text="金丝雀跳闸")])
    async with house.query("tracker") as owner:
        bodies = await owner.fetch("SELECT body::text AS body FROM outbox WHERE tenant_id = $1", tenant_id)
    assert [row for row in bodies if "金丝雀" in row["body"]] == []
