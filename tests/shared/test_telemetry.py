"""OpenTelemetry: nothing of it is loaded until an endpoint is set, and then spans go there with our trace."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from shared.trace import new_trace_id
from shared.web.telemetry import telemetry

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60
# A service's application without its lanes, asked once; then what was loaded of OpenTelemetry.
WORK = """
import asyncio, contextlib, sys
import httpx
from shared.web.application import create_app

async def is_ready():
    return True

async def main(traceparent):
    app = create_app("test", [], state={}, running=contextlib.AsyncExitStack(), is_ready=is_ready)
    server, said = asyncio.Queue(), asyncio.Queue()
    living = asyncio.ensure_future(app({"type": "lifespan", "asgi": {"version": "3.0"}}, server.get, said.put))
    await server.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        print((await client.get("/healthz", headers={"traceparent": traceparent})).headers["traceparent"])
    await server.put({"type": "lifespan.shutdown"})
    await living

asyncio.run(main(sys.argv[1]))
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter", "requests"))])
"""


def work(trace: str, **settings: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | settings
    command = [sys.executable, "-c", WORK, f"00-{trace}-00f067aa0ba902b7-01"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


class Sink(HTTPServer):
    """Takes what is exported."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.taken: list[tuple[str, bytes]] = []


class Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Sink)
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_an_endpoint_nothing_is_loaded() -> None:
    trace = new_trace_id()
    answered, loaded = work(trace)
    assert trace in answered
    assert loaded == "[]"


def test_with_an_endpoint_spans_go_there_under_the_same_trace() -> None:
    trace = new_trace_id()
    with sink() as server:
        url = f"http://127.0.0.1:{server.server_port}"
        answered, loaded = work(trace, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_EXPORTER_OTLP_COMPRESSION="none")
    assert trace in answered
    assert loaded != "[]"
    assert {"/v1/traces", "/v1/metrics"} >= {path for path, _ in server.taken} >= {"/v1/traces"}
    assert any(bytes.fromhex(trace) in body for _, body in server.taken)


def test_an_endpoint_without_the_packages_is_said_plainly() -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    with pytest.raises(SystemExit, match=r"requirements/otel\.txt"):
        telemetry(endpoint, needs="no_such_package")
    assert telemetry(endpoint)["logs"] is False, "exceptions may hold a customer's words"
    assert telemetry({})["auto_configure"] is False
