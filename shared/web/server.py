"""Runs a service's application with uvicorn, on the socket that the supervisor holds or on a port of its own."""

import gc
import os
import socket

import uvicorn
from fastapi import FastAPI

from shared.failpoints import arm
from shared.settings import ServiceSettings
from shared.web.heads import BoundedHttp

DRAIN_TIMEOUT_S = 5
CONNECTIONS_WAITING_MAX = 2048
GARBAGE_OBJECTS = 10_000


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serves until SIGTERM or SIGINT; then answers what is under way and ends."""
    try:
        arm(os.environ)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        ws="none",
        host=settings.host,
        port=settings.port,
        backlog=CONNECTIONS_WAITING_MAX,
        timeout_graceful_shutdown=DRAIN_TIMEOUT_S,
        server_header=False,
        access_log=False,
        log_level="warning",
    )
    _leave_alone_what_stays()
    uvicorn.Server(config).run(sockets=given_sockets(settings.listen_fd))


def _leave_alone_what_stays() -> None:
    """Keeps the collector of garbage from walking what was loaded: 140,000 objects, a tenth of a second each time.

    Requests leave few circles behind, so looking for them after each 700 new objects is too often as well.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, *gc.get_threshold()[1:])


def given_sockets(listen_fd: int | None) -> list[socket.socket] | None:
    """The supervisor's socket as what it is.

    uvicorn's own `fd` takes every socket for a Unix one, which leaves TCP_NODELAY off: 40 ms on each answer of a kept
    connection.
    """
    return None if listen_fd is None else [socket.socket(fileno=listen_fd)]
