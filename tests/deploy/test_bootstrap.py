"""run.py by itself: it needs nothing but Python, and what it installs is pinned and comes from no named place."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT, committed_files

RUN = ROOT / "run.py"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
EXIT_CANNOT_INSTALL = 3
TIMEOUT_S = 60

WITHOUT_INSTALLERS = """
import runpy
import sys


class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        hidden = name.partition(".")[0] in ("pip", "ensurepip")
        return None if hidden else self.finder.find_spec(name, path, target)


sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# Put together here, so that this file does not name the hosts itself.
INDEX_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("pypi", "python", "org"), ("npmjs", "org"), ("npmmirror", "com"),
        ("pypi", "tuna"), ("mirrors", "aliyun"), ("conda", "anaconda"),
    )
]  # fmt: skip


def start(venv: Path, *before: str) -> "subprocess.CompletedProcess[str]":
    environment = dict(os.environ, HUIYIN_VENV=str(venv))
    command = [sys.executable, "-I", *before, str(RUN), "ps"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_the_front_door_imports_the_standard_library_only() -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(RUN.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported
    assert imported - sys.stdlib_module_names == set()


def test_without_pip_and_ensurepip_it_names_the_package_to_install(tmp_path: Path) -> None:
    wrapper = tmp_path / "without_installers.py"
    wrapper.write_text(WITHOUT_INSTALLERS)
    refused = start(tmp_path / "empty" / ".venv", str(wrapper))
    assert refused.returncode == EXIT_CANNOT_INSTALL, refused.stderr
    assert "python3-pip" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_where_it_may_not_write_it_says_what_to_do(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    refused = start(in_the_way / ".venv")
    assert refused.returncode == EXIT_CANNOT_INSTALL, refused.stderr
    assert "HUIYIN_VENV" in refused.stderr
    assert "Traceback" not in refused.stderr


def requirements_of(lock: Path) -> list[str]:
    """A lock's requirements, each on one line."""
    lines = re.sub(r"\\\n", " ", lock.read_text()).splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_line_of_a_lock_pins_one_version_by_hash(lock: Path) -> None:
    pinned = re.compile(r"[A-Za-z0-9._-]+==[^\s;*]+(\s*;[^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert requirements_of(lock)
    assert [line[:80] for line in requirements_of(lock) if not pinned.fullmatch(line)] == []


def test_the_smaller_sets_are_parts_of_the_larger_ones_at_the_same_versions() -> None:
    pins = {lock.stem: {re.split(r" *;| --hash", line)[0].strip() for line in requirements_of(lock)} for lock in LOCKS}
    for small, large in (("collector", "box"), ("classifier", "box"), ("tracker", "box"), ("box", "dev")):
        assert pins[small] - pins[large] == set(), f"{small} and {large} differ"


def places_of_this_machine() -> list[str]:
    """This clone, the person's home and the environment; never so short that it means anything else."""
    places = [ROOT, Path(sys.prefix), Path.home()]
    return [f"{place}/" for place in places if len(place.parts) > 1]


def test_no_committed_file_names_a_package_index_or_a_place_of_this_machine() -> None:
    words = [*INDEX_HOSTS, "--index" + "-url", "--find" + "-links"]
    places = [rf"(?<![\w.-]){re.escape(place)}" for place in places_of_this_machine()]
    forbidden = re.compile("|".join([*map(re.escape, words), *places]))
    named = {}
    for path in committed_files():
        if found := forbidden.findall(path.read_bytes().decode(errors="replace")):
            named[str(path.relative_to(ROOT))] = found[:3]
    assert named == {}
