"""GET /v1/replies/{id}/original: what a customer answered by mail, as they wrote it, for the few who may know."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.use_cases.read_reply import read_reply_original
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.web.doors import requires
from shared.web.problems import Problem
from shared.web.routing import Router


class ReplyOriginalOut(BaseModel):
    """An answer by mail, as it was written."""

    id: UUID
    feedback_id: UUID
    text: str


PersonalReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
router = Router(prefix="/v1/replies", tags=["feedback"])


@router.get("/{reply_id}/original")
async def get_reply_original(reply_id: UUID, here: Here, actor: PersonalReader) -> ReplyOriginalOut:
    """What a customer answered to a mail of ours, as they wrote it; each reading is noted."""
    work = partial(read_reply_original, keyring=here.keyring, tenant_id=actor.tenant_id, reply_id=reply_id)
    found = await perform(here.database, actor, work)
    if found is None:
        raise Problem("not_found", 404)
    reply, text = found
    return ReplyOriginalOut(id=reply.id, feedback_id=reply.feedback_id, text=text)
