"""The house's own files, for the tests that walk all of them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("shared", "services", "deploy", "benchmarks", "clients")
IGNORED = {".git", ".venv", ".tools", "node_modules", "__pycache__"}


@cache
def source_files() -> tuple[Path, ...]:
    """Every Python file that is no test."""
    return (ROOT / "run.py", *(path for room in ROOMS for path in _python_files(ROOT / room)))


@cache
def files_of_tests() -> tuple[Path, ...]:
    return tuple(_python_files(ROOT / "tests"))


def _python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if not IGNORED & set(path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def nodes(paths: tuple[Path, ...]) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every file."""
    for path in paths:
        for node in ast.walk(tree_of(path)):
            yield path, node


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def committed_files() -> list[Path]:
    """What git keeps; in a copy without git, what would be kept."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)  # noqa: S607 - the person's own git
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not any(part in IGNORED for part in path.parts)]
    return [path for path in paths if path.is_file()]
