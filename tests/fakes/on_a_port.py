"""Puts an application that is already running on a real port, so that another service can call it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from deploy.embedded.ports import listen


@asynccontextmanager
async def on_a_port(app: FastAPI) -> AsyncIterator[str]:
    """The URL of the application, as long as the block lasts. Its lanes are somebody else's to run."""
    sock = listen(0)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
