"""Wires the classifier together. Nothing is decided here."""

from fastapi import FastAPI

from services.classifier.settings import ClassifierSettings
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.lanes import Lane
from shared.web.application import create_app
from shared.web.server import serve


def build(settings: ClassifierSettings) -> FastAPI:
    """The classifier as an application; its lanes run as long as it is served."""
    ground = Ground("classifier", settings)
    lanes: list[Lane] = [ground.relay(), ground.jobs({})]
    return create_app("classifier", [], running=ground.running(lanes), is_ready=ground.is_database_there)


def main() -> None:
    """Runs the classifier until it is told to stop."""
    set_up_logs("classifier")
    settings = ClassifierSettings()
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
