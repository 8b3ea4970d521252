"""What the tracker's doors work with; put together in `main.py`."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.tracker.console.charts.drawing import Drawing
from services.tracker.notifiers.email import SmtpMailer
from shared.access.heads import Head, Heads
from shared.database import Database
from shared.messaging.lanes import Kick
from shared.peers.addresses import Addresses
from shared.peers.reading import Peer


@dataclass(frozen=True)
class MailWay:
    """How mails leave: `mailer` is None while no mail server is set. A page shows the rest, never the password."""

    mailer: SmtpMailer | None
    brand: str
    host: str | None
    port: int
    security: str
    username: str | None
    sender: str


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
    mail: MailWay
    heads: Heads
    addresses: Addresses

    async def last_seal(self, tenant_id: UUID) -> Head | None:
        """The end of a tenant's audit chain here, as it was last noted; None where this process cannot see the file."""
        try:
            heads = await asyncio.to_thread(lambda: [head for head in self.heads.read() if head.tenant_id == tenant_id])
        except OSError:
            return None
        return heads[-1] if heads else None


async def context_of(request: Request) -> Context:
    """The parts of the application that answers this request."""
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(context_of)]
