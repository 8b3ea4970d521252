"""`run.py test` and `run.py check`: what a change must pass."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parents[2]
_CHECKS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports", "--no-cache"],
)


def test(
    context: typer.Context,
    *,
    need: Annotated[str, typer.Option("--need", help="What the machine has besides Python, or `all`.")] = "",  # noqa: PT028 - a command, not a test of pytest's
) -> None:
    """Runs the tests on engines of their own. Further arguments go to pytest."""
    command = [sys.executable, "-m", "pytest", *context.args]
    environment = dict(os.environ, HUIYIN_TEST_NEED=need)
    raise typer.Exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


def check() -> None:
    """Runs lint, types, import rules and the search for dead code; names every one that fails."""
    tools = Path(sys.executable).parent
    failed = [
        " ".join(command)
        for command in _CHECKS
        if subprocess.run([str(tools / command[0]), *command[1:]], cwd=ROOT, check=False).returncode
    ]
    for command in failed:
        typer.echo(f"FAILED: {command}", err=True)
    raise typer.Exit(1 if failed else 0)
