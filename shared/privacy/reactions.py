"""On news of an erasure: each service blanks its own places, and writes its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.access.audit import AuditLine, write
from shared.contracts.envelope import Envelope
from shared.contracts.events import CustomerErased, FeedbackErased
from shared.database import Tx
from shared.privacy.forget import forget
from shared.privacy.places import PersonalRegister


@dataclass(frozen=True)
class ForgetPeople:
    """What one service does when the collector has erased somebody: `actor` is its name in the audit."""

    actor: str
    register: PersonalRegister

    async def customers(self, tx: Tx, facts: Sequence[Envelope]) -> None:
        """Blanks all that these customers said, and remembers them."""
        for fact in _in_order(facts):
            await self._forget(tx, fact, "customer", CustomerErased.model_validate(fact.data).customer_id)

    async def feedback(self, tx: Tx, facts: Sequence[Envelope]) -> None:
        """Blanks these feedbacks, and remembers them."""
        for fact in _in_order(facts):
            await self._forget(tx, fact, "feedback", FeedbackErased.model_validate(fact.data).feedback_id)

    async def _forget(self, tx: Tx, fact: Envelope, kind: str, subject_id: UUID) -> None:
        forgotten = await forget(tx, self.register, fact.tenant_id, [subject_id])
        detail = {"rows": forgotten.rows, "carried": forgotten.carried}
        line = AuditLine(f"{kind}.forget", kind, subject_id, detail, why=fact.type)
        await write(tx, self.actor, {fact.tenant_id: line})


def _in_order(facts: Sequence[Envelope]) -> list[Envelope]:
    """By tenant, so that two workers never hold each other up for ever."""
    return sorted(facts, key=lambda fact: fact.tenant_id)
