"""What every service stands on: its two ways into the database, the stream, the keys' check, and its lanes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar
from uuid import UUID

from shared.access.credentials import Credentials
from shared.access.export import Exported
from shared.access.forgetting import FORGET_TENANT, forget_tenant
from shared.access.heads import Heads
from shared.access.sealing import Sealer
from shared.access.uses import Uses
from shared.contracts.envelope import Event
from shared.database import CARRIER_STATEMENT_TIMEOUT_S, Database, is_transient
from shared.messaging.consumer import Able, Consumer, Reaction
from shared.messaging.jobs import Handler, Jobs
from shared.messaging.lanes import Kick, Lane, running
from shared.messaging.relay import First, Relay, nothing
from shared.messaging.stream import Stream
from shared.settings import LaneName, ServiceSettings
from shared.web.pages import Pages
from shared.web.self_checks import SelfCheck

Door = TypeVar("Door")


class Ground:
    """Built once in a service's `main.py`, from its settings."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.database = Database(settings.app_url, connections_max=settings.pool_connections_max)
        self.carrier = Database(
            settings.carrier_url,
            connections_max=settings.pool_connections_max,
            statement_timeout_s=CARRIER_STATEMENT_TIMEOUT_S,
        )
        self.stream = Stream(
            settings.nats_url,
            settings.stream,
            replicas=settings.nats_replicas,
            ack_wait_s=settings.ack_wait_s,
            ca_file=settings.nats_ca_file,
            owner=self._instance_id,
        )
        self.consumers: list[str] = []
        self.kick_relay = Kick()
        self._uses = Uses(self.database, self.kick_relay)
        self.credentials = Credentials(self.database, on_use=self._uses.note)
        self.kick_jobs = Kick()
        self.heads = Heads(settings.data_dir / "audit" / f"{service}.heads")

    def state(self, context: object, exported: Exported, self_checks: Mapping[str, SelfCheck]) -> dict[str, object]:
        """What the doors find in the application's state; `context` holds the service's own parts."""
        return {
            "context": context,
            "exported": exported,
            "self_checks": self_checks,
            "database": self.database,
            "carrier": self.carrier,
            "stream": self.stream,
            "consumers": self.consumers,
            "credentials": self.credentials,
            "pages": Pages(self.settings.cursor_key_file.read_text().strip()),
        }

    def doors(self, routers: list[Door]) -> list[Door]:
        """The service's own doors, unless this process was told to run without them. Health is always asked for."""
        return routers if self.settings.has_lane(LaneName.API) else []

    def relay(self, *, first: First = nothing) -> Relay:
        """The lane that carries this service's facts out; `first` is done before it carries anything."""
        return Relay(self.carrier, self.stream, self.settings.stream, self.kick_relay, first=first)

    def consumer(self, reactions: Mapping[type[Event], Reaction], *, able: Able | None = None) -> Consumer:
        """The lane that takes others' facts in."""
        return self._consumer(self.service, reactions, able or self.is_database_there)

    def access(self, reactions: Mapping[type[Event], Reaction]) -> Consumer:
        """The lane that takes in who may do what; it never waits behind the service's other facts."""
        return self._consumer(f"{self.service}-access", reactions, self.is_database_there)

    def _consumer(self, name: str, reactions: Mapping[type[Event], Reaction], able: Able) -> Consumer:
        self.consumers.append(name)
        return Consumer(
            name,
            database=self.database,
            carrier=self.carrier,
            stream=self.stream,
            reactions=reactions,
            kick=self.kick_relay,
            able=able,
        )

    def jobs(self, handlers: Mapping[str, Handler]) -> Jobs:
        """The lane that does what was put down for later; some of it in every service."""
        own: Mapping[str, Handler] = {FORGET_TENANT: partial(forget_tenant, database=self.database)}
        return Jobs(self.carrier, {**own, **handlers}, self.kick_jobs, lease_s=self.settings.job_lease_s)

    async def _instance_id(self) -> str:
        async with self.carrier.transaction() as tx:
            known: UUID | None = await tx.fetchval("SELECT id FROM instance")
        if known is None:
            raise RuntimeError("the database does not say whose it is: run.py migrate comes first")
        return str(known)

    def sealer(self) -> Sealer:
        """What chains this service's audit lines, beside the jobs lane."""
        return Sealer(self.carrier, self.heads)

    async def is_database_there(self) -> bool:
        """Whether both roles can work now."""
        try:
            async with self.database.transaction() as tx, self.carrier.transaction() as carrier_tx:
                await tx.fetchval("SELECT 1")
                await carrier_tx.fetchval("SELECT 1 FROM outbox LIMIT 1")
        except Exception as error:
            if is_transient(error):
                return False
            raise
        return True

    @asynccontextmanager
    async def running(
        self, lanes: Sequence[Lane], *, closing: Sequence[Callable[[], Awaitable[None]]] = ()
    ) -> AsyncIterator[None]:
        """Opens everything, runs the lanes that this process was told to run, and closes everything."""
        await self.database.open()
        await self.carrier.open()
        chosen = [lane for lane in (self._uses, *lanes) if self.settings.has_lane(LaneName(lane.name))]
        if self.settings.has_lane(LaneName.JOBS):
            chosen.append(self.sealer())
        try:
            async with running(chosen):
                yield
        finally:
            for close in closing:
                await close()
            await self.stream.close()
            await self.database.close()
            await self.carrier.close()
