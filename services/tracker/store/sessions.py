"""Sessions as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.tracker.domain.session_times import SEEN_EVERY_MIN, expires_at
from services.tracker.store.member_tables import Session
from shared.database import Tx
from shared.paging import Place, after

ENDED_KEPT_DAYS = 30

_ONE = "SELECT * FROM session WHERE tenant_id = $1 AND id = $2"
_LIVE = "ended_at IS NULL AND expires_at > $3"
_LIST = f"""
SELECT * FROM session WHERE tenant_id = $1 AND ($2::uuid IS NULL OR member_id = $2) AND {_LIVE}
    AND ($4::timestamptz IS NULL OR (opened_at, id) < ($4, $5::uuid))
ORDER BY opened_at DESC, id DESC LIMIT $6
"""
_END = f"""
UPDATE session SET ended_at = $3, version = version + 1
WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) AND {_LIVE} RETURNING *
"""
_LIVE_IDS = (
    f"SELECT id FROM session WHERE tenant_id = $1 AND member_id = $2 AND {_LIVE} ORDER BY opened_at DESC, id DESC"
)
_SEEN = f"""
UPDATE session SET last_seen_at = $3, expires_at = $4, version = version + 1
WHERE tenant_id = $1 AND id = $2 AND {_LIVE} AND last_seen_at < $3 - make_interval(mins => $5) RETURNING *
"""
_FORGET = """
DELETE FROM session WHERE tenant_id = $1 AND member_id = $2
    AND least(ended_at, expires_at) < $3::timestamptz - make_interval(days => $4)
"""


async def read_session(tx: Tx, tenant_id: UUID, session_id: UUID) -> Session | None:
    """One session, ended or not."""
    return await tx.row(Session, _ONE, tenant_id, session_id)


async def list_live(  # noqa: PLR0913, PLR0917 - a list that is narrowed and paged
    tx: Tx, tenant_id: UUID, member_id: UUID | None, moment: datetime, place: Place | None, limit: int
) -> list[Session]:
    """Sessions that still hold, newest first; of all members when no one is named."""
    return await tx.rows(Session, _LIST, tenant_id, member_id, moment, *after(place), limit)


async def live_ids(tx: Tx, tenant_id: UUID, member_id: UUID, moment: datetime) -> list[UUID]:
    """A member's sessions that still hold, newest first."""
    return [row["id"] for row in await tx.fetch(_LIVE_IDS, tenant_id, member_id, moment)]


async def add_session(tx: Tx, session: Session) -> None:
    """A new session; what is long over of the same member goes."""
    await tx.execute(_FORGET, session.tenant_id, session.member_id, session.opened_at, ENDED_KEPT_DAYS)
    await tx.insert(Session, [session.model_dump(exclude={"ended_at"})])


async def end_sessions(tx: Tx, tenant_id: UUID, session_ids: Sequence[UUID], moment: datetime) -> list[Session]:
    """Ends sessions; returns those that still held, as they are now."""
    return await tx.rows(Session, _END, tenant_id, list(session_ids), moment)


async def see_session(tx: Tx, session: Session, moment: datetime) -> list[Session]:
    """Notes that a session is used, unless that was noted just now; returns it as it is now if it changed."""
    until = expires_at(session.opened_at, moment)
    return await tx.rows(Session, _SEEN, session.tenant_id, session.id, moment, until, SEEN_EVERY_MIN)
