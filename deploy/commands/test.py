"""`run.py test` and `run.py check`: what a change must pass."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, say

WORKERS_MAX = 4
CHOOSE = ("-k", "-n", "-m", "-p", "--pdb", "--lf", "--co")
ROOT = Path(__file__).resolve().parents[2]
_CHECKS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports", "--no-cache"],
)


def test(
    context: typer.Context,
    _data_dir: DataDirOption,
    *,
    need: Annotated[str, typer.Option("--need", help="What the machine has besides Python, or `all`.")] = "",  # noqa: PT028 - a command, not a test of pytest's
    json: JsonOption = False,  # noqa: PT028 - as above
) -> None:
    """Runs the tests on engines and in folders of their own. Further arguments go to pytest."""
    command = [sys.executable, "-m", "pytest", *_side_by_side(context.args), *context.args]
    # Several processes share the machine: a fit on all cores in each of them would take longer than on one.
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | dict(os.environ, HUIYIN_TEST_NEED=need)
    _end(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode, as_json=json)


def _side_by_side(arguments: list[str]) -> list[str]:
    """The whole suite in several processes, each with engines of its own; chosen tests in one, to be watched."""
    if any(not argument.startswith("-") or argument in CHOOSE for argument in arguments):
        return []
    workers = min(os.cpu_count() or 1, WORKERS_MAX)
    return ["-n", str(workers), "--dist", "loadscope"]


def check(_data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Runs lint, types, import rules and formatting; names every one that fails."""
    tools = Path(sys.executable).parent
    failed = [
        " ".join(command)
        for command in _CHECKS
        if subprocess.run([str(tools / command[0]), *command[1:]], cwd=ROOT, check=False).returncode
    ]
    for command in failed:
        say(f"FAILED: {command}")
    _end(1 if failed else 0, as_json=json, failed=failed)


def _end(status: int, *, as_json: bool, **about: object) -> NoReturn:
    if as_json:
        answer({"ok": status == 0, "status": status, **about}, as_json=True, text="")
    raise typer.Exit(status)
