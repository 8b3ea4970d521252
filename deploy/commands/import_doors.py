"""The doors of imports, as the command uses them: patient while the collector is away for a moment."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import httpx

IMPORTS = "/v1/feedback/imports"
AWAY_MAX_S = 180.0  # A killed service is there again in a second; a database after a crash takes longer.
PAUSE_S = 0.3
PIECE_BYTES = 256 * 1024

Document = dict[str, Any]
Params = Sequence[tuple[str, str]]


class RefusedError(Exception):
    """A door said no, and why."""


class ImportDoors:
    """One instance's imports."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def upload(self, file: IO[bytes], said: Params) -> Document:
        """Sends a file. Raises RefusedError, httpx.TransportError."""
        return _document(self._client.post(IMPORTS, content=_pieces(file), params=list(said)))

    def read(self, import_id: str) -> Document:
        """One import as it stands. Raises RefusedError."""
        return self._patiently("GET", f"{IMPORTS}/{import_id}")

    def act(self, import_id: str, verb: str) -> Document:
        """Starts, tries or ends one. Raises RefusedError."""
        key = {"Idempotency-Key": f"{import_id}:{verb}:{time.time_ns()}"}
        return self._patiently("POST", f"{IMPORTS}/{import_id}:{verb}", key)

    def follow(self, import_id: str, state: str) -> Iterator[Document]:
        """The import, looked at again and again until it has left the state. Raises RefusedError."""
        while True:
            seen = self.read(import_id)
            yield seen
            if seen["state"] != state:
                return
            time.sleep(PAUSE_S)

    def fetch_rejects(self, import_id: str, path: Path) -> None:
        """Writes the rejected rows. Raises RefusedError, OSError."""
        with self._client.stream("GET", f"{IMPORTS}/{import_id}/rejects") as answer:
            if answer.is_error:
                answer.read()
            _check(answer)
            with path.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)

    def _patiently(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Document:
        deadline = time.monotonic() + AWAY_MAX_S
        while True:
            try:
                answer = self._client.request(method, path, headers=headers)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                    return _document(answer)
            time.sleep(PAUSE_S)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


def _document(answer: httpx.Response) -> Document:
    _check(answer)
    document: Document = answer.json()
    return document


def _check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise RefusedError(_said(answer))


def _said(answer: httpx.Response) -> str:
    """A problem in one line."""
    try:
        problem: Document = answer.json()
        errors = [f"{one['pointer']}: {one['message']} {one['remedy']}" for one in problem.get("errors", [])]
        return " ".join([problem["title"], problem["detail"], *errors])
    except (ValueError, KeyError, TypeError):
        return f"The collector answered {answer.status_code}."
