"""/v1/problems: what many customers suffer from alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.tracker.api.context import Here
from services.tracker.api.moments import OccurredAt, check_taking_over
from services.tracker.store.problems import ProblemSeen, list_problems, read_problem
from services.tracker.use_cases.gather_problem import (
    UnknownCasesError,
    UnknownProblemError,
    join_cases,
    start_problem,
)
from shared.contracts.text import Name
from shared.paging import Place
from shared.web.doors import CaseWriter, WorkReader
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router
from shared.web.versions import Fresh, Versioned

CASES_AT_ONCE_MAX = 1_000
CaseIds = Annotated[list[UUID], Field(max_length=CASES_AT_ONCE_MAX)]


class ProblemIn(BaseModel):
    """A problem and its first cases."""

    model_config = ConfigDict(extra="forbid")

    title: Name
    case_ids: CaseIds = []
    occurred_at: OccurredAt | None = None


class JoinIn(BaseModel):
    """Cases that belong to the problem, too."""

    model_config = ConfigDict(extra="forbid")

    case_ids: CaseIds


class ProblemOut(Versioned):
    """A problem, and how many cases and customers it has."""

    id: UUID
    title: str
    created_at: datetime
    cases: int
    customers: int


class ProblemsOut(BaseModel):
    """A page of problems, newest first."""

    items: list[ProblemOut]
    next: str | None


router = Router(prefix="/v1/problems", tags=["problems"])


@router.post("", status_code=201)
async def post_problem(wanted: ProblemIn, here: Here, actor: CaseWriter, once: Once) -> ProblemOut:
    """Starts a problem."""
    check_taking_over(actor, wanted.occurred_at)
    work = partial(start_problem, actor=actor, **vars(wanted))
    with _refusals():
        return await once.perform(here.database, actor, work, _out)


@router.post("/{problem_id}/cases")
async def post_problem_cases(
    problem_id: UUID, wanted: JoinIn, here: Here, actor: CaseWriter, change: Change
) -> ProblemOut:
    """Joins cases to a problem; one that is there already stays there once."""
    work = partial(
        join_cases,
        actor=actor,
        problem_id=problem_id,
        case_ids=wanted.case_ids,
        expected=change.expected,
    )
    with _refusals():
        return await change.perform(here.database, actor, work, _out)


@router.get("/{problem_id}")
async def get_problem(problem_id: UUID, here: Here, actor: WorkReader, fresh: Fresh) -> ProblemOut:
    """One problem."""
    async with here.database.transaction(actor.tenant_id) as tx:
        seen = await read_problem(tx, actor.tenant_id, problem_id)
    if seen is None:
        raise Problem("unknown_problem", 404)
    return fresh.answer(_out(seen))


@router.get("")
async def get_problems(here: Here, actor: WorkReader, page: Page) -> ProblemsOut:
    """Problems, newest first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_problems(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda seen: Place(seen.problem.created_at, seen.problem.id))
    return ProblemsOut(items=[_out(seen) for seen in shown], next=following)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the use cases refuse, as the caller sees it."""
    try:
        yield
    except UnknownProblemError:
        raise Problem("unknown_problem", 404) from None
    except UnknownCasesError as error:
        missing = [str(case_id) for case_id in error.missing[:CASES_AT_ONCE_MAX]]
        raise Problem("unknown_case", 404, extra={"missing": missing}) from None


def _out(seen: ProblemSeen) -> ProblemOut:
    problem = seen.problem
    return ProblemOut(**problem.model_dump(exclude={"tenant_id"}), cases=seen.cases, customers=seen.customers)
