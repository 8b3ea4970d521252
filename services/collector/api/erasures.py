"""POST …:erase forgets a person, or one feedback, everywhere; /v1/erasures:retell tells it once more."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.collector.api.context import Context, Here
from services.collector.domain.erasure import ErasureKind, ErasureReason
from services.collector.store.erasures import read_ledger_of
from services.collector.use_cases.erase import Erase, erase, tell_again
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


class RetoldOut(BaseModel):
    """How many erasures were told again."""

    told: int


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


@router.post("/erasures:retell")
async def post_erasures_retell(here: Here, actor: Eraser) -> RetoldOut:
    """Tells the other services once more of all who were erased, after one of them was restored by itself."""
    entries = await read_ledger_of(here.carrier, actor.tenant_id)
    work = partial(tell_again, tenant_id=actor.tenant_id, entries=entries, trace_id=new_id().hex)
    told = await perform(here.database, actor, work)
    here.kick_relay()
    return RetoldOut(told=told)


async def _erase(here: Context, actor: Actor, kind: ErasureKind, subject_id: UUID, reason: ErasureReason) -> ErasedOut:
    command = Erase(actor.tenant_id, kind, subject_id, reason, new_id().hex)
    done = await perform(here.database, actor, partial(erase, keyring=here.keyring, command=command))
    if done is None:
        raise Problem("not_found", 404)
    if done.entry is not None:
        await here.ledger.write_down(done.entry)
        here.kick_relay()
    return ErasedOut(id=subject_id, erased_at=done.erased_at)
