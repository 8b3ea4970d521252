"""Somebody's database as a stream of lines: read by the collector's own module, in a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from deploy.commands.test import ROOT

SCHEMES = ("mysql://", "mariadb://", "postgresql://", "postgres://", "sqlite://")
COMMAND = (sys.executable, "-m", "services.collector.read_classic")


class UnreadableDatabaseError(Exception):
    """The database cannot be read as it is; the message says why and what to do, and nothing in it is secret."""


@dataclass(frozen=True)
class Lines:
    """What is read, under its database's name, and the lines that are still to come."""

    source: str
    found: list[str]
    rest: IO[bytes]


def is_address(given: str) -> bool:
    """Whether this names a database, not a file."""
    return given.startswith(SCHEMES)


@contextmanager
def lines_of(address: str) -> Iterator[Lines]:
    """The lines. The address goes by the input, so that no list of processes shows its password.

    Raises UnreadableDatabaseError, also at the end, when what came was not all.
    """
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints)
        try:
            child.stdin.write(address.encode() + b"\n")  # type: ignore[union-attr]  # it is a pipe
            child.stdin.close()  # type: ignore[union-attr]  # it is a pipe
            first = child.stdout.readline()  # type: ignore[union-attr]  # it is a pipe
            if first:
                about: dict[str, Any] = json.loads(first)
                yield Lines(about["source"], about["found"], child.stdout)  # type: ignore[arg-type]  # it is a pipe
            if child.wait() or not first:
                complaints.seek(0)
                raise UnreadableDatabaseError(_said(complaints.read().decode(errors="replace")))
        finally:
            child.kill()
            child.wait()


def _said(complaint: str) -> str:
    """The sentence of the refusal, which stands in the last line."""
    try:
        return str(json.loads(complaint.splitlines()[-1])["en"])
    except (IndexError, ValueError, KeyError):
        return "The database could not be read; the address names it as mysql://, postgresql:// or sqlite:///."
