"""Members: invited, changed, shut out, let in again, forgotten. Each change is told to all services at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tracker.domain.links import LIFETIMES, LinkPurpose, LinkToken, new_token
from services.tracker.domain.members import check_giving
from services.tracker.domain.telling import MemberWarning
from services.tracker.store import links, members
from services.tracker.store.member_tables import Member, OneTimeLink
from services.tracker.store.members import HeldMember
from services.tracker.use_cases.keep_sessions import end_all_of
from services.tracker.use_cases.tell_access import tell_member
from services.tracker.use_cases.warn_member import order_warning
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.access.keys import hash_secret
from shared.access.scopes import Role
from shared.database import Tx
from shared.ids import new_id
from shared.versions import Expected


class UnknownMemberError(Exception):
    """The named member does not exist."""


class MemberForgottenError(Exception):
    """The named member was forgotten, which cannot be undone."""


class MemberDisabledError(Exception):
    """The named member is shut out."""


class LastAdminError(Exception):
    """Nobody would be left who can manage members."""


@dataclass(frozen=True)
class MadeLink:
    """A one-time link and its token, which is shown this once."""

    token: LinkToken
    purpose: LinkPurpose
    expires_at: datetime


async def invite(tx: Tx, actor: Actor, wanted: Mapping[str, Any], moment: datetime) -> Done[tuple[Member, MadeLink]]:
    """A new member, and the link by which they join. Raises EmailTakenError."""
    member = Member(tenant_id=actor.tenant_id, id=new_id(), invited_at=moment, version=1, **wanted)
    await members.add_member(tx, member)
    await tell_member(tx, member, moment)
    made = await _link(tx, actor.tenant_id, LinkPurpose.INVITE, moment, member_id=member.id)
    line = AuditLine("member.invite", "member", member.id, {"roles": list(member.roles)})
    return Done((member, made), line)


@dataclass(frozen=True)
class ChangeMember:
    """The command: what is to be different (columns by name), and the versions that the caller has seen."""

    actor: Actor
    member_id: UUID
    wanted: Mapping[str, Any]
    expected: Expected
    moment: datetime


async def change(tx: Tx, command: ChangeMember) -> Done[Member]:
    """Other roles, name, language or time zone.

    Raises UnknownMemberError, MemberForgottenError, StaleVersionError, LastAdminError, RoleRefusedError.
    """
    actor, member_id, wanted = command.actor, command.member_id, command.wanted
    held = await _held(tx, actor.tenant_id, member_id)
    command.expected.check(held.member.version)
    before = [Role(role) for role in held.member.roles]
    after = [Role(role) for role in wanted.get("roles", before)]
    check_giving(actor.member_id, actor.scopes, member_id, set(after) - set(before))
    if held.is_last_admin and Role.ADMIN not in after:
        raise LastAdminError
    saved = await members.save_member(tx, held.member.model_copy(update=dict(wanted)))
    await tell_member(tx, saved, command.moment)
    if set(after) != set(before) and actor.member_id != member_id:
        await order_warning(tx, saved, MemberWarning.ROLES, command.moment)
    detail = {"fields": sorted(wanted), "roles_before": before, "roles_after": after}
    return Done(saved, AuditLine("member.change", "member", member_id, detail))


async def disable(tx: Tx, actor: Actor, member_id: UUID, moment: datetime) -> Done[Member]:
    """Shuts a member out and ends their sessions. Raises UnknownMemberError, LastAdminError."""
    held = await _held(tx, actor.tenant_id, member_id)
    if held.member.disabled_at is not None:
        return Done(held.member, None)
    saved, ended = await _shut_out(tx, held, {"disabled_at": moment}, moment)
    return Done(saved, AuditLine("member.disable", "member", member_id, {"sessions_ended": ended}))


async def enable(tx: Tx, actor: Actor, member_id: UUID, moment: datetime) -> Done[Member]:
    """Lets a member in again; they sign in anew. Raises UnknownMemberError, MemberForgottenError."""
    held = await _held(tx, actor.tenant_id, member_id)
    if held.member.disabled_at is None:
        return Done(held.member, None)
    saved = await members.save_member(tx, held.member.model_copy(update={"disabled_at": None}))
    await tell_member(tx, saved, moment)
    return Done(saved, AuditLine("member.enable", "member", member_id))


async def forget(tx: Tx, actor: Actor, member_id: UUID, moment: datetime) -> Done[Member]:
    """Erases who a member was; the id stays, for the audit. Raises UnknownMemberError, LastAdminError."""
    held = await _held(tx, actor.tenant_id, member_id, may_be_forgotten=True)
    if held.member.forgotten_at is not None:
        return Done(held.member, None)
    nobody: dict[str, Any] = dict.fromkeys(
        ("email", "time_zone", "password_hash", "oidc_issuer", "oidc_subject"), None
    ) | {"name": "", "roles": [], "forgotten_at": moment, "disabled_at": held.member.disabled_at or moment}
    saved, ended = await _shut_out(tx, held, nobody, moment)
    return Done(saved, AuditLine("member.forget", "member", member_id, {"sessions_ended": ended}))


async def make_link(tx: Tx, actor: Actor, member_id: UUID, moment: datetime) -> Done[MadeLink]:
    """A new link: to join, or once they have joined, to set a new password.

    Raises UnknownMemberError, MemberForgottenError, MemberDisabledError.
    """
    held = await _held(tx, actor.tenant_id, member_id)
    if held.member.disabled_at is not None:
        raise MemberDisabledError
    purpose = LinkPurpose.INVITE if held.member.joined_at is None else LinkPurpose.RESET
    made = await _link(tx, actor.tenant_id, purpose, moment, member_id=member_id)
    await order_warning(tx, held.member, MemberWarning.RESET_LINK, moment)
    return Done(made, AuditLine("member.link", "member", member_id, {"purpose": purpose}))


async def make_first_link(tx: Tx, actor: Actor, email: str | None, moment: datetime) -> Done[MadeLink]:
    """A link by which somebody becomes an administrator; the operator alone makes one."""
    made = await _link(tx, actor.tenant_id, LinkPurpose.FIRST, moment, email=email)
    return Done(made, AuditLine("member.first_link", "link", made.token.link_id))


async def _held(tx: Tx, tenant_id: UUID, member_id: UUID, *, may_be_forgotten: bool = False) -> HeldMember:
    held = await members.hold_for_change(tx, tenant_id, member_id)
    if held is None:
        raise UnknownMemberError
    if held.member.forgotten_at is not None and not may_be_forgotten:
        raise MemberForgottenError
    return held


async def _shut_out(tx: Tx, held: HeldMember, update: Mapping[str, Any], moment: datetime) -> tuple[Member, int]:
    if held.is_last_admin:
        raise LastAdminError
    saved = await members.save_member(tx, held.member.model_copy(update=dict(update)))
    await tell_member(tx, saved, moment)
    await links.drop_links(tx, saved.tenant_id, saved.id, moment)
    return saved, await end_all_of(tx, saved, moment)


async def _link(  # noqa: PLR0913 - a link has this many parts; the last two go by name
    tx: Tx,
    tenant_id: UUID,
    purpose: LinkPurpose,
    moment: datetime,
    *,
    member_id: UUID | None = None,
    email: str | None = None,
) -> MadeLink:
    token = new_token(tenant_id, new_id())
    link = OneTimeLink(
        tenant_id=tenant_id,
        id=token.link_id,
        purpose=purpose,
        member_id=member_id,
        email=email,
        secret_sha256=hash_secret(token.secret),
        made_at=moment,
        expires_at=moment + LIFETIMES[purpose],
    )
    await links.add_link(tx, link)
    return MadeLink(token, purpose, link.expires_at)
