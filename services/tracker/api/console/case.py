"""/console/cases: one case with all that is known of it, and its parts for the pane beside the inbox."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi.responses import HTMLResponse

from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, Worker, visitor_with
from services.tracker.api.console.people import colleagues_of
from services.tracker.api.context import Context, Here
from services.tracker.console.highlight import highlight
from services.tracker.domain.case_states import MOVES, CaseState, CloseReason
from services.tracker.domain.telling import Reason, whom_to_tell
from services.tracker.store.case_events import history_of
from services.tracker.store.cases import read_case
from services.tracker.store.notices import list_notices
from services.tracker.store.problems import problems_of_case
from services.tracker.store.suppressed import suppressed_of
from services.tracker.store.tables import CustomerCase
from services.tracker.store.told_before import repeats_of
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Purpose, Urgency
from shared.peers.addresses import PeerAwayError
from shared.peers.reading import PeerSilentError
from shared.web.problems import Problem

CaseWriter = Annotated[Visit, visitor_with(Scope.CASES_WRITE)]
PersonReader = Annotated[Visit, visitor_with(Scope.PII_READ)]
ANSWERS_SHOWN_MAX = 100
router = PageRouter("/cases")


@router.get("/{case_id}", include_in_schema=False)
async def get_case_page(case_id: UUID, here: Here, visit: Worker) -> HTMLResponse:
    """The whole page."""
    return await _case(case_id, here, visit, "case.html")


@router.get("/{case_id}/pane", include_in_schema=False)
async def get_case_pane(case_id: UUID, here: Here, visit: Worker) -> HTMLResponse:
    """The same beside the list."""
    return await _case(case_id, here, visit, "parts/case_pane.html")


@router.get("/{case_id}/original", include_in_schema=False)
async def get_original(case_id: UUID, here: Here, visit: PersonReader) -> HTMLResponse:
    """The text as it was written. The collector notes who read it."""
    case = await found_case(case_id, here, visit)
    answer = await asked(here, visit, f"/v1/feedback/{case.feedback_id}/original")
    return visit.page("parts/original.html", original=answer)


@router.get("/{case_id}/customer", include_in_schema=False)
async def get_customer(case_id: UUID, here: Here, visit: PersonReader) -> HTMLResponse:
    """Who wrote, with contact data and consents. The collector notes who looked."""
    case = await found_case(case_id, here, visit)
    answer = await asked(here, visit, f"/v1/customers/{case.customer_id}") if case.customer_id else None
    return visit.page("parts/customer.html", customer=answer)


@router.get("/{case_id}/reach", include_in_schema=False)
async def get_reach(case_id: UUID, here: Here, visit: CaseWriter) -> HTMLResponse:
    """Whether an answer would reach the customer, and why not; asked when somebody begins to write one."""
    case = await found_case(case_id, here, visit)
    try:
        people = await here.addresses.read(
            case.tenant_id, [case.customer_id] if case.customer_id else [], Purpose.REPLY
        )
    except PeerAwayError:
        raise Problem("unavailable", 503) from None
    person = people.get(case.customer_id) if case.customer_id else None
    async with here.database.transaction(case.tenant_id) as tx:
        told = whom_to_tell(person, await suppressed_of(tx, case.tenant_id, [person]))
    return visit.page("parts/reach.html", reason=told if isinstance(told, Reason) else None)


async def _case(case_id: UUID, here: Context, visit: Visit, template: str) -> HTMLResponse:
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        case = await read_case(tx, visit.actor.tenant_id, case_id)
        if case is None:
            raise Problem("unknown_case", 404)
        history = await history_of(tx, case)
        problems = await problems_of_case(tx, visit.actor.tenant_id, case_id)
        notices = await list_notices(tx, visit.actor.tenant_id, None, case_id, (None, ANSWERS_SHOWN_MAX))
        repeats = await repeats_of(tx, visit.actor.tenant_id, case.feedback_id)
        people = await colleagues_of(tx, visit.actor.tenant_id, visit.say)
    return visit.page(
        template,
        scripts=["case"],
        case=case,
        pieces=highlight(case.text, case.terms),
        history=list(reversed(history)),
        problems=problems,
        repeats=repeats,
        answers={notice.id: notice for notice in notices},
        people=people,
        category=await categories_of(here, visit),
        channel=await channels_of(here, visit),
        moves=MOVES[CaseState(case.state)],
        reasons=list(CloseReason),
        urgencies=list(Urgency),
        now=visit.formats.now,
    )


async def found_case(case_id: UUID, here: Context, visit: Visit) -> CustomerCase:
    """The case. Raises 404."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        case = await read_case(tx, visit.actor.tenant_id, case_id)
    if case is None:
        raise Problem("unknown_case", 404)
    return case


async def asked(here: Context, visit: Visit, path: str) -> dict[str, Any] | None:
    """What the collector says; None when it does not know (any more)."""
    try:
        response = await here.collector.read(path, visit.token)
    except PeerSilentError:
        raise Problem("unavailable", 503) from None
    if response.status_code == HTTPStatus.NOT_FOUND:
        return None
    if response.status_code != HTTPStatus.OK:
        raise Problem("unavailable", 503)
    answer: dict[str, Any] = response.json()
    return answer
