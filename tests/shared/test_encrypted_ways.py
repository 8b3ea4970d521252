"""The ways to the engines when TLS is asked for: what the URL says is meant, and nothing is said before the proof."""

import asyncio
import gc

import pytest
from sqlalchemy import text

from shared.messaging.stream import Stream
from shared.sql import async_engine
from tests.house_of_test import House, eventually

GREETING = b'INFO {"server_id":"x","version":"2.15.1","max_payload":1048576,"auth_required":true}\r\n'


# The client leaves the socket of a refused handshake to the garbage collector, which tells of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_password_is_not_told_to_a_stream_without_tls() -> None:
    heard = bytearray()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        while chunk := await reader.read(4096):
            heard.extend(chunk)
        writer.close()

    async def has_heard() -> bool:
        return bool(heard)

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    stream = Stream(f"tls://huiyin:hidden@localhost:{server.sockets[0].getsockname()[1]}", "HUIYIN")
    async with server:
        asking = asyncio.ensure_future(stream.state())
        await eventually(has_heard, wanted=True)
        asking.cancel()
        await asyncio.wait([asking])
        await stream.close()
    assert b"hidden" not in heard
    gc.collect()


async def test_a_migration_reads_a_url_as_the_services_do(house: House) -> None:
    engine = async_engine(house.url("collector", "owner") + "&sslmode=disable")
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    await engine.dispose()
