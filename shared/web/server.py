"""Runs a service's application with uvicorn, on the socket that the supervisor holds or on a port of its own."""

import uvicorn
from fastapi import FastAPI

from shared.settings import ServiceSettings

DRAIN_TIMEOUT_S = 5
CONNECTIONS_WAITING_MAX = 2048


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serves until SIGTERM or SIGINT; then answers what is under way and ends."""
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        fd=settings.listen_fd,
        backlog=CONNECTIONS_WAITING_MAX,
        timeout_graceful_shutdown=DRAIN_TIMEOUT_S,
        server_header=False,
        access_log=False,
        log_level="warning",
    )
