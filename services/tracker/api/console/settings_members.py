"""/console/settings/members: the people of the company, and what each may."""

from typing import Annotated
from uuid import UUID

from fastapi.responses import HTMLResponse

from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.console.settings import settings_page
from services.tracker.api.context import Here
from services.tracker.store.member_tables import Member
from services.tracker.store.members import list_members, read_member
from shared.access.scopes import ROLES, Role, Scope
from shared.paging import Place
from shared.web.pages import Page
from shared.web.problems import Problem

Manager = Annotated[Visit, visitor_with(Scope.MEMBERS_MANAGE)]
router = PageRouter("/settings/members")


def state_of(member: Member) -> str:
    """One word for how far somebody came."""
    if member.forgotten_at:
        return "forgotten"
    if member.disabled_at:
        return "disabled"
    return "joined" if member.joined_at else "invited"


@router.get("", include_in_schema=False)
async def get_members_page(here: Here, visit: Manager, page: Page) -> HTMLResponse:
    """Members, newest first, and the way to invite another."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        found = await list_members(tx, visit.actor.tenant_id, page.place(visit.actor), page.rows_max)
    shown, following = page.turn(visit.actor, found, lambda member: Place(member.invited_at, member.id))
    return settings_page(visit, "members", members=shown, following=following, state_of=state_of, roles=list(Role))


@router.get("/{member_id}", include_in_schema=False)
async def get_member_page(member_id: UUID, here: Here, visit: Manager) -> HTMLResponse:
    """One member: roles, a new link, shut out, let in, forget."""
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        member = await read_member(tx, visit.actor.tenant_id, member_id)
    if member is None:
        raise Problem("not_found", 404)
    mine = member.id == visit.member.id
    # Nobody widens what they themselves may: such a role is not offered.
    offered = [role for role in Role if not mine or role in member.roles or ROLES[role] <= visit.actor.scopes]
    said = {"member": member, "state": state_of(member), "roles": offered, "is_oneself": mine}
    return settings_page(visit, "members", "member", **said)
