"""Makes chunks of a file's rows: read, mapped, checked and masked, in a thread and in memory that no file enlarges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from services.collector.channels.files.reading import Position
from services.collector.channels.mapping.engine import RowFault
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.domain.intake import Intake
from services.collector.domain.masked_intake import MaskedIntake, mask_intake
from services.collector.use_cases.import_plan import Broken, Check, Document, FileRow, ImportPlan

CHUNK_ROWS_MAX = 500
CHUNK_CHARACTERS_MAX = 500_000  # Long texts make short chunks.
ORIGINAL_LENGTH_MAX = 1_000  # Of a cell that is shown beside its fault; the whole row stands behind it.


@dataclass(frozen=True)
class Reject:
    """A row that is not taken in, whole, with what is wrong with it."""

    number: int
    faults: list[RowFault]
    cells: Mapping[str, Any]

    def document(self) -> Document:
        """As it is kept."""
        faults = [[fault.column, fault.code, dict(fault.about), fault.original] for fault in self.faults]
        return {"row": self.number, "faults": faults, "cells": dict(self.cells)}


@dataclass
class Chunk:
    """Some rows that follow each other. `sources` are the rows of the `intakes`, in their order."""

    position: Position
    rows: int = 0
    intakes: list[MaskedIntake] = field(default_factory=list)
    sources: list[FileRow] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    digests: bytes = b""
    characters: int = 0

    def has_room(self) -> bool:
        """Whether another row fits."""
        return self.rows < CHUNK_ROWS_MAX and self.characters < CHUNK_CHARACTERS_MAX

    def halves(self, begins: Position) -> "list[Chunk]":
        """The same rows as two chunks, for one row cannot be stored; as the only one, it is rejected."""
        if len(self.intakes) <= 1:
            unstorable = [Reject(row.number, [RowFault("", "not_storable", {}, "")], row.cells) for row in self.sources]
            rejects = sorted([*self.rejects, *unstorable], key=lambda reject: reject.number)
            return [replace(self, intakes=[], sources=[], rejects=rejects)]
        middle = len(self.intakes) // 2
        between = self.sources[middle - 1].position
        first = self._part(slice(None, middle), begins.number, between)
        return [replace(first, digests=self.digests), self._part(slice(middle, None), between.number, self.position)]

    def _part(self, which: slice, begins: int, position: Position) -> "Chunk":
        rows = range(begins + 1, position.number + 1)
        rejects = [reject for reject in self.rejects if reject.number in rows]
        return Chunk(position, len(rows), self.intakes[which], self.sources[which], rejects)


class Chunks:
    """The rows of one file from a position on, chunk by chunk. One thread at a time uses it."""

    def __init__(
        self, rows: Iterator[FileRow], plan: ImportPlan, check: Check, met: Occurrences, *, masks: bool
    ) -> None:
        self._rows = rows
        self._rows_max = plan.options.rows_max
        self._check = check
        self._met = met
        self._masks = masks
        self._columns = columns_by_field(plan)

    def next(self, position: Position) -> Chunk:
        """The next chunk, after this position; one without rows is behind the last. Raises UnreadableFileError."""
        chunk = Chunk(position)
        for row in self._rows:
            if self._rows_max is not None and row.number > self._rows_max:
                break
            self._take(chunk, row)
            if not chunk.has_room():
                break
        chunk.digests = self._met.fresh()
        return chunk

    def _take(self, chunk: Chunk, row: FileRow) -> None:
        chunk.rows += 1
        chunk.position = row.position
        if row.body is None or row.faults:
            chunk.rejects.append(Reject(row.number, list(row.faults), row.cells))
            return
        checked = self._check(row.body)
        if isinstance(checked, list):
            chunk.rejects.append(
                Reject(row.number, [_fault(one, row.body, self._columns) for one in checked], row.cells)
            )
            return
        chunk.characters += len(checked.text)
        chunk.intakes.append(self._masked(checked))
        chunk.sources.append(row)

    def _masked(self, intake: Intake) -> MaskedIntake:
        return mask_intake(intake) if self._masks else MaskedIntake(intake, intake, (), {})


def first_rows(rows: Iterator[FileRow], plan: ImportPlan, check: Check, rows_max: int) -> list[FileRow]:
    """Some rows with what the doors' rules say of them."""
    columns = columns_by_field(plan)
    found = []
    for row in islice(rows, rows_max):
        checked = check(row.body) if row.body is not None else None
        faults = [_fault(one, row.body or {}, columns) for one in checked] if isinstance(checked, list) else row.faults
        found.append(row._replace(faults=faults))
    return found


def _fault(broken: Broken, body: Document, columns: Mapping[str, str]) -> RowFault:
    """A rule broken in the body, at the column that filled the field; the value as far as it is one."""
    value: Any = body
    for part in broken.pointer.split("/")[1:]:
        value = value.get(part) if isinstance(value, dict) else None
    original = str(value)[:ORIGINAL_LENGTH_MAX] if isinstance(value, str | int | float) else ""
    target = broken.pointer.strip("/").replace("/", ".")
    column = columns.get(target) or columns.get(target.partition(".")[0], "")
    return RowFault(column, broken.code, broken.about, original)


def columns_by_field(plan: ImportPlan) -> Mapping[str, str]:
    """Which column fills a field; also by the first part of its name, for a rule that a part of it breaks."""
    columns = plan.found.columns if plan.found else ()
    filled = {one.field: one.column for one in columns if one.field}
    return {name.partition(".")[0]: column for name, column in filled.items()} | filled
