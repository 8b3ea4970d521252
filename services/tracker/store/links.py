"""One-time links as rows. A link that was used is deleted in the transaction of its use."""

from datetime import datetime
from uuid import UUID

from services.tracker.store.member_tables import OneTimeLink
from shared.database import Tx

_OPEN = "SELECT * FROM one_time_link WHERE tenant_id = $1 AND id = $2 AND expires_at > $3"
_SPEND = "DELETE FROM one_time_link WHERE tenant_id = $1 AND id = $2 AND expires_at > $3 RETURNING *"
_DROP = "DELETE FROM one_time_link WHERE tenant_id = $1 AND (member_id = $2 OR expires_at <= $3)"


async def add_link(tx: Tx, link: OneTimeLink) -> None:
    """A new link. What the same member was given before, and what is over, no longer works."""
    await drop_links(tx, link.tenant_id, link.member_id, link.made_at)
    await tx.insert(OneTimeLink, [link.model_dump()])


async def drop_links(tx: Tx, tenant_id: UUID, member_id: UUID | None, moment: datetime) -> None:
    """Takes back a member's links, and deletes those that are over."""
    await tx.execute(_DROP, tenant_id, member_id, moment)


async def open_link(tx: Tx, tenant_id: UUID, link_id: UUID, moment: datetime) -> OneTimeLink | None:
    """A link that still works."""
    return await tx.row(OneTimeLink, _OPEN, tenant_id, link_id, moment)


async def spend_link(tx: Tx, tenant_id: UUID, link_id: UUID, moment: datetime) -> OneTimeLink | None:
    """Uses a link up. Of two at once, one gets None."""
    return await tx.row(OneTimeLink, _SPEND, tenant_id, link_id, moment)
