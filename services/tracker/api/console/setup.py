"""/console/setup: the first hour: who we are, how mails leave, a key, a feedback that is seen arriving."""

import json
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.settings_company import ZONES
from services.tracker.api.console.settings_keys import USUAL_SCOPES
from services.tracker.api.context import Context, Here
from services.tracker.api.forms import read_form
from services.tracker.domain.tenancy import scopes_that_may_be_given
from services.tracker.store.api_keys import list_keys
from services.tracker.store.cases import CaseFilter, list_cases
from services.tracker.store.tables import CustomerCase
from shared.access.kinds import Kind
from shared.access.reading import AuditFilter, list_audit
from shared.access.scopes import Scope
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.vocabulary import Channel, Language
from shared.database import Tx
from shared.ids import new_id
from shared.peers.reading import PeerSilentError
from shared.web.problems import Problem

Step = Literal["company", "mail", "key", "feedback", "done"]
STEPS: tuple[Step, ...] = ("company", "mail", "key", "feedback")
FEEDBACK_LENGTH_MAX = 2_000
TESTS_LOOKED_AT_MAX = 20
SETUP = "/console/setup"
Asked = Annotated[UUID | None, Query()]
Manager = Annotated[Visit, visitor_with(Scope.TENANT_MANAGE)]
router = PageRouter("/setup")


@router.get("", include_in_schema=False)
async def get_setup(
    here: Here, visit: Manager, step: Annotated[Step | None, Query()] = None, feedback: Asked = None
) -> HTMLResponse:
    """One step; without a name, the first that is not done, so that one can go on later."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        done = await _done(tx, visit)
        case = await _case_of(tx, visit, feedback) if feedback else None
    chosen = step or _first_undone(done)
    said = await _parts(here, visit, chosen)
    said |= {"feedback": feedback, "case": case, "category": await categories_of(here, visit)}
    scripts = ["deeds", "setup"]
    return visit.page("setup.html", step=chosen, steps=STEPS, done=done, scripts=scripts, **said)


@router.get("/arrival", include_in_schema=False)
async def get_arrival(here: Here, visit: Manager, feedback: UUID) -> HTMLResponse:
    """Whether the test feedback has become a case: a part of a page, which is asked for again and again."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        case = await _case_of(tx, visit, feedback)
    category = await categories_of(here, visit)
    return visit.page("parts/arrival.html", feedback=feedback, case=case, category=category)


@router.post("/feedback", include_in_schema=False)
async def post_setup_feedback(request: Request, here: Here, visit: Manager) -> RedirectResponse:
    """⇝ to the collector, as this person: what they wrote comes in as a customer's would."""
    form = await read_form(request)
    text = form.get("text", "").strip()[:FEEDBACK_LENGTH_MAX] or visit.say("setup.sample")
    event_id = new_id()
    body = {"text": text, "channel": Channel.WIDGET, "client_event_id": str(event_id)}
    try:
        answer = await here.collector.pass_on("/v1/feedback", visit.token, body, str(event_id))
    except PeerSilentError:
        raise Problem("unavailable", 503) from None
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise _as_told(answer.status_code)
    there = urlencode({"step": "feedback", "feedback": answer.json()["id"]})
    return RedirectResponse(f"{SETUP}?{there}", HTTPStatus.SEE_OTHER)


def _first_undone(done: set[str]) -> Step:
    for step in STEPS:
        if step not in done:
            return step
    return "done"


def _as_told(status: int) -> Problem:
    """The collector's refusal, as this page says it."""
    if status == HTTPStatus.FORBIDDEN:
        return Problem("forbidden", 403, about={"scope": Scope.FEEDBACK_WRITE})
    return Problem("unavailable", 503)


async def _done(tx: Tx, visit: Visit) -> set[str]:
    """What was done already, as the tables tell, so that nothing else must be remembered."""
    tenant_id = visit.actor.tenant_id
    done = {"company"} if visit.tenant.version > 1 else set[str]()
    tests = await list_audit(tx, tenant_id, AuditFilter(verb="mail.test"), None, TESTS_LOOKED_AT_MAX)
    if any(_document(line.detail)["fault"] is None for line in tests):
        done.add("mail")
    if await list_keys(tx, tenant_id, None, 1):
        done.add("key")
    if await list_cases(tx, tenant_id, CaseFilter(), None, 1):
        done.add("feedback")
    return done


def _document(detail: Any) -> dict[str, Any]:  # noqa: ANN401 - the driver hands JSON over as text
    found: dict[str, Any] = json.loads(detail) if isinstance(detail, str) else detail
    return found


async def _case_of(tx: Tx, visit: Visit, feedback_id: UUID) -> CustomerCase | None:
    found = await list_cases(tx, visit.actor.tenant_id, CaseFilter(feedback_id=feedback_id), None, 1)
    return found[0] if found else None


async def _parts(here: Context, visit: Visit, step: str) -> dict[str, Any]:
    """What the forms of a step need."""
    if step == "company":
        return {"zones": ZONES, "languages": tuple(Language), "countries": tuple(DIAL_PLANS)} | _mail(here)
    if step == "key":
        scopes = sorted(scopes_that_may_be_given(Kind.SECRET, visit.actor.scopes))
        known = {"channel": await channels_of(here, visit), "key_scopes": scopes, "usual": USUAL_SCOPES}
        return known | {"post_to": here.collector.url, "kind": Kind.PUBLISHABLE}
    return _mail(here)


def _mail(here: Context) -> dict[str, Any]:
    return {"mail": here.mail}
