"""The proxy's own tests: each fault is the one that it says."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.embedded.ports import LOOPBACK, free_port
from tests.fakes.fault_proxy import NONE, Fault, FaultProxy, fault_proxy
from tests.house_of_test import eventually

SILENCE_S = 0.2


@asynccontextmanager
async def echo() -> AsyncIterator[FaultProxy]:
    """A server that says everything back, behind a proxy."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with server, fault_proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> bytes:
        self.writer.write(data)
        return await self.reader.readexactly(len(data))


@asynccontextmanager
async def calling(proxy: FaultProxy) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


async def test_in_good_order_everything_passes_and_the_end_is_passed_on() -> None:
    async with echo() as proxy, calling(proxy) as caller:
        assert await caller.say(b"x" * 1_000_000) == b"x" * 1_000_000
        caller.writer.write_eof()
        assert await caller.reader.read() == b""

        async def open_connections() -> int:
            return proxy.count()

        await eventually(open_connections, 0)


@pytest.mark.parametrize(("fault", "least_s"), [(Fault(delay_s=0.2), 0.4), (Fault(bytes_per_s_max=10_000), 0.4)])
async def test_a_slow_way_is_slow_in_both_directions(fault: Fault, least_s: float) -> None:
    async with echo() as proxy, calling(proxy) as caller:
        proxy.fault = fault
        began = time.monotonic()
        await caller.say(b"x" * 2_000)
        assert time.monotonic() - began >= least_s
        proxy.fault = NONE
        assert await caller.say(b"y") == b"y"


async def test_a_cut_comes_after_the_bytes_that_were_granted() -> None:
    async with echo() as proxy, calling(proxy) as caller:
        proxy.fault = Fault(cut_after_bytes=150)
        caller.writer.write(b"x" * 100)
        assert await caller.reader.read(1000) == b"x" * 50
        assert await caller.reader.read(1000) == b""


async def test_a_reset_is_an_error_and_no_end() -> None:
    async with echo() as proxy, calling(proxy) as caller:
        await caller.say(b"x")
        proxy.reset_all()
        with pytest.raises(ConnectionResetError):
            await caller.reader.read(1)


async def test_while_it_is_cut_nobody_gets_through() -> None:
    async with echo() as proxy:
        proxy.cut()
        async with calling(proxy) as caller:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await caller.say(b"x")
        proxy.heal()
        async with calling(proxy) as caller:
            assert await caller.say(b"x") == b"x"


async def test_what_fell_silent_stays_silent_and_new_connections_pass() -> None:
    async with echo() as proxy, calling(proxy) as caller:
        await caller.say(b"x")
        proxy.fall_silent()
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(caller.say(b"x"), SILENCE_S)
            proxy.heal()
        async with calling(proxy) as other:
            assert await other.say(b"x") == b"x"


async def test_a_half_closed_connection_still_carries_the_other_way() -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readexactly(4))
        writer.close()

    async def all_heard() -> list[bytes]:
        return heard

    server = await asyncio.start_server(listen, LOOPBACK, 0)
    async with server, fault_proxy(server.sockets[0].getsockname()[1]) as proxy, calling(proxy) as caller:

        async def open_connections() -> int:
            return proxy.count()

        await eventually(open_connections, 1)
        proxy.half_close_all()
        assert await caller.reader.read() == b""
        caller.writer.write(b"last")
        await eventually(all_heard, [b"last"])


async def test_a_server_that_is_away_is_a_refusal() -> None:
    async with fault_proxy(free_port()) as proxy, calling(proxy) as caller:
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await caller.say(b"x")
