"""/v1/members: the people of the company, and what they may."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from fastapi import Request

from services.tracker.api.entrance import At
from services.tracker.api.member_schema import (
    InvitedOut,
    LinkOut,
    MemberChangeIn,
    MemberIn,
    MemberOut,
    MembersOut,
    link_out,
    member_out,
)
from services.tracker.domain.members import RoleRefusedError
from services.tracker.store.member_tables import Member
from services.tracker.store.members import EmailTakenError, list_members, read_member
from services.tracker.use_cases import change_members as use
from services.tracker.use_cases.change_members import MadeLink
from shared.access.audit import UseCase
from shared.access.credentials import Actor
from shared.clock import now
from shared.paging import Place
from shared.web.doors import MemberManager
from shared.web.idempotency import Change, Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router
from shared.web.versions import Fresh

router = Router(prefix="/v1/members", tags=["members"])


@router.post("", status_code=201)
async def post_member(request: Request, wanted: MemberIn, at: At, actor: MemberManager, once: Once) -> InvitedOut:
    """Invites somebody. The answer holds the link by which they join, once."""
    work = partial(use.invite, actor=actor, wanted=wanted.columns(), moment=now())

    def shown(invited: tuple[Member, MadeLink]) -> InvitedOut:
        return InvitedOut(member=member_out(invited[0]), link=link_out(at, request, invited[1]))

    with _refusals():
        made = await once.perform(at.database, actor, work, shown)
    at.has_changed()
    return made


@router.get("")
async def get_members(at: At, actor: MemberManager, page: Page) -> MembersOut:
    """Members, newest first; the shut-out and the forgotten, too."""
    async with at.database.transaction(actor.tenant_id) as tx:
        found = await list_members(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda member: Place(member.invited_at, member.id))
    return MembersOut(items=[member_out(member) for member in shown], next=following)


@router.get("/{member_id}")
async def get_member(member_id: UUID, at: At, actor: MemberManager, fresh: Fresh) -> MemberOut:
    """One member."""
    async with at.database.transaction(actor.tenant_id) as tx:
        member = await read_member(tx, actor.tenant_id, member_id)
    if member is None:
        raise Problem("not_found", 404)
    return fresh.answer(member_out(member))


@router.patch("/{member_id}")
async def patch_member(
    member_id: UUID, wanted: MemberChangeIn, at: At, actor: MemberManager, change: Change
) -> MemberOut:
    """Gives other roles, or another name, language or time zone."""
    command = use.ChangeMember(actor, member_id, wanted.columns(), change.expected, now())
    with _refusals():
        changed = await change.perform(at.database, actor, partial(use.change, command=command), member_out)
    at.has_changed()
    return changed


@router.post("/{member_id}:disable")
async def post_member_disable(member_id: UUID, at: At, actor: MemberManager, once: Once) -> MemberOut:
    """Shuts somebody out: their sessions end everywhere."""
    return await _done(at, actor, once, partial(use.disable, actor=actor, member_id=member_id, moment=now()))


@router.post("/{member_id}:enable")
async def post_member_enable(member_id: UUID, at: At, actor: MemberManager, once: Once) -> MemberOut:
    """Lets somebody in again. They sign in anew."""
    return await _done(at, actor, once, partial(use.enable, actor=actor, member_id=member_id, moment=now()))


@router.post("/{member_id}:forget")
async def post_member_forget(member_id: UUID, at: At, actor: MemberManager, once: Once) -> MemberOut:
    """Erases who somebody was. Their id stays for the audit; it cannot be undone."""
    return await _done(at, actor, once, partial(use.forget, actor=actor, member_id=member_id, moment=now()))


@router.post("/{member_id}:link", status_code=201)
async def post_member_link(request: Request, member_id: UUID, at: At, actor: MemberManager, once: Once) -> LinkOut:
    """Makes a one-time link to join, or for who has joined, to set a new password. Older ones stop working."""
    work = partial(use.make_link, actor=actor, member_id=member_id, moment=now())
    with _refusals():
        return await once.perform(at.database, actor, work, partial(link_out, at, request))


async def _done(at: At, actor: Actor, once: Once, work: UseCase[Member]) -> MemberOut:
    with _refusals():
        changed = await once.perform(at.database, actor, work, member_out)
    at.has_changed()
    return changed


@contextmanager
def _refusals() -> Iterator[None]:
    """What the use cases refuse, as problems."""
    try:
        yield
    except use.UnknownMemberError:
        raise Problem("not_found", 404) from None
    except EmailTakenError:
        raise Problem("email_taken", 409) from None
    except use.LastAdminError:
        raise Problem("last_admin", 409) from None
    except use.MemberDisabledError:
        raise Problem("member_disabled", 409) from None
    except use.MemberForgottenError:
        raise Problem("member_forgotten", 409) from None
    except RoleRefusedError as error:
        raise Problem("role_refused", 403, about={"role": error.role}) from None
