"""Somebody opens a one-time link: the first administrator, who was invited, or who needs a new password."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.tracker.domain.links import LinkPurpose, LinkToken
from services.tracker.domain.telling import MemberWarning
from services.tracker.store import links, members
from services.tracker.store.member_tables import Member, OneTimeLink
from services.tracker.use_cases.keep_sessions import Opened, Way, end_all_of, open_session
from services.tracker.use_cases.tell_access import tell_member
from services.tracker.use_cases.warn_member import order_warning
from shared.access.audit import AuditLine, Done
from shared.access.keys import hash_secret
from shared.access.scopes import Role
from shared.contracts.vocabulary import Language
from shared.database import Tx
from shared.ids import new_id


class LinkRefusedError(Exception):
    """The link is unknown, over or used."""


@dataclass(frozen=True)
class LinkSeen:
    """What a link is for, and of whom."""

    purpose: LinkPurpose
    email: str | None
    name: str
    language: Language | None


@dataclass(frozen=True)
class UseLink:
    """The command. Name and e-mail count for the first administrator; who was invited may correct their name."""

    token: LinkToken
    password_hash: str
    moment: datetime
    name: str | None = None
    email: str | None = None
    language: Language | None = None


async def see_link(tx: Tx, token: LinkToken, moment: datetime) -> LinkSeen:
    """Looks at a link without using it. Raises LinkRefusedError."""
    link = _checked(await links.open_link(tx, token.tenant_id, token.link_id, moment), token)
    member = await _member_of(tx, link)
    if member is None:
        return LinkSeen(LinkPurpose(link.purpose), link.email, "", None)
    return LinkSeen(LinkPurpose(link.purpose), member.email, member.name, Language(member.language))


async def use_link(tx: Tx, command: UseLink) -> Done[Opened]:
    """Uses a link up and signs its holder in. Raises LinkRefusedError, EmailTakenError."""
    token, moment = command.token, command.moment
    _checked(await links.open_link(tx, token.tenant_id, token.link_id, moment), token)
    link = _checked(await links.spend_link(tx, token.tenant_id, token.link_id, moment), token)
    if link.purpose == LinkPurpose.FIRST:
        member = await _first_admin(tx, link, command)
    else:
        held = await members.hold_for_change(tx, link.tenant_id, link.member_id) if link.member_id else None
        if held is None or held.member.disabled_at is not None:
            raise LinkRefusedError
        member = held.member
    saved = await members.save_member(tx, member.model_copy(update=_joined(member, link, command)))
    await tell_member(tx, saved, moment)
    await end_all_of(tx, saved, moment)
    if link.purpose == LinkPurpose.RESET:
        await order_warning(tx, saved, MemberWarning.PASSWORD, moment)
    opened = await open_session(tx, saved, Way.LINK, moment)
    return Done(opened, AuditLine("member.use_link", "member", saved.id, {"purpose": link.purpose}))


def _joined(member: Member, link: OneTimeLink, command: UseLink) -> dict[str, Any]:
    update: dict[str, Any] = {"password_hash": command.password_hash, "joined_at": member.joined_at or command.moment}
    if link.purpose != LinkPurpose.RESET:
        update |= {"name": command.name or member.name, "language": command.language or member.language}
    return update


async def _first_admin(tx: Tx, link: OneTimeLink, command: UseLink) -> Member:
    member = Member(
        tenant_id=link.tenant_id,
        id=new_id(),
        email=link.email or command.email,
        name=command.name or "",
        roles=[Role.ADMIN],
        language=command.language or Language.EN,
        version=1,
        invited_at=command.moment,
    )
    await members.add_member(tx, member)
    return member


async def _member_of(tx: Tx, link: OneTimeLink) -> Member | None:
    return await members.read_member(tx, link.tenant_id, link.member_id) if link.member_id else None


def _checked(link: OneTimeLink | None, token: LinkToken) -> OneTimeLink:
    if link is None or not hmac.compare_digest(link.secret_sha256, hash_secret(token.secret)):
        raise LinkRefusedError
    return link
