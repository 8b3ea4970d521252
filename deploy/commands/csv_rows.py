"""Rows of a CSV file as feedback bodies, each with a name by which a repeat is known."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

FIELD_LENGTH_MAX = 1_000_000
BATCH_ROWS_MAX = 200
BATCH_BYTES_MAX = 2 * 1024 * 1024
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_PROBE_BYTES = 1024 * 1024

Document = dict[str, Any]


class UnreadableFileError(Exception):
    """The file cannot be imported as it is; the message says what to do."""


@dataclass(frozen=True)
class Mapping:
    """Which column is what, and what the operator states about the whole file."""

    text: str
    source: str
    channel: str
    id: str | None = None
    rating: str | None = None
    rating_scale: str = "stars5"
    customer: str | None = None
    email: str | None = None
    language: str | None = None
    purposes: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        """The columns that the file must have."""
        named = (self.text, self.id, self.rating, self.customer, self.email, self.language)
        return [column for column in named if column]


@dataclass(frozen=True)
class Row:
    """One row on its way: its line in the file, and the body that is sent."""

    number: int
    body: Document


def count_rows(path: Path, limit: int | None) -> int:
    """How many rows the file has, for the progress bar."""
    return sum(1 for _ in islice(_records(path), limit))


def read_rows(path: Path, mapping: Mapping, limit: int | None) -> Iterator[Row]:
    """The rows as bodies. Raises UnreadableFileError."""
    seen: Counter[str] = Counter()
    for number, record in enumerate(islice(_records(path), limit), start=1):
        if number == 1:
            _check_columns(record, mapping)
        yield Row(number, _body(record, mapping, seen))


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in groups that one request may carry."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row.body))
        if batch and (len(batch) >= BATCH_ROWS_MAX or size + length > BATCH_BYTES_MAX):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _records(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(FIELD_LENGTH_MAX)
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            yield from csv.DictReader((line.replace("\0", "") for line in file), restval="")
    except (OSError, UnicodeError, csv.Error) as error:
        raise UnreadableFileError(f"{path.name} cannot be read as CSV: {error}") from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_PROBE_BYTES)
    for bom, encoding in _BOMS.items():
        if head.startswith(bom):
            return encoding
    try:
        head[: head.rfind(b"\n") + 1 or None].decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _check_columns(record: dict[str, str], mapping: Mapping) -> None:
    missing = [column for column in mapping.columns() if column not in record]
    if missing:
        have = ", ".join(str(column) for column in record)
        raise UnreadableFileError(f"the file has no column {', '.join(missing)}; it has: {have}")


def _body(record: dict[str, str], mapping: Mapping, seen: Counter[str]) -> Document:
    body: Document = {"channel": mapping.channel, "source": mapping.source, "text": record[mapping.text]}
    if mapping.rating and record[mapping.rating].strip():
        body["rating"] = {"scale": mapping.rating_scale, "value": _number(record[mapping.rating])}
    if mapping.language and record[mapping.language].strip():
        body["language"] = record[mapping.language].strip()
    customer = _customer(record, mapping)
    if customer:
        body["customer"] = customer
    if mapping.purposes:
        consent = {"purposes": list(mapping.purposes), "version": "held-by-operator", "stated_by": "operator"}
        body["consent"] = consent
    return {**body, "external_id": _name(record, mapping, body, seen)}


def _customer(record: dict[str, str], mapping: Mapping) -> Document:
    given = {"external_id": mapping.customer, "email": mapping.email}
    return {name: record[column].strip() for name, column in given.items() if column and record[column].strip()}


def _name(record: dict[str, str], mapping: Mapping, body: Document, seen: Counter[str]) -> str:
    """The row's own id; without one, its hash and which of equal rows it is."""
    if mapping.id and record[mapping.id].strip():
        return record[mapping.id].strip()
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    seen[digest] += 1
    return f"{digest}-{seen[digest]}"


def _number(written: str) -> float | str:
    try:
        return float(written)
    except ValueError:
        return written  # The door says what is wrong with it.
