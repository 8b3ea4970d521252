"""What all commands share: the data folder, the JSON answer, plain errors, and the way to a running instance."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import typer

from deploy.embedded.data_dir import DataDir, default_data_dir, open_data_dir
from deploy.embedded.instance import Description, NotRunningError, read_description
from deploy.embedded.keys import read_key

REQUEST_TIMEOUT_S = 60
EXIT_FAILED = 1

DataDirOption = Annotated[
    Path,
    typer.Option(
        "--data-dir", envvar="HUIYIN_DATA_DIR", help="The instance's folder.", default_factory=default_data_dir
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]


def say(message: str) -> None:
    """One line for the person at the terminal; standard output stays free for the answer."""
    typer.echo(message, err=True)


def answer(document: dict[str, Any], *, as_json: bool, text: str) -> None:
    """The command's answer: for programs or for people."""
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else shown(text, keep="\n"))


def shown(text: str, *, keep: str = "") -> str:
    """What people wrote, as a terminal may show it: controls, line breaks and marks of direction are escaped."""
    return "".join(one if one.isprintable() or one in keep else one.encode("unicode_escape").decode() for one in text)


def fail(message: str, *, as_json: bool, **about: Any) -> NoReturn:  # noqa: ANN401 - any JSON value
    """Ends the command with a plain sentence and a remedy."""
    say(message)
    if as_json:
        typer.echo(json.dumps({"ok": False, "error": message, **about}, ensure_ascii=False))
    raise typer.Exit(EXIT_FAILED)


def folder_at(path: Path) -> DataDir:
    """The data folder as it is: a command that only looks makes nothing."""
    return DataDir(path.expanduser().resolve())


def data_dir_at(path: Path, *, as_json: bool) -> DataDir:
    """The data folder, made where it is missing; ends the command where that is impossible."""
    try:
        return open_data_dir(path)
    except OSError as error:
        fail(f"Cannot keep data in {path} ({error.strerror}). Name another folder with --data-dir.", as_json=as_json)


@dataclass(frozen=True)
class Instance:
    """A running instance, and the key to it."""

    data: DataDir
    description: Description
    operator_key: str

    def client(self, service: str) -> httpx.Client:
        """An HTTP client of one service, signed in as the operator."""
        return httpx.Client(
            base_url=self.description["services"][service]["url"],
            headers={"Authorization": f"Bearer {self.operator_key}"},
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
        )


def find_instance(data_dir: Path, *, as_json: bool) -> Instance:
    """The instance that runs in the folder; ends the command when there is none."""
    data = folder_at(data_dir)
    try:
        description = read_description(data)
    except NotRunningError:
        fail(f"Nothing runs in {data.root}. Start it with: python3 run.py --data-dir {data.root}", as_json=as_json)
    return Instance(data, description, read_key(data.operator_key))
