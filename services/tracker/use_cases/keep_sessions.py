"""Sessions: opened when somebody signed in, kept alive by use, ended by their person, an administrator or time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.tracker.domain.session_times import expires_at
from services.tracker.store import sessions
from services.tracker.store.member_tables import Member, Session
from services.tracker.store.tenants import is_shut
from services.tracker.use_cases.tell_access import tell_sessions
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor, SuspendedError
from shared.access.keys import hash_secret, new_key, split_key
from shared.access.scopes import Scope
from shared.database import Tx
from shared.ids import new_id

# A person's sessions beyond this many end, the oldest first.
LIVE_MAX = 50


class Way(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"  # noqa: S105 - a way, not a secret
    LINK = "link"
    OIDC = "oidc"


class UnknownSessionError(Exception):
    """The named session is none of those that the caller may end."""


@dataclass(frozen=True)
class Opened:
    """A new session and its token, which is shown this once."""

    session: Session
    token: str


async def open_session(tx: Tx, member: Member, way: Way, moment: datetime) -> Opened:
    """A session of a member whom the transaction has checked. SuspendedError when their company is shut out."""
    if await is_shut(tx, member.tenant_id):
        raise SuspendedError
    session_id = new_id()
    token = new_key(session_id)
    _, secret = split_key(token) or (session_id, "")
    session = Session(
        tenant_id=member.tenant_id,
        id=session_id,
        member_id=member.id,
        secret_sha256=hash_secret(secret),
        way=way,
        version=1,
        opened_at=moment,
        last_seen_at=moment,
        expires_at=expires_at(moment, moment),
    )
    live = await sessions.live_ids(tx, member.tenant_id, member.id, moment)
    await end_sessions(tx, member.tenant_id, live[LIVE_MAX - 1 :], moment)
    await sessions.add_session(tx, session)
    await tell_sessions(tx, [session], moment)
    return Opened(session, token)


async def end_sessions(tx: Tx, tenant_id: UUID, session_ids: Sequence[UUID], moment: datetime) -> int:
    """Ends sessions here and everywhere; how many still held."""
    ended = await sessions.end_sessions(tx, tenant_id, session_ids, moment)
    await tell_sessions(tx, ended, moment)
    return len(ended)


async def end_all_of(tx: Tx, member: Member, moment: datetime, *, but: UUID | None = None) -> int:
    """Ends all sessions of a member, but one if it is named; how many."""
    live = await sessions.live_ids(tx, member.tenant_id, member.id, moment)
    return await end_sessions(tx, member.tenant_id, [one for one in live if one != but], moment)


async def end_session(tx: Tx, actor: Actor, session_id: UUID, moment: datetime) -> Done[None]:
    """Ends one session: one's own, or anybody's by who manages members. Raises UnknownSessionError."""
    found = await sessions.read_session(tx, actor.tenant_id, session_id)
    if found is None or not (found.member_id == actor.member_id or actor.may(Scope.MEMBERS_MANAGE)):
        raise UnknownSessionError
    if not await end_sessions(tx, actor.tenant_id, [session_id], moment):
        return Done(None, None)
    return Done(None, AuditLine("session.end", "session", session_id, {"member": str(found.member_id)}))


async def see_session(tx: Tx, tenant_id: UUID, session_id: UUID, used_at: datetime) -> None:
    """Notes that a session was used, which lets it live on. What is no session is left alone."""
    found = await sessions.read_session(tx, tenant_id, session_id)
    if found is not None:
        await tell_sessions(tx, await sessions.see_session(tx, found, used_at), used_at)
