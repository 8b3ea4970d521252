"""Gives a feedback as it was written, and notes in the same transaction that it was read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.collector.store.keyring import Keyring
from services.collector.store.originals import read_feedback, read_hidden
from services.collector.store.tables import Feedback
from shared.access.audit import AuditLine, Done
from shared.database import Tx


@dataclass(frozen=True)
class Original:
    """A stored feedback, and what was hidden from it, by field."""

    feedback: Feedback
    hidden: dict[str, Any]


async def read_original(tx: Tx, keyring: Keyring, tenant_id: UUID, feedback_id: UUID) -> Done[Original | None]:
    """The original, or None when there is no such feedback, or none any more."""
    feedback = await read_feedback(tx, tenant_id, feedback_id)
    if feedback is None or feedback.erased_at is not None:
        return Done(None, None)
    hidden = await read_hidden(tx, await keyring.keys_of(tx, tenant_id), feedback)
    return Done(Original(feedback, hidden), AuditLine("feedback.read_original", "feedback", feedback_id))
