"""Notes which feedback tells again what another told before. Its case stays, for its customer waits for an answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.tracker.store.told_before import note_links
from shared.contracts.envelope import Envelope
from shared.contracts.events import DuplicateLinked, DuplicateUnlinked
from shared.database import Tx, Values


async def note_linked(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Of several facts about one feedback the latest holds, in whatever order they are heard."""
    told = [(fact.tenant_id, DuplicateLinked.model_validate(fact.data)) for fact in facts]
    await note_links(tx, _latest(_row(tenant_id, event, event.linked_at) for tenant_id, event in told))


async def note_unlinked(tx: Tx, facts: Sequence[Envelope]) -> None:
    """As `note_linked`: the feedback is a statement of its own after all."""
    told = [(fact.tenant_id, DuplicateUnlinked.model_validate(fact.data)) for fact in facts]
    await note_links(tx, _latest(_row(tenant_id, event, event.unlinked_at) for tenant_id, event in told))


def _row(tenant_id: UUID, event: DuplicateLinked | DuplicateUnlinked, at: datetime) -> tuple[datetime, Values]:
    return at, {
        "tenant_id": tenant_id,
        "id": event.feedback_id,
        "original_id": event.original_id,
        "likeness": event.likeness,
        "is_linked": isinstance(event, DuplicateLinked),
        "told_at": at,
    }


def _latest(rows: Iterable[tuple[datetime, Values]]) -> list[Values]:
    """One row for each feedback, in one order for all writers."""
    latest = {str((row["tenant_id"], row["id"])): row for _, row in sorted(rows, key=lambda row: row[0])}
    return [latest[key] for key in sorted(latest)]
