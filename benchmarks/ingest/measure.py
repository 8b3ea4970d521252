"""How much processor time a feedback takes: the plain way, a server that does nothing, and ours, side by side."""

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ingest.bodies import Kind
from benchmarks.ingest.cpu import cpu_s
from benchmarks.ingest.servers import Ground, Server, ground, server
from benchmarks.instances import ROOT, BenchmarkError
from benchmarks.start import code_version

CLIENTS = (1, 16, 64, 256)
AIMED_CLIENTS = 64
ROUNDS = 5
SECONDS = 1.5
WARM_UP_S = 0.5
BULK_ROWS = 1_000
BULK_CLIENTS = 2
AIMS_MIN = {"single.naive_over_ours": 15.0, "single.naive_over_core": 20.0, "single.p99_naive_over_ours": 10.0}
AIMS_MIN |= {"bulk.naive_over_ours": 6.0}
AIMS_MAX = {"single.core_over_noop": 1.2, "bulk.ours_us_per_row": 35.0}
_MICRO = 1_000_000


@dataclass(frozen=True, eq=False)
class Side:
    """What is compared: a server, and what is posted to it."""

    name: str
    module: str
    kind: Kind
    settings: Mapping[str, str]
    is_stored: bool = True


NAIVE = Side("naive", "benchmarks.naive.ingest", Kind.WITH_CONTACT, {})
NOOP = Side("noop", "benchmarks.ingest.noop", Kind.WITHOUT_CONTACT, {}, is_stored=False)
OURS = Side("ours", "services.collector.main", Kind.WITH_CONTACT, {})
CORE = Side("core", "services.collector.main", Kind.WITHOUT_CONTACT, {"HUIYIN_LOG_LEVEL": "warning"})
SIDES = (NAIVE, NOOP, OURS, CORE)


@dataclass(frozen=True)
class Turn:
    """What is asked of a side: by how many clients, and how many feedbacks in each request."""

    side: Side
    clients: int
    rows: int


@dataclass(frozen=True)
class Round:
    """What one round of one side took, in microseconds of processor time for each feedback."""

    side: Side
    clients: int
    rows: int
    server_us: float
    postgres_us: float
    told: Mapping[str, Any]

    @property
    def total_us(self) -> float:
        """Both together."""
        return self.server_us + self.postgres_us


def measure(*, rounds: int = ROUNDS, seconds: float = SECONDS, clients: Sequence[int] = CLIENTS) -> dict[str, Any]:
    """Runs every side in turn, round by round, on engines of its own. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        return asyncio.run(_measure(Path(folder), rounds, seconds, clients))


async def _measure(folder: Path, rounds: int, seconds: float, clients: Sequence[int]) -> dict[str, Any]:
    async with ground(folder) as here, AsyncExitStack() as stack:
        servers = {
            side: await stack.enter_async_context(server(here, side.name, side.module, side.settings)) for side in SIDES
        }
        for side in SIDES:  # The first requests make connections and a tenant's keys.
            await _round(here, servers[side], Turn(side, 2, 1), WARM_UP_S)
        plan = [Turn(side, many, 1) for many in clients for side in SIDES]
        plan += [Turn(side, BULK_CLIENTS, BULK_ROWS) for side in SIDES if side.is_stored]
        stored_before = {side: await here.rows_of(servers[side]) for side in SIDES}
        done = [await _round(here, servers[turn.side], turn, seconds) for _ in range(rounds) for turn in plan]
        stored = {side: await here.rows_of(servers[side]) - stored_before[side] for side in SIDES}
    return report(done, stored, rounds, clients)


async def _round(here: Ground, at: Server, turn: Turn, seconds: float) -> Round:
    side, rows = turn.side, turn.rows
    asked = {
        "port": at.port,
        "key": at.key,
        "clients": turn.clients,
        "seconds": seconds,
        "kind": side.kind,
        "rows": rows,
    }
    before = cpu_s(at.pid), cpu_s(here.postgres_pid)
    told = await asyncio.to_thread(_load, asked)
    after = cpu_s(at.pid), cpu_s(here.postgres_pid)
    many = max(told["requests"] * rows, 1)
    server_us, postgres_us = ((after[part] - before[part]) / many * _MICRO for part in (0, 1))
    return Round(side, turn.clients, rows, server_us, postgres_us, told)


def _load(asked: Mapping[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.ingest.load", json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the load client failed: {done.stderr[-500:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def report(done: Sequence[Round], stored: Mapping[Side, int], rounds: int, clients: Sequence[int]) -> dict[str, Any]:
    """The figures: of processor time the least of the rounds, of durations their median."""
    aimed = AIMED_CLIENTS if AIMED_CLIENTS in clients else max(clients)
    by_clients = {str(many): _figures(done, many, 1) for many in clients}
    single = _single(by_clients[str(aimed)])
    bulk = _bulk(_figures(done, BULK_CLIENTS, BULK_ROWS))
    acknowledged = {side: sum(one.told["stored"] for one in done if one.side is side) for side in SIDES}
    checks = {
        "rows_stored": all(stored[side] == acknowledged[side] for side in SIDES if side.is_stored),
        "answers_ok": all(_is_good(one) for one in done),
    }
    document = {"single": single, "bulk": bulk, "by_clients": by_clients}
    return {
        **document,
        "clients": aimed,
        "aims": {"at_least": AIMS_MIN, "at_most": AIMS_MAX},
        "short": short_of(document),
        "rounds": rounds,
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "commit": code_version(),
        "checks": checks,
        "wrong": [
            f"{one.side.name}, {one.clients} clients: {one.told['statuses']}" for one in done if not _is_good(one)
        ],
        "ok": all(checks.values()),
    }


def _is_good(one: Round) -> bool:
    """Every request was answered, and every answer says stored."""
    wanted = {"201"} if one.rows == 1 else {"207"}
    return (
        one.told["requests"] > 0
        and set(one.told["statuses"]) == wanted
        and (one.told["stored"] == one.told["requests"] * one.rows)
    )


def _figures(done: Sequence[Round], clients: int, rows: int) -> dict[str, dict[str, float]]:
    figures = {}
    for side in SIDES:
        of_side = [one for one in done if one.side is side and one.clients == clients and one.rows == rows]
        if of_side:
            best = min(of_side, key=lambda one: one.total_us)
            figures[side.name] = {
                "us": round(best.total_us, 1),
                "server_us": round(best.server_us, 1),
                "postgres_us": round(best.postgres_us, 1),
                **{
                    name: round(statistics.median(one.told[name] for one in of_side), 2)
                    for name in ("p50_ms", "p99_ms", "per_second")
                },
            }
    return figures


def _single(figures: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    us = {name: figure["us"] for name, figure in figures.items()}
    return {
        **{f"{name}_us": value for name, value in us.items()},
        "naive_over_ours": _ratio(us["naive"], us["ours"]),
        "naive_over_core": _ratio(us["naive"], us["core"]),
        "core_over_noop": _ratio(us["core"], us["noop"]),
        "p50_ms": {name: figure["p50_ms"] for name, figure in figures.items()},
        "p99_ms": {name: figure["p99_ms"] for name, figure in figures.items()},
        "p99_naive_over_ours": _ratio(figures["naive"]["p99_ms"], figures["ours"]["p99_ms"]),
    }


def _bulk(figures: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    us = {name: figure["us"] for name, figure in figures.items()}
    return {
        **{f"{name}_us_per_row": value for name, value in us.items()},
        "naive_over_ours": _ratio(us["naive"], us["ours"]),
        "p50_ms": {name: figure["p50_ms"] for name, figure in figures.items()},
        "of": {name: dict(figure) for name, figure in figures.items()},
    }


def _ratio(one: float, other: float) -> float:
    return round(one / max(other, 0.1), 2)


def short_of(document: Mapping[str, Any]) -> list[str]:
    """The aims that were missed."""

    def value(name: str) -> float:
        part, _, key = name.partition(".")
        found: float = document[part][key]
        return found

    few = [name for name, aim in AIMS_MIN.items() if value(name) < aim]
    return few + [name for name, aim in AIMS_MAX.items() if value(name) > aim]
