"""Wires the tracker together. Nothing is decided here."""

from fastapi import FastAPI

from services.tracker.settings import TrackerSettings
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.lanes import Lane
from shared.web.application import create_app
from shared.web.server import serve


def build(settings: TrackerSettings) -> FastAPI:
    """The tracker as an application; its lanes run as long as it is served."""
    ground = Ground("tracker", settings)
    lanes: list[Lane] = [ground.relay(), ground.jobs({})]
    return create_app("tracker", [], running=ground.running(lanes), is_ready=ground.is_database_there)


def main() -> None:
    """Runs the tracker until it is told to stop."""
    set_up_logs("tracker")
    settings = TrackerSettings()
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
