"""GET /v1/verdicts/{feedback_id} and GET /v1/figures: what was judged, and how much."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.classifier.api.context import Here
from services.classifier.store.labels import count_labels
from services.classifier.store.verdicts import count_verdicts, verdict_of
from shared.contracts.events import FeedbackReceived
from shared.contracts.vocabulary import Urgency
from shared.messaging.figures import carrier_figures, count_set_aside
from shared.web.doors import FiguresReader, WorkReader
from shared.web.problems import Problem
from shared.web.routing import Router
from shared.web.whose import Whose


class VerdictOut(BaseModel):
    """What the classifier says of one feedback, how sure it is, and which model said it."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    category: str
    urgency: Urgency
    confidence: float
    urgency_confidence: float
    model_version: str
    decided_at: datetime


class FiguresOut(BaseModel):
    """Counts of this service. Quarantined is what it could not judge: a person must look at the dead letters.

    Labelled is what a person has corrected, or found right.
    """

    classified: int
    quarantined: int
    labelled: int
    outbox_pending: int
    dead_letters: int
    jobs_waiting: int
    jobs_dead: int


router = Router(prefix="/v1", tags=["verdicts"])


@router.get("/verdicts/{feedback_id}")
async def get_verdict(feedback_id: UUID, here: Here, actor: WorkReader) -> VerdictOut:
    """The verdict on one feedback."""
    async with here.database.transaction(actor.tenant_id) as tx:
        verdict = await verdict_of(tx, actor.tenant_id, feedback_id)
    if verdict is None:
        raise Problem("not_found", 404)
    return VerdictOut.model_validate(verdict)


@router.get("/figures")
async def get_figures(here: Here, actor: FiguresReader, whose: Whose) -> FiguresOut:
    """The classifier's counts."""
    async with here.database.transaction(actor.tenant_id) as tx:
        counts = {"classified": await count_verdicts(tx), "labelled": await count_labels(tx)}
    quarantined = await count_set_aside(here.carrier, FeedbackReceived, actor.tenant_id)
    return FiguresOut(quarantined=quarantined, **counts, **await carrier_figures(here.carrier, whose))
