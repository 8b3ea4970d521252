"""/v1/sign-in: by password, or by a one-time link."""

from functools import partial
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.tracker.api.entrance import (
    At,
    Entrance,
    account_of,
    buckets_of,
    count_try,
    forgive_try,
    hash_again,
    hash_new,
    is_right,
    keep_in_browser,
    tenant_named,
)
from services.tracker.api.member_schema import Email, LinkOut, MemberOut, link_out, member_out
from services.tracker.api.session_schema import SessionOut
from services.tracker.domain import links
from services.tracker.domain.links import LinkPurpose, LinkToken
from services.tracker.domain.members import EMAIL_LENGTH_MAX, normal_email
from services.tracker.domain.passwords import LENGTH_MAX
from services.tracker.store.member_tables import Member
from services.tracker.store.members import EmailTakenError, member_by_email, read_member
from services.tracker.store.tenant_slugs import FIRST_SLUG
from services.tracker.use_cases.change_members import make_first_link
from services.tracker.use_cases.keep_sessions import Opened
from services.tracker.use_cases.sign_in import SignInRefusedError, refuse, sign_in, visitor
from services.tracker.use_cases.use_link import LinkRefusedError, LinkSeen, UseLink, see_link, use_link
from shared.access.audit import perform
from shared.clock import now
from shared.contracts.text import Name, Text
from shared.contracts.vocabulary import Language
from shared.web.doors import Operator
from shared.web.idempotency import Once
from shared.web.problems import FieldError, Problem
from shared.web.routing import Router
from shared.web.same_origin import is_same_origin

TOKEN_LENGTH_MAX = 200
Password = Annotated[Text, Field(max_length=LENGTH_MAX)]


class SignInIn(BaseModel):
    """Who somebody says they are. `tenant` is a short name or an id; with `cookie`, a browser keeps the session."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[Text, Field(max_length=EMAIL_LENGTH_MAX)]
    password: Password
    tenant: Name = FIRST_SLUG
    cookie: bool = False


class LinkIn(BaseModel):
    """What the holder of a link says. The first administrator says who they are; others may correct their name."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[Text, Field(max_length=TOKEN_LENGTH_MAX)]
    password: Password
    name: Name | None = None
    email: Email | None = None
    language: Language | None = None
    cookie: bool = False


class FirstLinkIn(BaseModel):
    """For whom the link is, if that is known."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = None


class SignedInOut(BaseModel):
    """A new session. The token is shown here and never again; a browser's cookie holds it instead, if asked for."""

    token: str | None
    session: SessionOut
    member: MemberOut


router = Router(prefix="/v1/sign-in", tags=["sign-in"])


@router.post("", status_code=201)
async def post_sign_in(request: Request, response: Response, said: SignInIn, at: At) -> SignedInOut:
    """Signs in by password. An unknown e-mail and a wrong password get the same answer, after the same time."""
    check_page(request, has_cookie=said.cookie)
    tenant_id = await tenant_named(at, said.tenant)
    buckets = buckets_of(at, request, account_of(tenant_id, said.email))
    await count_try(at, buckets)
    member = None
    if tenant_id is not None:
        async with at.database.transaction(tenant_id) as tx:
            member = await member_by_email(tx, tenant_id, normal_email(said.email))
    is_member = await is_right(at, member.password_hash if member else None, said.password)
    if tenant_id is None or member is None or not is_member or member.disabled_at is not None:
        if tenant_id is not None:
            await perform(at.database, visitor(tenant_id), partial(refuse, tenant_id=tenant_id, member=member))
        raise Problem("sign_in_failed", 401)
    opened = await _opened(at, member, said.password)
    await forgive_try(at, buckets)
    return await signed_in_out(request, response, at, opened, has_cookie=said.cookie)


@router.post("/link", status_code=201)
async def post_link(request: Request, response: Response, said: LinkIn, at: At) -> SignedInOut:
    """Uses a one-time link: sets the password, and signs in. The first administrator says name and e-mail as well."""
    check_page(request, has_cookie=said.cookie)
    opened = await redeem(request, at, said)
    return await signed_in_out(request, response, at, opened, has_cookie=said.cookie)


@router.post("/first-links", status_code=201)
async def post_first_link(request: Request, wanted: FirstLinkIn, at: At, actor: Operator, once: Once) -> LinkOut:
    """Makes a link by which somebody becomes an administrator of the tenant."""
    work = partial(make_first_link, actor=actor, email=wanted.email, moment=now())
    return await once.perform(at.database, actor, work, partial(link_out, at, request))


def check_page(request: Request, *, has_cookie: bool) -> None:
    """Only a page of ours puts a session into a browser: another's would sign its visitors in as somebody else."""
    if has_cookie and not is_same_origin(request):
        raise Problem("cross_site", 403)


async def look_at_link(request: Request, at: Entrance, text: str) -> tuple[LinkToken, LinkSeen]:
    """What a link is for. Raises 410, and 429 after too many that were none."""
    buckets = buckets_of(at, request)
    await count_try(at, buckets)
    token = links.read(text)
    if token is None:
        raise Problem("link_refused", 410)
    try:
        async with at.database.transaction(token.tenant_id) as tx:
            seen = await see_link(tx, token, now())
    except LinkRefusedError:
        raise Problem("link_refused", 410) from None
    await forgive_try(at, buckets)
    return token, seen


async def redeem(request: Request, at: Entrance, said: LinkIn) -> Opened:
    """Uses a link. Raises 410, 409, 422, 429."""
    token, seen = await look_at_link(request, at, said.token)
    email, name = seen.email or said.email, said.name or seen.name
    if seen.purpose is LinkPurpose.FIRST:
        missing = [
            FieldError(f"/{field}", "required") for field, value in (("email", email), ("name", name)) if not value
        ]
        if missing:
            raise Problem("invalid", 422, errors=missing)
    password_hash = await hash_new(at, said.password, [email or "", name])
    command = UseLink(token, password_hash, now(), said.name, said.email, said.language)
    try:
        opened = await perform(at.database, visitor(token.tenant_id), partial(use_link, command=command))
    except LinkRefusedError:
        raise Problem("link_refused", 410) from None
    except EmailTakenError:
        raise Problem("email_taken", 409) from None
    at.has_changed()
    return opened


async def _opened(at: Entrance, member: Member, password: str) -> Opened:
    rehashed = None
    if member.password_hash is not None and at.hashes.is_outdated(member.password_hash):
        rehashed = await hash_again(at, password)
    work = partial(sign_in, checked=member, rehashed=rehashed, moment=now())
    try:
        opened = await perform(at.database, visitor(member.tenant_id), work)
    except SignInRefusedError:
        raise Problem("sign_in_failed", 401) from None
    at.has_changed()
    return opened


async def signed_in_out(
    request: Request, response: Response, at: Entrance, opened: Opened, *, has_cookie: bool
) -> SignedInOut:
    """The answer to who has come in."""
    session = opened.session
    async with at.database.transaction(session.tenant_id) as tx:
        member = await read_member(tx, session.tenant_id, session.member_id)
    if member is None:
        raise Problem("sign_in_failed", 401)
    if has_cookie:
        keep_in_browser(request, response, opened)
    shown = SessionOut.model_validate(session)
    return SignedInOut(token=None if has_cookie else opened.token, session=shown, member=member_out(member))
