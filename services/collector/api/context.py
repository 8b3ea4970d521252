"""What the collector's doors work with; put together in `main.py`."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.collector.store.keyring import Keyring
from services.collector.use_cases.group_commit import GroupWriter
from services.collector.use_cases.mask_intakes import Masking
from services.collector.use_cases.replay_erasures import ErasureLedger
from shared.clock import Clock, now
from shared.database import Database
from shared.messaging.lanes import Kick


@dataclass(frozen=True)
class Context:
    """The collector's parts."""

    database: Database
    carrier: Database
    keyring: Keyring
    ledger: ErasureLedger
    kick_relay: Kick
    writer: GroupWriter
    clock: Clock = now
    masking: Masking = field(default_factory=Masking)


async def context_of(request: Request) -> Context:
    """The parts of the application that answers this request."""
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(context_of)]
