"""What the tracker's doors work with; put together in `main.py`."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.tracker.console.charts.drawing import Drawing
from shared.database import Database
from shared.messaging.lanes import Kick
from shared.peers.addresses import Addresses
from shared.peers.reading import Peer


@dataclass(frozen=True)
class Context:
    """The tracker's parts."""

    database: Database
    carrier: Database
    kick_jobs: Kick
    collector: Peer
    classifier: Peer
    drawing: Drawing
    kick_relay: Kick
    addresses: Addresses
    is_mail_set: bool


async def context_of(request: Request) -> Context:
    """The parts of the application that answers this request."""
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(context_of)]
