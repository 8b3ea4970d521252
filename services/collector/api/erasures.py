"""POST /v1/customers/{id}:erase and /v1/feedback/{id}:erase: forgets a person, or one feedback, everywhere."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.collector.api.context import Context, Here
from services.collector.domain.erasure import ErasureKind, ErasureReason
from services.collector.use_cases.erase import Erase, erase
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.ids import new_id
from shared.web.doors import requires
from shared.web.problems import Problem


class EraseIn(BaseModel):
    """Why; it is noted."""

    model_config = ConfigDict(extra="forbid")

    reason: ErasureReason


class ErasedOut(BaseModel):
    """Since when it is erased here; the other services follow within seconds."""

    id: UUID
    erased_at: datetime


Eraser = Annotated[Actor, Depends(requires(Scope.PEOPLE_ERASE))]
router = APIRouter(prefix="/v1", tags=["erasure"])


@router.post("/customers/{customer_id}:erase")
async def post_customer_erase(customer_id: UUID, asked: EraseIn, here: Here, actor: Eraser) -> ErasedOut:
    """Erases a customer with all that they said. Doing it again changes nothing."""
    return await _erase(here, actor, ErasureKind.CUSTOMER, customer_id, asked.reason)


@router.post("/feedback/{feedback_id}:erase")
async def post_feedback_erase(feedback_id: UUID, asked: EraseIn, here: Here, actor: Eraser) -> ErasedOut:
    """Erases one feedback. Doing it again changes nothing."""
    return await _erase(here, actor, ErasureKind.FEEDBACK, feedback_id, asked.reason)


async def _erase(here: Context, actor: Actor, kind: ErasureKind, subject_id: UUID, reason: ErasureReason) -> ErasedOut:
    command = Erase(actor.tenant_id, kind, subject_id, reason, new_id().hex)
    done = await perform(here.database, actor, partial(erase, keyring=here.keyring, command=command))
    if done is None:
        raise Problem("not_found", 404)
    if done.entry is not None:
        await here.ledger.write_down(done.entry)
        here.kick_relay()
    return ErasedOut(id=subject_id, erased_at=done.erased_at)
