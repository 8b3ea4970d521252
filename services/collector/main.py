"""Wires the collector together. Nothing is decided here."""

from functools import partial

from fastapi import FastAPI

from services.collector.api import addresses, feedback, figures, receipts
from services.collector.api.context import Context
from services.collector.api.self_checks import look_at_keys
from services.collector.api.senders import PublicDoors
from services.collector.reactions import ACCESS
from services.collector.settings import CollectorSettings
from services.collector.store.keyring import Keyring
from shared.crypto import read_master_key
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.settings import read_settings
from shared.web.application import create_app
from shared.web.ground_doors import GROUND_DOORS
from shared.web.rates import Rates
from shared.web.server import serve

DOORS = (*GROUND_DOORS, addresses, feedback, figures, receipts)


def build(settings: CollectorSettings) -> FastAPI:
    """The collector as an application; its lanes run as long as it is served."""
    ground = Ground("collector", settings)
    context = Context(
        database=ground.database,
        carrier=ground.carrier,
        keyring=Keyring(read_master_key(settings.master_key_file)),
        kick_relay=ground.kick_relay,
    )
    routers = ground.doors([module.router for module in DOORS])
    self_checks = {"keys": partial(look_at_keys, ground.database, ground.carrier, context.keyring)}
    state = ground.state(context, self_checks) | {"rates": Rates()}
    running = ground.running([ground.relay(), ground.access(ACCESS), ground.jobs({})])
    return create_app(
        "collector",
        routers,
        state=state,
        running=running,
        is_ready=ground.is_database_there,
        described=feedback.DESCRIBED,
        around=[PublicDoors],
    )


def main() -> None:
    """Runs the collector until it is told to stop."""
    set_up_logs("collector")
    settings = read_settings(CollectorSettings)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
