"""A TCP proxy that spoils connections as networks do: slow, cut, reset, silent, half closed.

`fault` says how from now on, for connections that are open and for those that come; `FaultProxy.NONE` heals it. A
connection that has fallen silent stays silent, as one does whose router has forgotten it.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.embedded.ports import LOOPBACK

CHUNK_BYTES = 16 * 1024
_RESETS_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: what is left unsent is dropped with an RST.


@dataclass(frozen=True)
class Fault:
    """What happens to what passes."""

    delay_s: float = 0.0  # Each piece waits so long.
    bytes_per_s_max: float | None = None
    cut_after_bytes: int | None = None  # Counted over both ways of a connection; then it is closed in good manners.
    is_silent: bool = False  # Nothing passes any more, and nobody is told: half-open.
    refuses: bool = False  # New connections are reset at once.


NONE = Fault()


class _Connection:
    """One caller, and the server behind."""

    def __init__(self, proxy: "FaultProxy", caller: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._ends = (caller, server)
        self._passed_bytes = 0
        self._is_silent = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, until its end; the end of one direction is passed on, and the other one may go on."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if not await self._pass_on(data, writer):
                    return
            if not (self._is_silent or self._proxy.fault.is_silent) and writer.can_write_eof():
                writer.write_eof()

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        fault = self._proxy.fault
        await asyncio.sleep(fault.delay_s + len(data) / (fault.bytes_per_s_max or float("inf")))
        fault = self._proxy.fault
        self._is_silent = self._is_silent or fault.is_silent
        if self._is_silent:
            return True
        if fault.cut_after_bytes is not None:
            data = data[: max(0, fault.cut_after_bytes - self._passed_bytes)]
        self._passed_bytes += len(data)
        writer.write(data)
        await writer.drain()
        if fault.cut_after_bytes is not None and self._passed_bytes >= fault.cut_after_bytes:
            self.close()
            return False
        return True

    def fall_silent(self) -> None:
        self._is_silent = True

    def close(self) -> None:
        for writer in self._ends:
            writer.close()

    def reset(self) -> None:
        for writer in self._ends:
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS_ON_CLOSE)
            writer.transport.abort()

    def half_close(self) -> None:
        """The server's side has no more to say; what the caller says still arrives."""
        self._ends[0].write_eof()


class FaultProxy:
    """Passes connections on to one port, in good order until it is told otherwise."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self.port = 0
        self.fault = NONE
        self._connections: set[_Connection] = set()

    def heal(self) -> None:
        """What comes from now on passes. What had fallen silent stays so."""
        self.fault = NONE

    def cut(self) -> None:
        """Closes every connection, and refuses new ones until it is healed."""
        self.fault = Fault(refuses=True)
        self.reset_all()

    def fall_silent(self) -> None:
        """Half-open: every connection stays open, and nothing passes, then and later. New ones meet the same."""
        self.fault = Fault(is_silent=True)
        for connection in self._connections:
            connection.fall_silent()

    def reset_all(self) -> None:
        for connection in list(self._connections):
            connection.reset()

    def half_close_all(self) -> None:
        for connection in list(self._connections):
            connection.half_close()

    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault.refuses:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(LOOPBACK, self._server_port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(self, writer, server_writer)
        self._connections.add(connection)
        try:
            await asyncio.gather(connection.carry(reader, server_writer), connection.carry(server_reader, writer))
        finally:
            self._connections.discard(connection)
            connection.close()


@asynccontextmanager
async def fault_proxy(port: int) -> AsyncIterator[FaultProxy]:
    """A proxy in front of a port on this machine."""
    proxy = FaultProxy(port)
    server = await asyncio.start_server(proxy.accept, LOOPBACK, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.reset_all()
