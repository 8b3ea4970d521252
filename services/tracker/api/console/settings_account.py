"""/console/settings/account: oneself, one's password, and where one is signed in."""

from typing import Any

from fastapi.responses import HTMLResponse

from services.tracker.api.console.page import PageRouter, Visitor
from services.tracker.api.console.settings import settings_page
from services.tracker.api.console.settings_company import ZONES
from services.tracker.api.context import Here
from services.tracker.store.sessions import list_live
from shared.clock import now
from shared.contracts.vocabulary import Language
from shared.paging import Place
from shared.web.pages import Page

router = PageRouter("/settings/account")


@router.get("", include_in_schema=False)
async def get_account_page(here: Here, visit: Visitor, page: Page) -> HTMLResponse:
    """One's own name, language, time zone, password and sessions."""
    tenant_id, place = visit.actor.tenant_id, page.place(visit.actor)
    async with here.database.transaction(tenant_id) as tx:
        found = await list_live(tx, tenant_id, visit.member.id, now(), place, page.rows_max)
    shown, following = page.turn(visit.actor, found, lambda session: Place(session.opened_at, session.id))
    said: dict[str, Any] = {"sessions": shown, "following": following, "current": visit.actor.credential_id}
    return settings_page(visit, "account", zones=ZONES, languages=tuple(Language), **said)
