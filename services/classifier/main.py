"""Wires the classifier together. Nothing is decided here."""

from functools import partial

from fastapi import FastAPI

from services.classifier.api import categories, verdicts
from services.classifier.api.context import Context
from services.classifier.api.self_checks import look_at_model
from services.classifier.model.shelf import Shelf
from services.classifier.reactions import ACCESS, reactions
from services.classifier.settings import ClassifierSettings
from services.classifier.store.tables import ClassifierTable
from services.classifier.use_cases.have_a_model import TRAIN_STARTER, StarterModel
from shared.access.export import Exported
from shared.clock import now
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.lanes import Lane
from shared.settings import read_settings
from shared.web.application import create_app
from shared.web.ground_doors import GROUND_ROUTERS
from shared.web.server import serve

ROUTERS = (*GROUND_ROUTERS, categories.router, verdicts.router)


def build(settings: ClassifierSettings) -> FastAPI:
    """The classifier as an application; its lanes run as long as it is served."""
    ground = Ground("classifier", settings)
    shelf = Shelf(settings.data_dir / "models")
    model = StarterModel(ground.database, shelf, ground.kick_jobs)

    async def is_able() -> bool:
        return await ground.is_database_there() and await model.is_there()

    lanes: list[Lane] = [
        ground.relay(),
        ground.access(ACCESS),
        ground.consumer(reactions(shelf, now), able=is_able),
        ground.jobs({TRAIN_STARTER: model.train}),
    ]
    routers = ground.doors([*ROUTERS])
    context = Context(database=ground.database, carrier=ground.carrier)
    state = ground.state(context, Exported(ClassifierTable), {"model": partial(look_at_model, model)})
    return create_app("classifier", routers, state=state, running=ground.running(lanes), is_ready=is_able)


def main() -> None:
    """Runs the classifier until it is told to stop."""
    settings = read_settings(ClassifierSettings)
    set_up_logs("classifier", settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
