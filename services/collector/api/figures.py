"""GET /v1/figures: how much has come in, and how much is on its way."""

from pydantic import BaseModel

from services.collector.api.context import Here
from services.collector.store.figures import count_feedback
from services.collector.store.quarantine import count_quarantined
from shared.messaging.figures import carrier_figures
from shared.web.doors import FiguresReader
from shared.web.routing import Router
from shared.web.whose import Whose


class FiguresOut(BaseModel):
    """Counts of this service."""

    received: int
    quarantined: int
    outbox_pending: int
    dead_letters: int
    jobs_waiting: int
    jobs_dead: int


router = Router(prefix="/v1", tags=["figures"])


@router.get("/figures")
async def get_figures(here: Here, actor: FiguresReader, whose: Whose) -> FiguresOut:
    """The collector's counts."""
    async with here.database.transaction(actor.tenant_id) as tx:
        received, quarantined = await count_feedback(tx), await count_quarantined(tx)
    return FiguresOut(received=received, quarantined=quarantined, **await carrier_figures(here.carrier, whose))
