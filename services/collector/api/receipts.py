"""/v1/widget/receipts/{code}: what anybody who holds a receipt may see; /v1/receipts/{code}: what stands behind it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.domain.receipt_code import read_receipt_code
from services.collector.store.receipts import read_receipt
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.web.doors import requires
from shared.web.problems import Problem
from shared.web.routing import Router


class ReceiptOut(BaseModel):
    """That the feedback is held, and since when."""

    receipt_code: str
    received_at: datetime


class ReceiptBehindOut(ReceiptOut):
    """Which feedback a receipt is for."""

    feedback_id: UUID


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
router = Router(prefix="/v1", tags=["receipts"])


@router.get("/widget/receipts/{code}")
async def get_receipt(code: str, here: Here) -> ReceiptOut:
    """When the feedback behind the code was received. The code itself is the permission."""
    written = read_receipt_code(code[:64])
    receipt = await read_receipt(here.database, written)
    if receipt is None:
        raise Problem("not_found", 404)
    return ReceiptOut(receipt_code=written, received_at=receipt.received_at)


@router.get("/receipts/{code}")
async def get_receipt_behind(code: str, here: Here, actor: Reader) -> ReceiptBehindOut:
    """Which feedback of the caller's tenant a customer means who names a receipt."""
    written = read_receipt_code(code[:64])
    receipt = await read_receipt(here.database, written)
    if receipt is None or receipt.tenant_id != actor.tenant_id:
        raise Problem("not_found", 404)
    return ReceiptBehindOut(receipt_code=written, received_at=receipt.received_at, feedback_id=receipt.feedback_id)
