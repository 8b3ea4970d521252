"""Opens a case for each feedback that was classified."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.tracker.domain.case_states import CaseState
from services.tracker.domain.margins import margin_of
from services.tracker.store.cases import add_cases
from shared.access.audit import AuditLine, lines_of_batch
from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.events import CaseProgressed, FeedbackClassified
from shared.contracts.vocabulary import Stage
from shared.database import Tx, Values
from shared.ids import new_id
from shared.messaging import outbox


async def open_cases(tx: Tx, facts: Sequence[Envelope]) -> Mapping[UUID, AuditLine]:
    """One case for each feedback; hearing of it again changes nothing."""
    cases = {UUID(str(case["id"])): case for case in map(_case, facts)}
    opened = await add_cases(tx, list(cases.values()))
    await outbox.put(tx, [_progress(cases[case_id]) for _, case_id in opened])
    return lines_of_batch("case.open", "case", opened, why=FeedbackClassified.__name__)


def _case(fact: Envelope) -> Values:
    event = FeedbackClassified.model_validate(fact.data)
    feedback = event.feedback
    copied = feedback.model_dump(include={
        "feedback_id", "customer_id", "text", "language", "channel", "source", "product", "rating",
        "occurred_at", "received_at",
    })  # fmt: skip
    judged = event.model_dump(include={"category", "urgency", "confidence", "model_version"})
    reasons = event.model_dump(include={"ranked", "terms", "urgency_terms"})
    return {
        "tenant_id": fact.tenant_id,
        "id": new_id(),
        "state": CaseState.NEW,
        "stage": Stage.UNDERSTOOD,
        "stage_step": 1,
        "trace_id": fact.trace_id,
        **copied,
        **judged,
        "model_category": event.category,
        "model_urgency": event.urgency,
        "margin": margin_of([one.probability for one in event.ranked], event.confidence),
        **{name: json.dumps(some, ensure_ascii=False) for name, some in reasons.items()},
    }


def _progress(case: Values) -> Envelope:
    """Its customer may know that it was understood."""
    moment = now()
    feedback_id, tenant_id = UUID(str(case["feedback_id"])), UUID(str(case["tenant_id"]))
    event = CaseProgressed(feedback_id=feedback_id, stage=Stage.UNDERSTOOD, step=1, at=moment)
    return outbox.seal(tenant_id, event, at=moment, trace_id=str(case["trace_id"]))
