"""Remembers which keys were used, and tells the tracker now and then, so that an unused key is seen."""

import asyncio
from datetime import datetime, timedelta

from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.clock import Clock, now
from shared.contracts.events import KeyUsed
from shared.database import Database
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.lanes import Kick

TELL_S = 5.0
# A session that is used lives on.
_WORTH_TELLING = (Kind.SECRET, Kind.PUBLISHABLE, Kind.SESSION)
SAME_KEY_AGAIN = timedelta(minutes=5)
NOTED_MAX = 10_000


class Uses:
    """A lane of every process with doors. What a crash loses is a time in a list."""

    name = "api"

    def __init__(self, database: Database, kick_relay: Kick, *, clock: Clock = now, tell_s: float = TELL_S) -> None:
        self._database = database
        self._kick_relay = kick_relay
        self._clock = clock
        self._tell_s = tell_s
        self._new: dict[Actor, datetime] = {}
        self._told: dict[Actor, datetime] = {}

    def note(self, actor: Actor) -> None:
        """A key was checked and found good."""
        moment = self._clock()
        told = self._told.get(actor)
        if actor.kind in _WORTH_TELLING and (told is None or told + SAME_KEY_AGAIN <= moment):
            self._new[actor] = moment

    async def run(self) -> None:
        """Tells what was noted, until cancelled."""
        while True:
            await asyncio.sleep(self._tell_s)
            if self._new:
                await self.tell()

    async def tell(self) -> None:
        """Puts what was noted into the outbox; what cannot be written is told the next time."""
        noted = dict(self._new)
        facts = [
            outbox.seal(actor.tenant_id, KeyUsed(key_id=actor.credential_id, used_at=at), at=at, trace_id=new_id().hex)
            for actor, at in noted.items()
        ]
        async with self._database.transaction(*{actor.tenant_id for actor in noted}) as tx:
            await outbox.put(tx, facts)
        self._kick_relay()
        if len(self._told) > NOTED_MAX:
            self._told.clear()
        self._told.update(noted)
        self._new = {actor: at for actor, at in self._new.items() if noted.get(actor) != at}
