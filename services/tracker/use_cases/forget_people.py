"""Forgets whom the collector has erased."""

from collections.abc import Sequence
from uuid import UUID

from services.tracker.store.personal_places import REGISTER
from shared.access.audit import AuditLine, write
from shared.contracts.envelope import Envelope
from shared.contracts.events import CustomerErased, FeedbackErased
from shared.database import Tx
from shared.privacy.forget import forget


async def forget_customers(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Blanks all that these customers said, and remembers them."""
    for fact in _in_order(facts):
        await _forget(tx, fact, "customer", CustomerErased.model_validate(fact.data).customer_id)


async def forget_feedback(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Blanks these feedbacks, and remembers them."""
    for fact in _in_order(facts):
        await _forget(tx, fact, "feedback", FeedbackErased.model_validate(fact.data).feedback_id)


def _in_order(facts: Sequence[Envelope]) -> list[Envelope]:
    """By tenant, so that two workers never hold each other up for ever."""
    return sorted(facts, key=lambda fact: fact.tenant_id)


async def _forget(tx: Tx, fact: Envelope, kind: str, subject_id: UUID) -> None:
    forgotten = await forget(tx, REGISTER, fact.tenant_id, [subject_id])
    detail = {"rows": forgotten.rows, "carried": forgotten.carried}
    line = AuditLine(f"{kind}.forget", kind, subject_id, detail, why=fact.type)
    await write(tx, "tracker", {fact.tenant_id: line})
