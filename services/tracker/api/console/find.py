"""/console/find: where a receipt code, an id or a full e-mail leads to."""

import re
from http import HTTPStatus
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from services.tracker.api.console.page import ROOT, PageRouter, Visit, Worker
from services.tracker.api.context import Context, Here
from services.tracker.api.forms import read_form
from services.tracker.store.cases import CaseFilter, list_cases, read_case
from shared.access.scopes import Scope
from shared.peers.reading import PeerSilentError
from shared.web.problems import Problem

SOUGHT_LENGTH_MAX = 254
_RECEIPT = re.compile(r"[2-9A-HJKMNP-TV-Z]{4}(?:[- ]?[2-9A-HJKMNP-TV-Z]{4}){2}", re.IGNORECASE)
router = PageRouter("/find")


@router.get("", include_in_schema=False)
async def get_find(visit: Worker) -> Response:
    """Where to look for something."""
    return visit.page("not_found.html", sought="")


@router.post("", include_in_schema=False)
async def post_find(request: Request, here: Here, visit: Worker) -> Response:
    """Leads to the one case, or to the inbox of one customer. A POST, so that no address stands in a URL."""
    sought = (await read_form(request)).get("q", "").strip()[:SOUGHT_LENGTH_MAX]
    address = await _address(here, visit, sought)
    if address is None:
        return visit.page("not_found.html", status=HTTPStatus.NOT_FOUND, sought=sought)
    return RedirectResponse(f"{ROOT}/{address}", HTTPStatus.SEE_OTHER)


async def _address(here: Context, visit: Visit, sought: str) -> str | None:
    if "@" in sought:
        return await _by_email(here, visit, sought)
    if _RECEIPT.fullmatch(sought):
        return await _by_receipt(here, visit, sought)
    try:
        return await _by_id(here, visit, UUID(sought))
    except ValueError:
        return None


async def _by_id(here: Context, visit: Visit, sought: UUID) -> str | None:
    """A case's own id, or that of its feedback or customer."""
    tenant_id = visit.actor.tenant_id
    async with here.database.transaction(tenant_id) as tx:
        if await read_case(tx, tenant_id, sought):
            return f"cases/{sought}"
        for_feedback = await list_cases(tx, tenant_id, CaseFilter(feedback_id=sought), None, 1)
        if for_feedback:
            return f"cases/{for_feedback[0].id}"
        of_customer = await list_cases(tx, tenant_id, CaseFilter(customer_id=sought), None, 1)
    return f"inbox?customer_id={sought}" if of_customer else None


async def _by_receipt(here: Context, visit: Visit, code: str) -> str | None:
    try:
        response = await here.collector.read(f"/v1/receipts/{code.replace(' ', '-')}", visit.token)
    except PeerSilentError:
        raise Problem("unavailable", 503) from None
    if response.status_code != HTTPStatus.OK:
        return None
    return await _by_id(here, visit, UUID(response.json()["feedback_id"]))


async def _by_email(here: Context, visit: Visit, email: str) -> str | None:
    if not visit.may(Scope.PII_READ):
        raise Problem("forbidden", 403, about={"scope": Scope.PII_READ})
    try:
        response = await here.collector.ask("/v1/customers:find", visit.token, {"by": "email", "value": email})
    except PeerSilentError:
        raise Problem("unavailable", 503) from None
    found = response.json().get("items", []) if response.status_code == HTTPStatus.OK else []
    return f"inbox?customer_id={found[0]['id']}" if found else None
