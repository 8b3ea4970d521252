"""Puts cases that have one cause under one problem."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.domain.case_states import CaseState
from services.tracker.store import problems
from services.tracker.store.case_events import By, add_events, move_cases
from services.tracker.store.cases import missing_cases, touch_cases
from services.tracker.store.problems import ProblemSeen
from services.tracker.use_cases.tell_progress import tell_progress
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.database import Tx
from shared.versions import Expected


class UnknownCasesError(Exception):
    """Some of the named cases do not exist."""

    def __init__(self, missing: Sequence[UUID]) -> None:
        super().__init__(f"{len(missing)} unknown")
        self.missing = list(missing)


class UnknownProblemError(Exception):
    """The named problem does not exist."""


async def start_problem(
    tx: Tx, actor: Actor, title: str, case_ids: Sequence[UUID], occurred_at: datetime | None = None
) -> Done[ProblemSeen]:
    """A new problem with its first cases. Raises UnknownCasesError."""
    problem_id = await problems.add_problem(tx, actor.tenant_id, title, occurred_at)
    await _join(tx, actor, problem_id, case_ids)
    seen = await _see(tx, actor.tenant_id, problem_id)
    return Done(seen, AuditLine("problem.start", "problem", problem_id, after={"cases": seen.cases}))


async def join_cases(
    tx: Tx, actor: Actor, problem_id: UUID, case_ids: Sequence[UUID], expected: Expected
) -> Done[ProblemSeen]:
    """More cases for a problem. Raises UnknownProblemError, StaleVersionError, UnknownCasesError."""
    tenant_id = actor.tenant_id
    version = await problems.hold_problem(tx, tenant_id, problem_id)
    if version is None:
        raise UnknownProblemError
    expected.check(version)
    added = await _join(tx, actor, problem_id, case_ids)
    if added:
        await problems.mark_changed(tx, tenant_id, problem_id)
    seen = await _see(tx, tenant_id, problem_id)
    before, after = {"cases": seen.cases - added}, {"cases": seen.cases}
    return Done(seen, AuditLine("problem.join", "problem", problem_id, before=before, after=after))


async def _join(tx: Tx, actor: Actor, problem_id: UUID, case_ids: Sequence[UUID]) -> int:
    tenant_id, by = actor.tenant_id, By.actor(actor)
    missing = await missing_cases(tx, tenant_id, case_ids)
    if missing:
        raise UnknownCasesError(missing)
    added = await problems.join(tx, tenant_id, problem_id, case_ids)
    await touch_cases(tx, tenant_id, added)
    details = {case_id: {"problem": str(problem_id)} for case_id in added}
    await add_events(tx, by, CaseEventKind.JOINED, details)
    await move_cases(tx, by, case_ids, CaseState.OPEN, [CaseState.NEW])
    await tell_progress(tx, tenant_id, case_ids)
    return len(added)


async def _see(tx: Tx, tenant_id: UUID, problem_id: UUID) -> ProblemSeen:
    seen = await problems.read_problem(tx, tenant_id, problem_id)
    if seen is None:
        raise UnknownProblemError
    return seen
