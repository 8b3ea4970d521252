"""Real engines for every test session, and a tenant of its own for every test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.data_dir import DataDir, open_data_dir
from deploy.embedded.engines import Engines
from deploy.embedded.keys import ensure_keys
from deploy.migrate import migrate_all
from shared.ids import new_id
from tests.house_of_test import House

LEFT_OUT = pytest.StashKey[list[str]]()
NEEDS = ("chromium", "curl", "node", "mariadb", "dovecot", "postgres15", "r")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--on-engines`: only what speaks to the engines, for a run on other engines than the usual."""
    parser.addoption("--on-engines", action="store_true", help="only tests that use the engines")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs more than Python, unless it is asked for; with `all`, nothing is left out."""
    asked = os.environ.get("HUIYIN_TEST_NEED", "")
    has = set(NEEDS) if asked == "all" else set(asked.split(","))
    if config.getoption("--on-engines"):
        _leave_out(config, items, [item for item in items if "house" not in getattr(item, "fixturenames", ())])
    left_out = [item for item in items if any(mark.args[0] not in has for mark in item.iter_markers("needs"))]
    if left_out:
        config.stash[LEFT_OUT] = [item.nodeid for item in left_out]
        _leave_out(config, items, left_out)
    # A browser's library keeps a loop running in its process, beside which no asynchronous test can have one.
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))


def _leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left_out)
    without = set(left_out)
    items[:] = [item for item in items if item not in without]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process beside others hands over what it left out."""
    handed_over: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if handed_over is not None:
        handed_over["left_out"] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - the plug-in's own kind
    """All of them leave out the same."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Names what was left out: a test that did not run must not look as if it had."""
    for nodeid in config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(f"LEFT OUT (run.py test --need all): {nodeid}")


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that the engines' user may enter, too."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def data(scratch: Path) -> DataDir:
    data = open_data_dir(scratch / "data")
    ensure_keys(data)
    return data


@pytest.fixture(scope="session")
async def standing_house(data: DataDir) -> AsyncIterator[House]:
    """Engines, migrated databases, and the way to build services on them."""
    engines = Engines(data, {}, on_change=lambda: None)
    environment = await engines.start()
    await asyncio.to_thread(migrate_all, environment, data)
    watching = asyncio.ensure_future(engines.watch())
    yield House(data=data, environment=environment, engines=engines)
    watching.cancel()
    await engines.stop()


@pytest.fixture
async def house(standing_house: House) -> House:
    """The house without jobs of earlier tests: whoever runs jobs would do theirs, too, and send their mails."""
    await standing_house.drop_jobs()
    return standing_house


@pytest.fixture
def tenant_id() -> UUID:
    return new_id()
