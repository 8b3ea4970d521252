"""POST …:erase forgets a person, or one feedback, everywhere; /v1/erasures:retell tells it once more."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from services.collector.api.context import Context, Here
from services.collector.domain.erasure import ErasureKind, ErasureReason, LedgerEntry
from services.collector.store.erasures import read_ledger_of
from services.collector.use_cases.erase import Erase, ErasedNow, erase, tell_again
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.ids import new_id
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.problems import Problem
from shared.web.routing import Router


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
router = Router(prefix="/v1", tags=["erasure"])


@router.post("/customers/{customer_id}:erase")
async def post_customer_erase(customer_id: UUID, asked: EraseIn, here: Here, actor: Eraser, once: Once) -> ErasedOut:
    """Erases a customer with all that they said. Doing it again changes nothing."""
    command = Erase(actor.tenant_id, ErasureKind.CUSTOMER, customer_id, asked.reason, new_id().hex)
    return await _erase(here, actor, once, command)


@router.post("/feedback/{feedback_id}:erase")
async def post_feedback_erase(feedback_id: UUID, asked: EraseIn, here: Here, actor: Eraser, once: Once) -> ErasedOut:
    """Erases one feedback. Doing it again changes nothing."""
    command = Erase(actor.tenant_id, ErasureKind.FEEDBACK, feedback_id, asked.reason, new_id().hex)
    return await _erase(here, actor, once, command)


@router.post("/erasures:retell")
async def post_erasures_retell(here: Here, actor: Eraser, once: Once) -> RetoldOut:
    """Tells the other services once more of all who were erased, after one of them was restored by itself."""
    entries = await read_ledger_of(here.carrier, actor.tenant_id)
    work = partial(tell_again, tenant_id=actor.tenant_id, entries=entries, trace_id=new_id().hex)
    told = await once.perform(here.database, actor, work, _retold)
    here.kick_relay()
    return told


async def _erase(here: Context, actor: Actor, once: Once, command: Erase) -> ErasedOut:
    render = _Rendering(command.subject_id)
    erased = await once.perform(here.database, actor, partial(erase, keyring=here.keyring, command=command), render)
    await render.write_down(here)
    return erased


def _retold(told: int) -> RetoldOut:
    return RetoldOut(told=told)


class _Rendering:
    """The answer to an erasure, and its line for the ledger beside the databases, once it is committed."""

    def __init__(self, subject_id: UUID) -> None:
        self._subject_id = subject_id
        self._entries: tuple[LedgerEntry, ...] = ()

    def __call__(self, done: ErasedNow | None) -> ErasedOut:
        if done is None:
            raise Problem("not_found", 404)
        self._entries = done.entries
        return ErasedOut(id=self._subject_id, erased_at=done.erased_at)

    async def write_down(self, here: Context) -> None:
        """Nothing, when it was erased before."""
        for entry in self._entries:
            await here.ledger.write_down(entry)
        if self._entries:
            here.kick_relay()
