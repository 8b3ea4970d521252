"""Judges feedback that came in, keeps the verdicts and tells them on."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.classifier.model.score import Judgement, Weighed
from services.classifier.model.shelf import Shelf
from services.classifier.store.verdicts import add_verdicts
from shared.access.audit import AuditLine, lines_of_batch
from shared.clock import Clock
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackClassified, FeedbackReceived, RankedCategory, WeighedTerm
from shared.database import Tx, Values
from shared.messaging import outbox


async def classify_feedback(
    tx: Tx, facts: Sequence[Envelope], *, shelf: Shelf, clock: Clock
) -> Mapping[UUID, AuditLine]:
    """One verdict and one FeedbackClassified for each feedback that has none yet."""
    scorer = shelf.scorer
    received = [FeedbackReceived.model_validate(fact.data) for fact in facts]
    texts = [(feedback.text, feedback.language) for feedback in received]
    judged = await asyncio.to_thread(scorer.judge, texts)
    rows = [
        _row(fact, feedback, verdict, scorer.version)
        for fact, feedback, verdict in zip(facts, received, judged, strict=True)
    ]
    new = await add_verdicts(tx, rows)
    told = [
        outbox.seal(fact.tenant_id, _event(feedback, verdict, scorer.version), at=clock(), trace_id=fact.trace_id)
        for fact, feedback, verdict in zip(facts, received, judged, strict=True)
        if feedback.feedback_id in new
    ]
    await outbox.put(tx, told)
    done = [
        (fact.tenant_id, one.feedback_id) for fact, one in zip(facts, received, strict=True) if one.feedback_id in new
    ]
    return lines_of_batch("feedback.classify", "feedback", done, why=FeedbackReceived.__name__)


def _row(fact: Envelope, feedback: FeedbackReceived, verdict: Judgement, version: str) -> Values:
    return {
        "tenant_id": fact.tenant_id,
        "id": feedback.feedback_id,
        "customer_id": feedback.customer_id,
        "category": verdict.category,
        "urgency": verdict.urgency,
        "confidence": verdict.confidence,
        "urgency_confidence": verdict.urgency_confidence,
        "language": feedback.language,
        "model_version": version,
    }


def _event(feedback: FeedbackReceived, verdict: Judgement, version: str) -> FeedbackClassified:
    return FeedbackClassified(
        feedback=feedback,
        category=verdict.category,
        urgency=verdict.urgency,
        confidence=verdict.confidence,
        urgency_confidence=verdict.urgency_confidence,
        model_version=version,
        ranked=[RankedCategory(category=name, probability=share) for name, share in verdict.ranked],
        terms=_weighed(verdict.terms),
        urgency_terms=_weighed(verdict.urgency_terms),
    )


def _weighed(terms: Weighed) -> list[WeighedTerm]:
    return [WeighedTerm(term=term, weight=weight) for term, weight in terms]
