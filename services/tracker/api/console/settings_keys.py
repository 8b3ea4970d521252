"""/console/settings/keys: keys of servers and apps, and how to use them."""

from typing import Annotated
from uuid import UUID

from fastapi.responses import HTMLResponse

from services.tracker.api.console.channels import channels_of
from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.settings import settings_page
from services.tracker.api.context import Here
from services.tracker.domain.tenancy import scopes_that_may_be_given
from services.tracker.store.api_keys import list_keys, read_key_row
from services.tracker.store.identity_tables import ApiKey
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.paging import Place
from shared.web.pages import Page
from shared.web.problems import Problem

# What a server needs that sends feedback and reads what became of it.
USUAL_SCOPES = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ)
Manager = Annotated[Visit, visitor_with(Scope.KEYS_MANAGE)]
router = PageRouter("/settings/keys")


def state_of(key: ApiKey) -> str:
    """One word for whether it still works."""
    if key.revoked_at:
        return "revoked"
    return "over" if key.expires_at and key.expires_at <= now() else "live"


@router.get("", include_in_schema=False)
async def get_keys_page(here: Here, visit: Manager, page: Page) -> HTMLResponse:
    """Keys, newest first."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await list_keys(tx, visit.actor.tenant_id, page.place(visit.actor), page.rows_max)
    shown, following = page.turn(visit.actor, found, lambda key: Place(key.created_at, key.id))
    channel = await channels_of(here, visit)
    return settings_page(visit, "keys", keys=shown, channel=channel, following=following, state_of=state_of)


@router.get("/new", include_in_schema=False)
async def get_new_key_page(here: Here, visit: Manager, kind: Kind = Kind.PUBLISHABLE) -> HTMLResponse:
    """The form for a new key."""
    scopes = sorted(scopes_that_may_be_given(Kind.SECRET, visit.actor.scopes))
    channel = await channels_of(here, visit)
    said = {"channel": channel, "key_scopes": scopes, "usual": USUAL_SCOPES, "post_to": here.collector.url}
    return settings_page(visit, "keys", "new_key", kind=kind, **said)


@router.get("/{key_id}", include_in_schema=False)
async def get_key_page(key_id: UUID, here: Here, visit: Manager) -> HTMLResponse:
    """One key: how it is used, another in its place, its end."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        key = await read_key_row(tx, visit.actor.tenant_id, key_id)
    if key is None:
        raise Problem("not_found", 404)
    shown = {"key": key, "channel": await channels_of(here, visit), "state": state_of(key)}
    return settings_page(visit, "keys", "key", **shown, post_to=here.collector.url)
