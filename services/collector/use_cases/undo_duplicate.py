"""Somebody says that a feedback is a statement of its own after all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.store import duplicates
from services.collector.store.duplicate_tables import DuplicateLink
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.contracts.events import DuplicateUnlinked
from shared.database import Tx
from shared.messaging import outbox


@dataclass(frozen=True)
class UndoDuplicate:
    """The command: which link, of which feedback, who says so, when, under which trace."""

    actor: Actor
    feedback_id: UUID
    link_id: UUID
    moment: datetime
    trace_id: str


async def undo_duplicate(tx: Tx, command: UndoDuplicate) -> Done[DuplicateLink | None]:
    """The link as it stands now; None when there is none. Undoing it again changes nothing."""
    tenant_id = command.actor.tenant_id
    place = (tenant_id, command.feedback_id, command.link_id)
    await duplicates.work_alone(tx, tenant_id)
    link = await duplicates.undo_link(tx, *place, (command.moment, command.actor.label))
    if link is None:
        return Done(await duplicates.read_link(tx, *place), None)
    fact = DuplicateUnlinked(
        feedback_id=link.feedback_id,
        original_id=link.original_id,
        likeness=link.likeness,
        unlinked_at=command.moment,
    )
    await outbox.put(tx, [outbox.seal(tenant_id, fact, at=command.moment, trace_id=command.trace_id)])
    detail = {"feedback_id": str(link.feedback_id), "original_id": str(link.original_id)}
    return Done(link, AuditLine("duplicate.undo", "duplicate_link", link.id, detail))
