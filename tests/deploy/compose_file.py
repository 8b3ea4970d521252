"""What `deploy/compose.yaml` says, read as compose reads it, and what one container of it would see."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
MOUNTED = "/run/secrets/"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")

Document = dict[str, Any]


@cache
def compose(name: str = "compose.yaml") -> Document:
    document: Document = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return document


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Compose's own replacement of `${NAME:-default}` and `${NAME:?why}`."""

    def value(found: re.Match[str]) -> str:
        given = variables.get(found["name"])
        if not given:
            assert found["kind"] == "-", f"{found['name']} must be set: {found['rest']}"
        return given or found["rest"]

    return _VARIABLE.sub(value, text)


@dataclass(frozen=True)
class Container:
    """One service of the file, with the variables of an `.env`."""

    name: str
    variables: Mapping[str, str]

    @property
    def described(self) -> Document:
        part: Document = compose()["services"][self.name]
        return part

    def files(self) -> dict[str, Path]:
        """The host's file behind each path inside: secrets, and what is mounted to be read."""
        secrets = {target: self._secret(source) for source, target in map(_mount, self.described.get("secrets", []))}
        bound = [entry.split(":") for entry in self.described.get("volumes", []) if entry.startswith("./")]
        return secrets | {target: DEPLOY / source for source, target, _ in bound}

    def _secret(self, name: str) -> Path:
        return DEPLOY / filled(compose()["secrets"][name]["file"], self.variables)

    def outside(self, text: str, lend: Callable[[Path], Path] = lambda path: path) -> str:
        """The text with each path of inside replaced by the file behind it; `lend` may put a copy in its place."""
        for target, path in self.files().items():
            if target in text:
                text = re.sub(re.escape(target) + r"(?![\w.-])", str(lend(path)), text)
        assert MOUNTED not in text, f"{self.name} names a secret that is not mounted there: {text}"
        return text

    def environment(self) -> dict[str, str]:
        """What the process is told, with paths of this machine."""
        given: Mapping[str, object] = self.described.get("environment", {})
        return {name: self.outside(filled(str(value), self.variables)) for name, value in given.items()}


def _mount(entry: str | Mapping[str, str]) -> tuple[str, str]:
    if isinstance(entry, str):
        return entry, MOUNTED + entry
    return entry["source"], entry["target"]
