"""The two engines of an instance, started and proved before anything stands on them."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from deploy.embedded.child import Child, Recipe, State
from deploy.embedded.data_dir import DataDir
from deploy.embedded.engine_home import open_engine_home
from deploy.embedded.nats import Nats
from deploy.embedded.postgres import Postgres
from deploy.postgres.roles import SERVICES

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
STORE_WATCH_S = 1.0


class Engines:
    """PostgreSQL and NATS of one data folder. What is given in the environment is used and not started."""

    def __init__(self, data: DataDir, environment: Mapping[str, str], on_change: Callable[[], None]) -> None:
        home = open_engine_home(data)
        self._data = data
        self._home = home
        self._on_change = on_change
        self._postgres = None if has_external_postgres(environment) else Postgres(data, home)
        self._nats = None if environment.get("NATS_URL") else Nats(data, home)
        self._children: dict[str, Child] = {}

    async def start(self) -> dict[str, str]:
        """Starts what is not given; returns the settings that point services at it."""
        settings: dict[str, str] = {}
        if self._postgres:
            await asyncio.to_thread(self._postgres.initialise)
            self._keep("postgres", self._postgres, signal.SIGINT)
            settings |= self._postgres.environment()
        if self._nats:
            self._keep("nats", self._nats, signal.SIGTERM)
            settings["NATS_URL"] = self._nats.url
        await asyncio.gather(*(child.wait_ready(READY_TIMEOUT_S) for child in self._children.values()))
        if self._postgres:
            await self._postgres.prepare()
        return settings

    async def stop(self) -> None:
        """Ends both."""
        await asyncio.gather(*(child.stop(STOP_TIMEOUT_S) for child in self._children.values()))
        if self._postgres:
            self._postgres.forget_sockets()

    async def watch(self) -> None:
        """Restarts a NATS that cannot write any more, which the running server does not mend. Until cancelled."""
        while True:
            await asyncio.sleep(STORE_WATCH_S)
            child = self._children.get("nats")
            if self._nats and child and child.state is State.RUNNING and _is_lame(self._nats):
                child.kill()

    def kill(self, name: str) -> None:
        """Ends an engine as a crash would; its keeper starts it again."""
        self._children[name].kill()

    def describe(self) -> dict[str, dict[str, Any]]:
        """Port, process and state of each engine."""
        engines: dict[str, Postgres | Nats | None] = {"postgres": self._postgres, "nats": self._nats}
        return {name: _described(engine, self._children.get(name)) for name, engine in engines.items()}

    def _keep(self, name: str, engine: Postgres | Nats, stop_signal: signal.Signals) -> None:
        recipe = Recipe(
            name=name,
            command=engine.command,
            environment={"PATH": os.defpath, "TZ": "UTC"},
            log_file=self._data.logs / f"{name}.log",
            is_ready=engine.is_ready,
            stop_signal=stop_signal,
            orphan_signal=stop_signal,
            user=self._home.user,
            group=self._home.group,
            extra_groups=self._home.extra_groups,
        )
        self._children[name] = Child(recipe, self._on_change)
        self._children[name].start()


def _is_lame(nats: Nats) -> bool:
    return nats.has_lost_its_store() or nats.has_given_up_writing()


def has_external_postgres(environment: Mapping[str, str]) -> bool:
    """Whether the databases are given from outside: all of them, or none. Owners are given only where one migrates."""
    names = [f"HUIYIN_{service.upper()}_{part.upper()}_URL" for service in SERVICES for part in ("app", "carrier")]
    given = [name for name in names if environment.get(name)]
    if given and len(given) < len(names):
        missing = ", ".join(sorted(set(names) - set(given)))
        raise ValueError(f"external databases are given in part; also set {missing}")
    return bool(given)


def _described(engine: Postgres | Nats | None, child: Child | None) -> dict[str, Any]:
    if engine is None:
        return {"port": None, "pid": None, "state": "external"}
    return {"port": engine.port, "pid": child and child.pid, "state": child.state if child else State.STOPPED}
