"""What people do with cases besides changing one: many at once, notes, and answers to customers."""

from functools import partial
from uuid import UUID

from services.tracker.api.case_schema import (
    CaseChangedOut,
    CaseEventOut,
    CaseOut,
    CasesChangedOut,
    CasesChangeIn,
    NoteIn,
    ReplyIn,
)
from services.tracker.api.cases import illegal, refusals
from services.tracker.api.context import Here
from services.tracker.api.notices import NoticeOut
from services.tracker.use_cases.change_cases import CasesWanted, OneChanged, change_cases
from services.tracker.use_cases.reply_to_customer import reply_to_customer
from services.tracker.use_cases.write_note import write_note
from shared.clock import now
from shared.web.doors import CaseWriter
from shared.web.idempotency import Once
from shared.web.problems import Problem
from shared.web.routing import Router

router = Router(prefix="/v1", tags=["cases"])


@router.post("/cases:change")
async def post_cases_change(wanted: CasesChangeIn, here: Here, actor: CaseWriter, once: Once) -> CasesChangedOut:
    """Makes one change to up to 200 cases, whatever their versions; each has its own status."""
    command = CasesWanted(actor, wanted.change.wanted(), now())
    work = partial(change_cases, case_ids=wanted.case_ids, command=command)
    with refusals("/change"):
        return await once.perform(here.database, actor, work, partial(_each, language=once.language))


@router.post("/cases/{case_id}/notes", status_code=201)
async def post_note(case_id: UUID, note: NoteIn, here: Here, actor: CaseWriter, once: Once) -> CaseEventOut:
    """Adds a note to a case's history, for the people who work on it."""
    work = partial(write_note, actor=actor, case_id=case_id, text=note.text)
    with refusals():
        return await once.perform(here.database, actor, work, CaseEventOut.model_validate)


@router.post("/cases/{case_id}/replies", status_code=201)
async def post_reply(case_id: UUID, answer: ReplyIn, here: Here, actor: CaseWriter, once: Once) -> NoticeOut:
    """Answers the case's customer by mail, once; who has not agreed to answers gets none, and the notice says so."""
    work = partial(reply_to_customer, actor=actor, case_id=case_id, text=answer.text)
    with refusals():
        notice = await once.perform(here.database, actor, work, NoticeOut.model_validate)
    here.kick_jobs()
    return notice


def _each(done: list[OneChanged], language: str) -> CasesChangedOut:
    return CasesChangedOut(items=[_one(one, language) for one in done])


def _one(one: OneChanged, language: str) -> CaseChangedOut:
    if one.case is not None:
        return CaseChangedOut(id=one.case_id, status=200, case=CaseOut.model_validate(one.case))
    problem = illegal(one.refusal) if one.refusal else Problem("unknown_case", 404)
    return CaseChangedOut(id=one.case_id, status=problem.status, problem=problem.document(language))
