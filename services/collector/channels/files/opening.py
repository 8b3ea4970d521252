"""Opens a file of feedback: how it is to be read, and its records, from the beginning or from where one stopped."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any, BinaryIO

from services.collector.channels.files import json_rows, table_rows
from services.collector.channels.files.encodings import encoding_of
from services.collector.channels.files.header import columns_of
from services.collector.channels.files.json_rows import paths_of
from services.collector.channels.files.kinds import format_of
from services.collector.channels.files.lines import lines
from services.collector.channels.files.reading import (
    COLUMNS_MAX,
    HEADER_ROWS_MAX,
    Fault,
    Format,
    Position,
    Reading,
    Record,
    Told,
    UnreadableFileError,
)
from services.collector.channels.files.table_rows import Row

SAMPLE_RECORDS = 100
_SAMPLE_CHARACTERS = 64 * 1024
_SAMPLE_ROWS = 20
DELIMITERS = ",;\t|"
GRID = "huiyin_grid"


def look_into(file: BinaryIO, name: str, told: Told) -> Reading:
    """How a file is to be read; of a workbook only that it must be converted. Raises UnreadableFileError."""
    if not 1 <= told.header_rows <= HEADER_ROWS_MAX:
        raise UnreadableFileError("header_rows", max=HEADER_ROWS_MAX)
    format_ = format_of(file, name, told.format)
    if format_ is Format.WORKBOOK:
        return Reading(format_, "utf-8", (), Position(0, 0), header_rows=told.header_rows, sheet=told.sheet)
    if format_ is Format.GRID:
        return _look_into_grid(file, told)
    encoding = encoding_of(file, told.encoding)
    begin = Reading(format_, encoding.name, (), Position(encoding.mark_bytes, 0), header_rows=told.header_rows)
    if format_ is Format.JSON_LINES:
        return replace(begin, columns=_paths(file, begin))
    return _look_into_table(file, begin, told)


def records(file: BinaryIO, reading: Reading, start: Position | None = None) -> Iterator[Record]:
    """The records from the beginning, or from a record's `position` on. Raises UnreadableFileError."""
    begin = start or reading.start
    if reading.needs_conversion:
        raise UnreadableFileError("not_converted")
    read = lines(file, reading.encoding, begin.offset)
    if reading.format is Format.TABLE:
        return _of_table(table_rows.rows(read, reading.delimiter or ","), reading, begin.number)
    return _of_json(json_rows.values(read), reading, begin.number)


def _look_into_table(file: BinaryIO, begin: Reading, told: Told) -> Reading:
    offset, delimiter = begin.start.offset, told.delimiter
    first = next(lines(file, begin.encoding, offset), None)
    if first is not None and first.text.lower().startswith("sep=") and len(first.text.strip()) == len("sep=;"):
        offset, delimiter = first.end, delimiter or first.text[4]  # Excel's own way to say it.
    chosen = delimiter or _guess_delimiter(file, begin.encoding, offset)
    if len(chosen) != 1 or chosen in '"\r\n':
        raise UnreadableFileError("bad_delimiter")
    header = list(islice(table_rows.rows(lines(file, begin.encoding, offset), chosen), begin.header_rows))
    if any(row.fault for row in header):
        raise UnreadableFileError("broken_header", encoding=begin.encoding)
    columns = columns_of([row.cells for row in header], told.duplicates)
    return replace(begin, columns=columns, delimiter=chosen, start=Position(header[-1].end, 0))


def _guess_delimiter(file: BinaryIO, encoding: str, offset: int) -> str:
    """The one that parts the first rows into equally many cells, and into most."""
    sample, length = [], 0
    for line in lines(file, encoding, offset):
        sample.append(line.text)
        length += len(line.text)
        if length > _SAMPLE_CHARACTERS:
            break
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: Sequence[str], delimiter: str) -> tuple[bool, float, int]:
    read = islice((row for row in csv.reader(sample, delimiter=delimiter) if row), _SAMPLE_ROWS)
    widths = [len(row) for row in read] or [1]
    return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]


def _of_table(rows: Iterable[Row], reading: Reading, number: int) -> Iterator[Record]:
    columns, width = reading.columns, len(reading.columns)
    for cells, fault, end in rows:
        number += 1
        wrong = fault
        if wrong is None and len(cells) != width:
            wrong = Fault("torn_row", {"cells": len(cells), "columns": width})
            # Nothing of a row that somebody is to mend is lost.
            cells[width - 1 :] = [(reading.delimiter or ",").join(cells[width - 1 :])]
        yield Record(number, dict(zip(columns, cells, strict=False)), wrong, Position(end, number))


def _of_json(found: Iterable[json_rows.Found], reading: Reading, number: int) -> Iterator[Record]:
    is_grid = reading.format is Format.GRID
    for one in found:
        number += 1
        fault, cells = one.fault, one.value
        if is_grid and isinstance(cells, list):
            fault = fault or _too_wide(cells, len(reading.columns))
            cells = dict(zip_longest(reading.columns, cells[: len(reading.columns)], fillvalue=""))
        elif not isinstance(cells, dict) and fault is None:
            fault = Fault("line_not_an_object")
        position = Position(one.end, number)
        yield Record(number, cells if isinstance(cells, dict) else _shown(one.value, reading), fault, position)


def _shown(value: object, reading: Reading) -> dict[str, object]:
    """A line that is no record, where somebody who mends it sees it."""
    return {reading.columns[0]: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def _too_wide(cells: Sequence[object], width: int) -> Fault | None:
    """A row of a sheet may end early, but not stand beyond the header."""
    return Fault("torn_row", {"cells": len(cells), "columns": width}) if len(cells) > width else None


def _paths(file: BinaryIO, begin: Reading) -> tuple[str, ...]:
    """The names in the first records, in the order in which they come."""
    paths: dict[str, None] = {}
    found = list(islice(json_rows.values(lines(file, begin.encoding, begin.start.offset)), SAMPLE_RECORDS))
    for one in found:
        if isinstance(one.value, dict):
            paths.update(dict.fromkeys(path for path in paths_of(one.value) if path))
    if not paths:
        raise UnreadableFileError("no_json_lines" if found else "empty_file")
    if len(paths) > COLUMNS_MAX:
        raise UnreadableFileError("too_many_columns", max=COLUMNS_MAX)
    return tuple(paths)


def _look_into_grid(file: BinaryIO, told: Told) -> Reading:
    read = lines(file, "utf-8", 0)
    about = _about_grid(next(read).text)
    header = list(islice(json_rows.values(read), told.header_rows))
    rows = [[str(cell) for cell in one.value] for one in header if isinstance(one.value, list)]
    columns = columns_of(rows, told.duplicates)
    return Reading(
        Format.GRID,
        "utf-8",
        columns,
        Position(header[-1].end, 0),
        header_rows=told.header_rows,
        sheet=about.get("sheet"),
        sheets=tuple(about.get("sheets", ())),
        hidden_sheets=tuple(about.get("hidden", ())),
        date_1904=bool(about.get("date_1904")),
    )


def _about_grid(text: str) -> dict[str, Any]:
    """What the conversion wrote first. Somebody may send such a file of their own."""
    try:
        about: dict[str, Any] = dict(json.loads(text)[GRID])
    except (ValueError, TypeError, RecursionError):
        raise UnreadableFileError("broken_workbook") from None
    return about
