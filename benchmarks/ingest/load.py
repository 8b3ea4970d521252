"""A load client in a process of its own: raw sockets, so that it takes less than the server that it asks.

`python -m benchmarks.ingest.load '{"port": …, "key": …, "clients": …, "seconds": …, "kind": …, "rows": …}'`
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import uvloop

from benchmarks.ingest.bodies import Kind, body

PATIENCE_S = 60.0  # After the end, for the answers that are still on their way.
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_STORED = b'"status":201'


@dataclass
class Round:
    """What every connection of a round knows and adds to."""

    key: str
    kind: Kind
    rows: int
    ends_at: float
    statuses: Counter[int] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    stored: int = 0
    numbered: int = 0

    def next_request(self) -> bytes:
        """Another request, never the same."""
        self.numbered += 1
        path, content = body(self.numbered, self.kind, self.rows)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


class Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, and asks again until the round is over."""

    def __init__(self, of: Round) -> None:
        self._round = of
        self._answer = b""
        self._asked_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a stream's transport
        """Asks for the first time."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Collects an answer."""
        self._answer += data
        head, ends, content = self._answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if ends and length and len(content) >= int(length[1]):
            self._note(int(head[9:12]), content)
            self._ask()

    def connection_lost(self, _exc: Exception | None) -> None:
        """The round is over, or the server is gone, which leaves this request without an answer."""
        if not self.done.done():
            self._round.statuses[0] += 1
            self.done.set_result(None)

    def _note(self, status: int, content: bytes) -> None:
        here = self._round
        here.took_s.append(time.perf_counter() - self._asked_at)
        here.statuses[status] += 1
        here.stored += (status == 201) if here.rows == 1 else content.replace(b" ", b"").count(_STORED)  # noqa: PLR2004 - Created
        self._answer = b""

    def _ask(self) -> None:
        if time.perf_counter() >= self._round.ends_at:
            self.done.set_result(None)
            self._transport.close()
            return
        request = self._round.next_request()
        self._asked_at = time.perf_counter()
        self._transport.write(request)


async def drive(told: dict[str, Any]) -> dict[str, Any]:
    """One round."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    this = Round(told["key"], Kind(told["kind"]), told["rows"], began + told["seconds"])
    made = [
        await loop.create_connection(lambda: Connection(this), "127.0.0.1", told["port"])
        for _ in range(told["clients"])
    ]
    await asyncio.wait([connection.done for _, connection in made], timeout=told["seconds"] + PATIENCE_S)
    return _told(this, time.perf_counter() - began)


def _told(this: Round, seconds: float) -> dict[str, Any]:
    took = sorted(this.took_s)
    return {
        "requests": len(took),
        "stored": this.stored,
        "statuses": dict(this.statuses),
        "per_second": round(len(took) / seconds, 1),
        "p50_ms": round(took[len(took) // 2] * 1000, 2) if took else None,
        "p99_ms": round(took[len(took) * 99 // 100] * 1000, 2) if took else None,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(drive(json.loads(sys.argv[1])))))  # noqa: T201 - its answer to the benchmark
