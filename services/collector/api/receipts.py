"""/v1/widget/receipts/{code}: what anybody who holds a receipt may see; /v1/receipts/{code}: what stands behind it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.domain.receipt_code import read_receipt_code
from services.collector.domain.stages import way_so_far
from services.collector.store.receipts import read_receipt
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.client_network import network_of
from shared.contracts.vocabulary import Stage
from shared.web.doors import requires
from shared.web.problems import Problem
from shared.web.rates import Allowance, Rates, admit
from shared.web.routing import Router


class StageOut(BaseModel):
    """A stage, and since when."""

    stage: Stage
    at: datetime


class HeldOut(BaseModel):
    """That the feedback is held, and since when."""

    receipt_code: str
    received_at: datetime


class ReceiptOut(HeldOut):
    """How far the feedback has come: `stage` is the present one, `stages` the way to it, which it ends."""

    stage: Stage
    stages: list[StageOut]


class ReceiptBehindOut(HeldOut):
    """Which feedback a receipt is for."""

    feedback_id: UUID


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
LOOKS_A_MINUTE = 60  # From one network; nobody guesses 58 random bits at that rate.


def allowance_of_reader(request: Request) -> Allowance:
    """How often this network has looked at receipts lately."""
    rates: Rates = request.app.state.rates
    network = network_of(request.client.host if request.client else None)
    return rates.take(("receipts", network), LOOKS_A_MINUTE)


router = Router(prefix="/v1", tags=["receipts"])


@router.get("/widget/receipts/{code}")
async def get_receipt(code: str, request: Request, here: Here) -> ReceiptOut:
    """How far the feedback behind the code has come. The code itself is the permission."""
    admit(request, allowance_of_reader(request))
    written = read_receipt_code(code[:64])
    receipt = await read_receipt(here.database, written)
    if receipt is None:
        raise Problem("not_found", 404)
    way = way_so_far(receipt.received_at, receipt.steps)
    stages = [StageOut(stage=one.stage, at=one.at) for one in way]
    return ReceiptOut(receipt_code=written, received_at=receipt.received_at, stage=way[-1].stage, stages=stages)


@router.get("/receipts/{code}")
async def get_receipt_behind(code: str, here: Here, actor: Reader) -> ReceiptBehindOut:
    """Which feedback of the caller's tenant a customer means who names a receipt."""
    written = read_receipt_code(code[:64])
    receipt = await read_receipt(here.database, written)
    if receipt is None or receipt.tenant_id != actor.tenant_id:
        raise Problem("not_found", 404)
    return ReceiptBehindOut(receipt_code=written, received_at=receipt.received_at, feedback_id=receipt.feedback_id)
