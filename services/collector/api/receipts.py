"""GET /v1/widget/receipts/{code}: what anybody who holds a receipt may see. No personal data."""

from datetime import datetime

from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.domain.receipt_code import read_receipt_code
from services.collector.store.receipts import read_receipt
from shared.web.problems import Problem
from shared.web.routing import Router


class ReceiptOut(BaseModel):
    """That the feedback is held, and since when."""

    receipt_code: str
    received_at: datetime


router = Router(prefix="/v1/widget", tags=["receipts"])


@router.get("/receipts/{code}")
async def get_receipt(code: str, here: Here) -> ReceiptOut:
    """When the feedback behind the code was received. The code itself is the permission."""
    written = read_receipt_code(code[:64])
    receipt = await read_receipt(here.database, written)
    if receipt is None:
        raise Problem("not_found", 404)
    return ReceiptOut(receipt_code=written, received_at=receipt.received_at)
