"""/v1/cases: what customers said, classified, for the people who work on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.tracker.api.case_schema import CaseChangeIn, CaseOut, CaseQuery, CasesOut, CaseWholeOut
from services.tracker.api.context import Here
from services.tracker.domain.case_states import IllegalCaseMoveError
from services.tracker.store.case_events import history_of
from services.tracker.store.cases import CaseFilter, list_cases, read_case
from services.tracker.store.problems import problems_of_case
from services.tracker.store.told_before import repeats_of
from services.tracker.use_cases.change_cases import CasesWanted, UnknownAssigneeError, UnknownCaseError, change_case
from services.tracker.use_cases.reply_to_customer import NobodyToAnswerError
from shared.access.credentials import Actor
from shared.clock import now
from shared.paging import Place
from shared.web.doors import CaseWriter, WorkReader
from shared.web.idempotency import Change
from shared.web.pages import Page
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router
from shared.web.versions import Fresh

router = Router(prefix="/v1", tags=["cases"])


@router.get("/cases")
async def get_cases(here: Here, actor: WorkReader, page: Page, narrowed: Annotated[CaseQuery, Query()]) -> CasesOut:
    """Cases, newest first, narrowed by what is asked for; several values of one part are alternatives."""
    wanted = filter_of(narrowed, actor)
    async with here.database.transaction(actor.tenant_id) as tx:
        cases = await list_cases(tx, actor.tenant_id, wanted, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, cases, lambda case: Place(case.opened_at, case.id))
    return CasesOut(items=[CaseOut.model_validate(case) for case in shown], next=following)


@router.get("/cases/{case_id}")
async def get_case(case_id: UUID, here: Here, actor: WorkReader, fresh: Fresh) -> CaseWholeOut:
    """One case with what the model saw in it, its history and its problems."""
    async with here.database.transaction(actor.tenant_id) as tx:
        case = await read_case(tx, actor.tenant_id, case_id)
        if case is None:
            raise Problem("unknown_case", 404)
        history = await history_of(tx, case)
        problems = await problems_of_case(tx, actor.tenant_id, case_id)
        repeats = await repeats_of(tx, actor.tenant_id, case.feedback_id)
    return fresh.answer(CaseWholeOut.of(case, history, problems, repeats))


@router.patch("/cases/{case_id}")
async def patch_case(case_id: UUID, wanted: CaseChangeIn, here: Here, actor: CaseWriter, change: Change) -> CaseOut:
    """Changes a case; an illegal move answers 409 with the legal ones."""
    command = CasesWanted(actor, wanted.wanted(), now())
    work = partial(change_case, case_id=case_id, command=command, expected=change.expected)
    with refusals():
        return await change.perform(here.database, actor, work, CaseOut.model_validate)


def filter_of(asked: CaseQuery, actor: Actor) -> CaseFilter:
    """The query as the store takes it. `me` is whoever asks, who must be a person."""
    if asked.assignee == "me" and actor.member_id is None:
        raise Problem("people_only", 403)
    whose = actor.member_id if asked.assignee == "me" else None
    if asked.assignee not in (None, "me", "none"):
        whose = UUID(asked.assignee)
    return CaseFilter(
        states=asked.state,
        urgencies=asked.urgency,
        categories=asked.category,
        channel=asked.channel,
        language=asked.language,
        product=asked.product,
        source=asked.source,
        assignee_id=whose,
        is_unassigned=True if asked.assignee == "none" else None,
        tag=asked.tag,
        is_snoozed=asked.snoozed,
        is_reviewed=asked.reviewed,
        customer_id=asked.customer_id,
        feedback_id=asked.feedback_id,
    )


@contextmanager
def refusals(place: str = "") -> Iterator[None]:
    """What the use cases refuse, as the caller sees it; `place` is where in the body the change stands."""
    try:
        yield
    except UnknownCaseError:
        raise Problem("unknown_case", 404) from None
    except NobodyToAnswerError:
        raise Problem("nobody_to_answer", 409) from None
    except UnknownAssigneeError:
        raise Problem("invalid", 422, errors=[FieldError(f"{place}/assignee_id", "unknown_assignee")]) from None
    except IllegalCaseMoveError as error:
        raise illegal(error) from None


def illegal(error: IllegalCaseMoveError) -> Problem:
    """The refusal of a move, with the legal ones."""
    about = {"state": error.state, "to": error.to}
    more = {"state": error.state, "legal_moves": list(error.legal)}
    return Problem("illegal_case_move", 409, about=about, extra=more)
