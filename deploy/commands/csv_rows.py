"""Rows of a CSV file as feedback bodies, each with a name by which a repeat is known."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from deploy.commands.csv_file import EXTRA, CsvFile, Record, UnreadableFileError
from deploy.commands.csv_times import moment_of

BATCH_ROWS_MAX = 200
ROW_LENGTH_MAX = 200_000  # Ten times what the longest text may hold.
BATCH_BYTES_MAX = 2 * 1024 * 1024

Document = dict[str, Any]
USUAL_ZONE = ZoneInfo("Asia/Shanghai")


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
    phone: str | None = None
    name: str | None = None
    date: str | None = None
    time_zone: ZoneInfo = USUAL_ZONE
    category: str | None = None
    model: str | None = None
    sku: str | None = None
    purposes: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        """The columns that the file must have."""
        named = (self.text, self.id, self.rating, self.language, self.date)
        about = (*self.of_customer().values(), *self.of_product().values())
        return [column for column in (*named, *about) if column]

    def of_customer(self) -> dict[str, str | None]:
        """Which column fills which field of the customer."""
        return {"external_id": self.customer, "email": self.email, "phone": self.phone, "name": self.name}

    def of_product(self) -> dict[str, str | None]:
        """Which column fills which field of the product."""
        return {"category": self.category, "model": self.model, "sku": self.sku}


@dataclass(frozen=True)
class Row:
    """One row on its way: its place in the file, and the body that is sent. `fault` says why it is not sent."""

    number: int
    body: Document
    fault: str | None


def count_rows(file: CsvFile, limit: int | None) -> int:
    """How many rows the file has. Reads all of it, so a file that cannot be read is refused before any row is sent."""
    return sum(1 for _ in islice(file.records(), limit))


def read_rows(file: CsvFile, mapping: Mapping, limit: int | None) -> Iterator[Row]:
    """The rows as bodies. Raises UnreadableFileError."""
    seen: Counter[str] = Counter()
    for number, record in enumerate(islice(file.records(), limit), start=1):
        yield Row(number, _body(record, mapping, seen), _fault(record))


def _fault(record: Record) -> str | None:
    if EXTRA in record:
        return "torn_row"
    return "too_large_row" if sum(map(len, record.values())) > ROW_LENGTH_MAX else None


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


def check_columns(file: CsvFile, mapping: Mapping) -> None:
    """Raises UnreadableFileError unless the file has each named column once."""
    have = ", ".join(f"'{column}'" for column in file.columns)
    for column in mapping.columns():
        found = file.columns.count(column)
        if found != 1:
            often = "no column" if not found else f"{found} columns called"
            raise UnreadableFileError(f"the file has {often} '{column}'; its columns: {have}")


def _body(record: Record, mapping: Mapping, seen: Counter[str]) -> Document:
    body: Document = {"channel": mapping.channel, "source": mapping.source, "text": record[mapping.text]}
    if mapping.rating and record[mapping.rating].strip():
        body["rating"] = {"scale": mapping.rating_scale, "value": _number(record[mapping.rating])}
    if mapping.language and record[mapping.language].strip():
        body["language"] = record[mapping.language].strip()
    if mapping.date and record[mapping.date].strip():
        body["occurred_at"] = moment_of(record[mapping.date].strip(), mapping.time_zone)
    parts = {"customer": mapping.of_customer(), "product": mapping.of_product()}
    body |= {name: filled for name, columns in parts.items() if (filled := _filled(record, columns))}
    if mapping.purposes:
        consent = {"purposes": list(mapping.purposes), "version": "held-by-operator", "stated_by": "operator"}
        body["consent"] = consent
    return {**body, "external_id": _name(record, mapping, body, seen)}


def _filled(record: Record, columns: dict[str, str | None]) -> Document:
    return {name: record[column].strip() for name, column in columns.items() if column and record[column].strip()}


def _name(record: Record, mapping: Mapping, body: Document, seen: Counter[str]) -> str:
    """The row's own id; without one, its hash and which of equal rows it is."""
    if mapping.id and record[mapping.id].strip():
        return record[mapping.id].strip()
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:40]
    seen[digest] += 1
    return f"{digest}-{seen[digest]}"


def _number(written: str) -> float | str:
    try:
        number = float(written)
    except ValueError:
        return written  # The door says what is wrong with it.
    return number if math.isfinite(number) else written
