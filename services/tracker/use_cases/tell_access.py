"""Says in one transaction who may do what now: to this service's own table of credentials, and to the others."""

from collections.abc import Sequence
from datetime import datetime

from services.tracker.store.member_tables import Member, Session
from shared.access.held import hold_key, hold_member
from shared.access.kinds import Kind
from shared.access.scopes import Role, scopes_of
from shared.contracts.events import KeyChanged, MemberChanged
from shared.database import Tx
from shared.messaging import outbox


async def tell_member(tx: Tx, member: Member, moment: datetime) -> None:
    """What a member may, and whether still."""
    changed = MemberChanged(
        member_id=member.id,
        member_version=member.version,
        scopes=sorted(scopes_of(map(Role, member.roles))),
        revoked_at=member.disabled_at,
    )
    await hold_member(tx, member.tenant_id, changed)
    await outbox.put(tx, [outbox.seal(member.tenant_id, changed, at=moment, trace_id=member.id.hex)])


async def tell_sessions(tx: Tx, sessions: Sequence[Session], moment: datetime) -> None:
    """How long sessions hold."""
    for session in sessions:
        changed = KeyChanged(
            key_id=session.id,
            key_version=session.version,
            kind=Kind.SESSION,
            secret_sha256=session.secret_sha256.hex(),
            scopes=[],
            member_id=session.member_id,
            channel=None,
            origins=None,
            requests_per_minute=None,
            expires_at=session.expires_at,
            revoked_at=session.ended_at,
        )
        await hold_key(tx, session.tenant_id, changed)
        await outbox.put(tx, [outbox.seal(session.tenant_id, changed, at=moment, trace_id=session.id.hex)])
