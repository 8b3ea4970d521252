"""GET /v1/feedback/{id} and its original: what was said, masked for all, and as written for the few who may know."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.collector.api.context import Here
from services.collector.store.originals import read_feedback
from services.collector.use_cases.read_original import Original, read_original
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel, Language
from shared.web.doors import requires
from shared.web.problems import Problem
from shared.web.routing import Router


def _document(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The driver hands JSON over as text."""
    return json.loads(value) if isinstance(value, str) else value


class MaskOut(BaseModel):
    """One mask. Offsets count characters (Unicode code points), the end not included."""

    kind: str
    original: tuple[int, int]
    masked: tuple[int, int]


Document = Annotated[dict[str, Any] | None, BeforeValidator(_document)]
Masks = Annotated[list[MaskOut], BeforeValidator(lambda spans: _document(spans) or [])]


class StoredFeedbackOut(BaseModel):
    """One feedback without personal data; `masks` says what was hidden in the text, and where."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID | None
    channel: Channel
    source: str | None
    external_id: str | None
    text: str
    masks: Masks = Field(validation_alias="masked_spans")
    has_original: Annotated[bool, BeforeValidator(lambda sealed: sealed is not None)] = Field(
        validation_alias="sealed_original"
    )
    language: Language
    rating: float | None
    rating_given: Document
    product: Document
    details: Document = Field(description="the fields of its channel")
    occurred_at: datetime
    received_at: datetime
    erased_at: datetime | None


class OriginalOut(BaseModel):
    """What the customer wrote, as they wrote it."""

    id: UUID
    text: str
    source: str | None
    external_id: str | None
    product: dict[str, Any] | None
    details: dict[str, Any] | None
    masks: Masks


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
PersonalReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
router = Router(prefix="/v1", tags=["feedback"])


@router.get("/feedback/{feedback_id}")
async def get_feedback(feedback_id: UUID, here: Here, actor: Reader) -> StoredFeedbackOut:
    """One feedback, masked."""
    async with here.database.transaction(actor.tenant_id) as tx:
        feedback = await read_feedback(tx, actor.tenant_id, feedback_id)
    if feedback is None:
        raise Problem("not_found", 404)
    return StoredFeedbackOut.model_validate(feedback)


@router.get("/feedback/{feedback_id}/original")
async def get_original(feedback_id: UUID, here: Here, actor: PersonalReader) -> OriginalOut:
    """One feedback as it was written; each reading is noted."""
    work = partial(read_original, keyring=here.keyring, tenant_id=actor.tenant_id, feedback_id=feedback_id)
    original = await perform(here.database, actor, work)
    if original is None:
        raise Problem("not_found", 404)
    return _unmasked(original)


def _unmasked(original: Original) -> OriginalOut:
    feedback, hidden = original.feedback, original.hidden
    product = (_document(feedback.product) or {}) | hidden.get("product", {})
    return OriginalOut(
        id=feedback.id,
        text=hidden.get("text", feedback.text),
        source=hidden.get("source", feedback.source),
        external_id=hidden.get("external_id", feedback.external_id),
        product=product or None,
        details=hidden.get("details", _document(feedback.details)),
        masks=_document(feedback.masked_spans) or [],
    )
