"""Signing in with a password, and changing it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.store import members
from services.tracker.store.member_tables import Member
from services.tracker.use_cases.keep_sessions import Opened, Way, end_all_of, open_session
from services.tracker.use_cases.tell_access import tell_member
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.database import Tx


class SignInRefusedError(Exception):
    """Nobody signs in with that. Which part is wrong is told to nobody but the audit."""


def visitor(tenant_id: UUID) -> Actor:
    """Somebody at the door of a tenant who has not shown yet who they are: may nothing, but their try is audited."""
    return Actor(tenant_id, tenant_id, Kind.SESSION, "visitor", frozenset())


async def refuse(tx: Tx, tenant_id: UUID, member: Member | None) -> Done[None]:
    """Nothing changes but the audit, and what was typed does not stand in it."""
    del tx
    reason = "unknown_email" if member is None else "disabled" if member.disabled_at else "wrong_password"
    return Done(None, AuditLine("sign_in.refuse", "tenant", tenant_id, {"reason": reason, "member": _id_of(member)}))


async def refuse_change(tx: Tx, member: Member) -> Done[None]:
    """Somebody in a session of the member's did not know the password: the member may want to hear of it."""
    del tx
    return Done(None, AuditLine("member.refuse_password", "member", member.id, {"reason": "wrong_password"}))


def _id_of(member: Member | None) -> str | None:
    return None if member is None else str(member.id)


async def sign_in(tx: Tx, checked: Member, rehashed: str | None, moment: datetime) -> Done[Opened]:
    """A session for the member whose password was right a moment ago. Raises SignInRefusedError if that changed."""
    held = await members.hold_for_change(tx, checked.tenant_id, checked.id)
    if held is None or held.member.disabled_at is not None or held.member.password_hash != checked.password_hash:
        raise SignInRefusedError
    if rehashed is not None:
        await members.rehash(tx, held.member, rehashed)
    opened = await open_session(tx, held.member, Way.PASSWORD, moment)
    return Done(opened, line_of(opened))


def line_of(opened: Opened) -> AuditLine:
    """The audit line of a session that was opened."""
    detail = {"way": opened.session.way, "member": str(opened.session.member_id)}
    return AuditLine("session.open", "session", opened.session.id, detail)


@dataclass(frozen=True)
class ChangePassword:
    """The command: the member as their old password was checked, and the new one's hash."""

    actor: Actor
    checked: Member
    password_hash: str
    moment: datetime


async def change_password(tx: Tx, command: ChangePassword) -> Done[None]:
    """Sets one's own new password and ends one's other sessions. Raises SignInRefusedError."""
    checked, moment = command.checked, command.moment
    held = await members.hold_for_change(tx, checked.tenant_id, checked.id)
    if held is None or held.member.password_hash != checked.password_hash:
        raise SignInRefusedError
    saved = await members.save_member(tx, held.member.model_copy(update={"password_hash": command.password_hash}))
    await tell_member(tx, saved, moment)
    ended = await end_all_of(tx, saved, moment, but=command.actor.credential_id)
    return Done(None, AuditLine("member.change_password", "member", saved.id, {"sessions_ended": ended}))
