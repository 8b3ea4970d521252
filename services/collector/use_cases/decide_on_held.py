"""Lets a feedback go on that looked like spam, or says that it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.intake import product_name
from services.collector.store.quarantine import QuarantineState, decide
from services.collector.store.tables import Feedback
from shared.access.audit import AuditLine, Done, count_of
from shared.access.credentials import Actor
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.contracts.vocabulary import Channel, Language
from shared.database import Tx
from shared.messaging import outbox


@dataclass(frozen=True)
class DecideOnHeld:
    """The command: who says what of which feedbacks, when, under which trace."""

    actor: Actor
    feedback_ids: Sequence[UUID]
    state: QuarantineState
    moment: datetime
    trace_id: str


async def decide_on_held(tx: Tx, command: DecideOnHeld) -> Done[list[UUID]]:
    """The feedbacks of which it was not said before. One that is released goes the way that all others went."""
    tenant_id = command.actor.tenant_id
    decided = (command.state, command.actor.label, command.moment)
    feedbacks = await decide(tx, tenant_id, sorted(set(command.feedback_ids)), decided)
    if command.state is QuarantineState.RELEASED:
        await outbox.put(tx, [_received(feedback, command) for feedback in feedbacks])
    ids = sorted(feedback.id for feedback in feedbacks)
    verb = "feedback.release" if command.state is QuarantineState.RELEASED else "feedback.call_spam"
    return Done(ids, AuditLine(verb, "feedback", detail=count_of(ids)) if ids else None)


def _received(feedback: Feedback, command: DecideOnHeld) -> Envelope:
    event = FeedbackReceived(
        feedback_id=feedback.id,
        customer_id=feedback.customer_id,
        channel=Channel(feedback.channel),
        source=feedback.source,
        text=feedback.text,
        language=Language(feedback.language),
        rating=feedback.rating,
        product=product_name(feedback.product),
        occurred_at=feedback.occurred_at,
        received_at=feedback.received_at,
    )
    return outbox.seal(feedback.tenant_id, event, at=command.moment, trace_id=command.trace_id)
