"""Does what `deploy/Dockerfile` says, step by step and without a container: the same files, packages and settings."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "deploy" / "Dockerfile"
_ARGUMENT = re.compile(r"\$\{(\w+)\}")


@dataclass
class Stage:
    """One `FROM` and what follows it."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all_of(self, instruction: str) -> list[str]:
        return [rest for word, rest in self.steps if word == instruction]


@cache
def arguments() -> dict[str, str]:
    """The defaults that stand before the first stage."""
    head = FILE.read_text().partition("\nFROM ")[0]
    return dict(re.findall(r"^ARG (\w+)=(\S+)$", head, re.MULTILINE))


@cache
def stages() -> dict[str, Stage]:
    text = re.sub(r"^\s*#.*\n", "", FILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    found: dict[str, Stage] = {}
    for line in filter(None, lines):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stage = found[name] = Stage(name, base)
        elif found:
            stage.steps.append((word, rest))
    return found


def chain(name: str) -> list[Stage]:
    """A stage and those it stands on, the lowest first."""
    stage = stages().get(name)
    return [] if stage is None else [*chain(stage.base), stage]


@cache
def _context_rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def enters_the_context(path: PurePath) -> bool:
    """Whether `.dockerignore` lets a file in; the last rule that speaks of it decides."""
    is_in = True
    for rule in _context_rules():
        pattern = rule.removeprefix("!")
        names = [str(path), *map(str, path.parents)]
        if pattern.startswith("**/"):
            hit = any(fnmatch(part, pattern[3:]) for part in path.parts)
        else:
            hit = any(fnmatch(name, pattern) for name in names)
        if hit:
            is_in = rule.startswith("!")
    return is_in


@dataclass(frozen=True)
class Image:
    """A folder that holds what the image would hold: `app`, `packages`, `data`, and a `python`."""

    root: Path
    stage: str
    service: str

    def build(self) -> "Image":
        for name in ("app", "packages", "data", "bin"):
            (self.root / name).mkdir(parents=True)
        for stage in chain(self.stage):
            for rest in stage.all_of("COPY"):
                self._copy(self._filled(rest))
        # Only what was copied can be imported: no site-packages of this machine.
        python = self.root / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {Path(sys.executable).resolve()} -S -s "$@"\n')
        python.chmod(0o755)
        return self

    def _filled(self, text: str) -> str:
        return _ARGUMENT.sub(lambda found: {"SERVICE": self.service}[found[1]], text)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        if sources[0].startswith("--from="):
            assert sources == ["--from=packages", "/packages"]
            self._install()
            return
        for source in sources:
            assert (ROOT / source).exists(), f"the Dockerfile copies {source}, which is not there"
            self._copy_one(ROOT / source, self.root / "app" / target, into=target.endswith("/"))

    def _copy_one(self, source: Path, target: Path, *, into: bool) -> None:
        paths = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
        for path in paths:
            if enters_the_context(path.relative_to(ROOT)):
                below = path.relative_to(source) if source.is_dir() else Path(path.name) if into else Path()
                place = target / below
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)

    def lock(self) -> Path:
        """The one lock that the packages are installed from."""
        packages = stages()["packages"]
        (copied,) = packages.all_of("COPY")
        source, target = self._filled(copied).split()
        (installing,) = [rest for rest in packages.all_of("RUN") if "pip install" in rest]
        assert f"-r {target}" in installing
        return ROOT / source

    def _install(self) -> None:
        """Links the files of exactly the packages of the lock, at its versions, from the tests' own environment."""
        pins: dict[str, dict[str, str]] = {}
        for name, version, marker in re.findall(r"^([\w.-]+)==([^\s;]+)( ;)?", self.lock().read_text(), re.MULTILINE):
            pins.setdefault(name, {})[version] = marker
        for name, markers in pins.items():
            try:
                found = distribution(name)
            except PackageNotFoundError:
                assert all(markers.values()), f"{name} is locked for every system and not installed here"
                continue
            assert found.version in markers
            self._link(found)

    def _link(self, found: Distribution) -> None:
        for file in found.files or ():
            if ".." not in file.parts:
                place = self.root / "packages" / file
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(str(file.locate()))

    def settings(self) -> dict[str, str]:
        """The image's own ENV, with its folders where they lie here."""
        words = [word for stage in chain(self.stage) for rest in stage.all_of("ENV") for word in shlex.split(rest)]
        given = dict(self._filled(word).split("=", 1) for word in words)
        given["PYTHONPATH"] = given["PYTHONPATH"].replace("/app", str(self.root / "app"))
        given["PYTHONPATH"] = given["PYTHONPATH"].replace("/packages", str(self.root / "packages"))
        return given | {"PATH": f"{self.root / 'bin'}:{os.defpath}"}

    def command(self) -> list[str]:
        return _parsed(chain(self.stage)[-1].all_of("CMD")[-1])

    def health_check(self) -> list[str]:
        (check,) = chain(self.stage)[-1].all_of("HEALTHCHECK")
        return _parsed(check.partition("CMD ")[2])

    def start(self, command: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """The process with the image's settings and the container's, and with nothing of this machine's."""
        given = self.settings() | dict(environment) | {"HUIYIN_DATA_DIR": str(self.root / "data")}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.root / "app", env=given, stdout=pipe, stderr=pipe, text=True)

    def files(self) -> set[str]:
        """What lies where nothing may be written."""
        return {
            str(path.relative_to(self.root)) for part in ("app", "packages") for path in (self.root / part).rglob("*")
        }


def _parsed(array: str) -> list[str]:
    words: list[str] = json.loads(array)
    return words
