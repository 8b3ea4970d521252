"""/console/settings/health: whether all is well, as far as it is this company's to know."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.settings import settings_page
from services.tracker.api.context import Context, Here
from services.tracker.api.self_checks import look_at_mail
from shared.access.scopes import Scope
from shared.messaging.figures import carrier_figures
from shared.peers.reading import Peer, PeerSilentError
from shared.web.self_checks import Health

MAIL_LOOK_TIMEOUT_S = 3.0
WAITING_MANY = 1_000
Reader = Annotated[Visit, visitor_with(Scope.FIGURES_READ)]
router = PageRouter("/settings/health")


@dataclass(frozen=True)
class Seen:
    """One thing that was looked at. Its text and remedy bear `name` and `health`."""

    name: str
    health: Health
    about: str = ""


@router.get("", include_in_schema=False)
async def get_health_page(request: Request, here: Here, visit: Reader) -> HTMLResponse:
    """Looks now: services, model, what waits, what was set aside; for who manages the company, mail, too."""
    own = await carrier_figures(request.app.state.carrier, visit.actor.tenant_id)
    peers = await asyncio.gather(
        _service("collector", here.collector, visit.token), _service("classifier", here.classifier, visit.token)
    )
    figures = [("tracker", own), *((name, found) for name, found in peers if found is not None)]
    seen = [Seen("tracker", Health.FINE)]
    seen += [Seen(name, Health.BROKEN if found is None else Health.FINE) for name, found in peers]
    seen.append(await _model(here.classifier, visit.token))
    seen += _waiting(figures)
    if visit.may(Scope.TENANT_MANAGE):
        seen.append(await _mail(here))
    return settings_page(visit, "health", seen=seen, figures=figures)


async def _service(name: str, peer: Peer, token: str) -> tuple[str, dict[str, Any] | None]:
    try:
        answer = await peer.read("/v1/figures", token)
    except PeerSilentError:
        return name, None
    return name, answer.json() if answer.status_code == HTTPStatus.OK else None


async def _model(classifier: Peer, token: str) -> Seen:
    try:
        answer = await classifier.read("/readyz", token)
    except PeerSilentError:
        return Seen("model", Health.UNKNOWN)
    return Seen("model", Health.FINE if answer.status_code == HTTPStatus.OK else Health.BROKEN)


def _waiting(figures: list[tuple[str, dict[str, Any]]]) -> list[Seen]:
    """What waits and what was set aside, of this company, in all services that answered."""

    def look(name: str, limit: int) -> Seen:
        many = sum(found[name] for _, found in figures)
        return Seen(name, Health.BROKEN if many > limit else Health.FINE, str(many))

    return [look("outbox_pending", WAITING_MANY), look("dead_letters", 0), look("jobs_dead", 0)]


async def _mail(here: Context) -> Seen:
    try:
        async with asyncio.timeout(MAIL_LOOK_TIMEOUT_S):
            looked = await look_at_mail(here.mail.mailer)
    except TimeoutError:
        return Seen("mail", Health.BROKEN, "timeout")
    return Seen("mail", looked.health, looked.about)
