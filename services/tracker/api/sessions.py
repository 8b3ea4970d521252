"""/v1/me and /v1/sessions: who is signed in, and where."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.tracker.api.entrance import At, account_of, buckets_of, count_try, forgive_try, hash_new, is_right
from services.tracker.api.member_schema import MemberOut, member_out
from services.tracker.api.session_schema import SessionOut, SessionsOut
from services.tracker.api.sign_in import Password
from services.tracker.api.tenant_schema import TimeZone
from services.tracker.store.members import read_member
from services.tracker.store.sessions import list_live
from services.tracker.use_cases.change_members import ChangeMember, MemberForgottenError, UnknownMemberError
from services.tracker.use_cases.change_members import change as change_member
from services.tracker.use_cases.keep_sessions import UnknownSessionError, end_session
from services.tracker.use_cases.sign_in import ChangePassword, SignInRefusedError, change_password, refuse_change
from shared.access.audit import perform
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.text import Name
from shared.contracts.vocabulary import Language
from shared.paging import Place
from shared.web.doors import SESSION_COOKIE, Person, Somebody
from shared.web.idempotency import Change
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router


class MeOut(BaseModel):
    """Who the caller is. A key has no member behind it."""

    tenant_id: UUID
    kind: Kind
    credential_id: UUID
    scopes: list[Scope]
    member: MemberOut | None


class PasswordChangeIn(BaseModel):
    """One's own password, as it is and as it is to be."""

    model_config = ConfigDict(extra="forbid")

    current: Password
    password: Password


class MeChangeIn(BaseModel):
    """What is to be different of oneself; what is left out stays. Roles are given by others."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    language: Language = Language.ZH
    time_zone: TimeZone | None = None


class SessionQuery(BaseModel):
    """Whose sessions; another's, and everybody's, see those who manage members."""

    member_id: UUID | None = None
    everybody: bool = False


router = Router(prefix="/v1", tags=["sign-in"])


@router.get("/me")
async def get_me(at: At, actor: Somebody) -> MeOut:
    """Who the caller is, and what they may."""
    member = None
    if actor.member_id is not None:
        async with at.database.transaction(actor.tenant_id) as tx:
            member = await read_member(tx, actor.tenant_id, actor.member_id)
    return MeOut(
        tenant_id=actor.tenant_id,
        kind=actor.kind,
        credential_id=actor.credential_id,
        scopes=sorted(actor.scopes),
        member=member_out(member) if member else None,
    )


@router.patch("/me")
async def patch_me(wanted: MeChangeIn, at: At, actor: Person, change: Change) -> MemberOut:
    """Sets one's own name, language or time zone."""
    columns = wanted.model_dump(exclude_unset=True)
    command = ChangeMember(actor, actor.member_id or actor.tenant_id, columns, change.expected, now())
    try:
        return await change.perform(at.database, actor, partial(change_member, command=command), member_out)
    except (UnknownMemberError, MemberForgottenError):
        raise Problem("not_found", 404) from None


@router.post("/me/password", status_code=204)
async def post_my_password(request: Request, said: PasswordChangeIn, at: At, actor: Person) -> None:
    """Sets one's own new password and ends one's other sessions."""
    async with at.database.transaction(actor.tenant_id) as tx:
        member = await read_member(tx, actor.tenant_id, actor.member_id or actor.tenant_id)
    if member is None:
        raise Problem("not_found", 404)
    buckets = buckets_of(at, request, account_of(actor.tenant_id, member.email or ""))
    await count_try(at, buckets)
    if not await is_right(at, member.password_hash, said.current):
        await perform(at.database, actor, partial(refuse_change, member=member))
        raise Problem("sign_in_failed", 401)
    password_hash = await hash_new(at, said.password, [member.email or "", member.name])
    try:
        command = ChangePassword(actor, member, password_hash, now())
        await perform(at.database, actor, partial(change_password, command=command))
    except SignInRefusedError:
        raise Problem("sign_in_failed", 401) from None
    await forgive_try(at, buckets)
    at.has_changed()


@router.post("/sign-out", status_code=204)
async def post_sign_out(response: Response, at: At, actor: Person) -> None:
    """Ends the session that asks."""
    await perform(at.database, actor, partial(end_session, actor=actor, session_id=actor.credential_id, moment=now()))
    at.has_changed()
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


@router.get("/sessions")
async def get_sessions(at: At, actor: Somebody, page: Page, narrowed: Annotated[SessionQuery, Query()]) -> SessionsOut:
    """One's own sessions that hold; for those who manage members, another's or everybody's."""
    member_id = narrowed.member_id or (None if narrowed.everybody else actor.member_id)
    if (member_id is None or member_id != actor.member_id) and not actor.may(Scope.MEMBERS_MANAGE):
        raise Problem("forbidden", 403, about={"scope": Scope.MEMBERS_MANAGE})
    async with at.database.transaction(actor.tenant_id) as tx:
        found = await list_live(tx, actor.tenant_id, member_id, now(), page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda session: Place(session.opened_at, session.id))
    return SessionsOut(items=[SessionOut.model_validate(one) for one in shown], next=following)


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_session(session_id: UUID, at: At, actor: Somebody) -> None:
    """Ends a session: one's own, or anybody's by who manages members."""
    try:
        await perform(at.database, actor, partial(end_session, actor=actor, session_id=session_id, moment=now()))
    except UnknownSessionError:
        raise Problem("not_found", 404) from None
    at.has_changed()
