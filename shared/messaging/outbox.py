"""Puts facts into the outbox, in the transaction that makes them true."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import EVENTS
from shared.contracts.persons import feedback_of
from shared.contracts.routes import subject_of
from shared.database import Tx, Values
from shared.ids import new_id
from shared.messaging.tables import Outbox

_NAMES = {kind: name for name, kind in EVENTS.items()}


def seal(tenant_id: UUID, event: Event, *, at: datetime, trace_id: str) -> Envelope:
    """An event in a new envelope."""
    name, version = _NAMES[type(event)]
    return Envelope.model_construct(
        id=new_id(),
        type=name,
        version=version,
        tenant_id=tenant_id,
        occurred_at=at,
        trace_id=trace_id,
        data=event.model_dump(mode="json"),
    )


async def put(tx: Tx, envelopes: Sequence[Envelope]) -> None:
    """Writes the facts. They are sent when, and only when, the transaction commits."""
    await tx.insert(Outbox, rows(envelopes))


def rows(envelopes: Sequence[Envelope]) -> list[Values]:
    """The facts as rows of the outbox, for who writes them in one statement with something else."""
    return [
        {
            "tenant_id": envelope.tenant_id,
            "id": envelope.id,
            "subject": subject_of(EVENTS[envelope.type, envelope.version]),
            "about": feedback_of(envelope.data),
            "body": envelope.model_dump_json(),
        }
        for envelope in envelopes
    ]
