"""Wires the collector together. Nothing is decided here."""

import asyncio
from functools import partial

from fastapi import FastAPI

from services.collector.api import (
    addresses,
    customers,
    duplicates,
    erasures,
    feedback,
    feedback_reading,
    figures,
    receipts,
)
from services.collector.api.context import Context
from services.collector.api.self_checks import look_at_keys
from services.collector.api.senders import PublicDoors
from services.collector.reactions import ACCESS
from services.collector.settings import CollectorSettings
from services.collector.store.keyring import ForeignMasterKeyError, Keyring
from services.collector.store.opened import Opener
from services.collector.store.tables import CARRIERS, CollectorTable
from services.collector.use_cases.link_duplicates import LINK_DUPLICATES, link_later
from services.collector.use_cases.replay_erasures import ErasureLedger
from shared.access.export import Exported
from shared.crypto import read_master_key
from shared.database import TRANSIENT, Database
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.lanes import Lane
from shared.settings import read_settings
from shared.web.application import create_app
from shared.web.ground_doors import GROUND_ROUTERS
from shared.web.rates import Rates
from shared.web.server import serve

ROUTERS = (
    *GROUND_ROUTERS,
    addresses.router,
    customers.router,
    duplicates.router,
    erasures.router,
    feedback.router,
    feedback_reading.router,
    figures.router,
    receipts.router,
)


def build(settings: CollectorSettings) -> FastAPI:
    """The collector as an application; its lanes run as long as it is served."""
    ground = Ground("collector", settings)
    keyring = Keyring(read_master_key(settings.master_key_file))
    ledger = ErasureLedger(settings.data_dir, ground.database, ground.carrier, keyring)
    context = Context(
        database=ground.database,
        carrier=ground.carrier,
        keyring=keyring,
        ledger=ledger,
        kick_relay=ground.kick_relay,
    )
    routers = ground.doors([*ROUTERS])
    self_checks = {"keys": partial(look_at_keys, ground.database, ground.carrier, keyring)}
    state = ground.state(context, Exported(CollectorTable, Opener(keyring), CARRIERS), self_checks) | {"rates": Rates()}
    handlers = {LINK_DUPLICATES: partial(link_later, database=ground.database, keyring=keyring)}
    lanes: list[Lane] = [ground.relay(first=ledger.replay), ground.access(ACCESS), ground.jobs(handlers)]

    async def is_ready() -> bool:
        """A restored database still holds who was erased since: until they are erased again, it serves nobody."""
        if not await ground.is_database_there():
            return False
        await ledger.replay()
        return True

    return create_app(
        "collector",
        routers,
        state=state,
        running=ground.running(lanes),
        is_ready=is_ready,
        described=feedback.DESCRIBED,
        around=[PublicDoors],
    )


async def prove_master_key(settings: CollectorSettings) -> None:
    """Ends the process when the master key is not that of the database. One that is away is asked before new keys."""
    database = Database(settings.app_url)
    await database.open()
    try:
        async with database.transaction() as tx:
            await Keyring(read_master_key(settings.master_key_file)).prove(tx)
    except ForeignMasterKeyError as error:
        raise SystemExit(str(error)) from None
    except TRANSIENT:
        return
    finally:
        await database.close()


def main() -> None:
    """Runs the collector until it is told to stop."""
    set_up_logs("collector")
    settings = read_settings(CollectorSettings)
    asyncio.run(prove_master_key(settings))
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
