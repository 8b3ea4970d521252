"""Keeps what people said that a verdict should have been. A model may learn from it one day; none does yet."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.classifier.store.labels import put_labels
from shared.access.audit import AuditLine, lines_of_batch
from shared.contracts.envelope import Envelope
from shared.contracts.events import VerdictCorrected
from shared.database import Tx, Values


async def keep_labels(tx: Tx, facts: Sequence[Envelope]) -> Mapping[UUID, AuditLine]:
    """One label for each feedback, the latest; words that were erased are nothing to learn from."""
    latest: dict[tuple[UUID, UUID], VerdictCorrected] = {}
    for fact in facts:
        event = VerdictCorrected.model_validate(fact.data)
        place = (fact.tenant_id, event.feedback_id)
        if event.text and (place not in latest or latest[place].corrected_at < event.corrected_at):
            latest[place] = event
    kept = await put_labels(tx, [_row(tenant_id, event) for (tenant_id, _), event in latest.items()])
    return lines_of_batch("label.keep", "feedback", kept, why=VerdictCorrected.__name__)


def _row(tenant_id: UUID, event: VerdictCorrected) -> Values:
    return {"tenant_id": tenant_id, "id": event.feedback_id, **event.model_dump(exclude={"feedback_id"})}
