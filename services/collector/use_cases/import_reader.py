"""Reads the files of imports by the readers and the mapping engine that every source goes through."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from itertools import islice
from typing import BinaryIO

from services.collector.channels.files import workbook
from services.collector.channels.files.opening import look_into, records
from services.collector.channels.files.reading import (
    Duplicates,
    Format,
    Position,
    Reading,
    Told,
    UnreadableFileError,
)
from services.collector.channels.mapping.engine import Engine
from services.collector.channels.mapping.guess import SAMPLE_RECORDS_MAX, Guess, guess
from services.collector.channels.mapping.mapping import Mapping, WrongMappingError, mapping_of, overridden
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.channels.mapping.presets import Preset, UnknownPresetError, preset_of, presets, recognised
from services.collector.channels.mapping.settle import survey
from services.collector.domain.normal_forms import DateOrder
from services.collector.use_cases.import_plan import (
    REJECT_COLUMNS,
    REJECT_PREFIX,
    ColumnGuess,
    Document,
    FileRow,
    Found,
    ImportPlan,
)


class EveryFile:
    """The readers of CSV, TSV, JSON lines and workbooks, and the mapping engine behind them."""

    def lines_of(self, file: BinaryIO, plan: ImportPlan) -> AsyncIterator[bytes] | None:
        """A workbook's rows as lines that can be read from the middle; None for what is such lines already."""
        told = _told(plan)
        if not look_into(file, plan.file_name, told).needs_conversion:
            return None
        return workbook.lines_of(file, told)

    def look(self, file: BinaryIO, plan: ImportPlan, country: str) -> Found:
        """What the file is, as far as nobody said: all of it is looked over. Raises UnreadableFileError."""
        preset, reading = _read_as(file, plan)
        sample = [record.cells for record in islice(records(file, reading), SAMPLE_RECORDS_MAX)]
        own = replace(reading, columns=_own(reading.columns))
        guessed = guess(own, sample, plan.source, preset)
        mapping = _overridden(guessed.mapping, plan, reading.columns, country)
        if not mapping.of("text"):
            raise UnreadableFileError("no_text_column", expected=", ".join(reading.columns)[:500])
        seen = survey(records(file, reading), mapping)
        mapping = seen.settled(mapping)
        return Found(
            format="xlsx" if reading.format is Format.GRID else reading.format,
            encoding=reading.encoding,
            delimiter=reading.delimiter,
            sheet=reading.sheet,
            sheets=list(reading.sheets),
            preset=mapping.preset,
            columns=_columns(reading.columns, mapping, guessed, plan),
            rows=seen.records,
            reading=asdict(reading),
            mapping=mapping.as_document(),
        )

    def rows(
        self, file: BinaryIO, plan: ImportPlan, start: Position | None, occurrences: Occurrences
    ) -> Iterator[FileRow]:
        """The rows from a position on."""
        if plan.found is None:
            return
        engine = Engine(mapping_of(plan.found.mapping), occurrences)
        for record in records(file, _reading_of(plan.found.reading), start):
            row = engine.row(record)
            yield FileRow(row.number, row.body, row.faults, record.cells, record.position)


def _read_as(file: BinaryIO, plan: ImportPlan) -> tuple[Preset, Reading]:
    """The preset that was told or is recognised, and the file read by its rules."""
    told, name = _told(plan), plan.file_name
    preset = recognised(look_into(file, name, replace(told, duplicates=Duplicates.NUMBER)).columns)
    if plan.options.preset:
        try:
            preset = preset_of(plan.options.preset)
        except UnknownPresetError:
            raise UnreadableFileError("unknown_preset", expected=", ".join(presets())) from None
    return preset, look_into(file, name, preset.told(told))


def _told(plan: ImportPlan) -> Told:
    options = plan.options
    format_ = Format(options.format) if options.format else None
    return Told(format_, options.encoding, options.delimiter, options.sheet)


def _overridden(guessed: Mapping, plan: ImportPlan, columns: tuple[str, ...], country: str) -> Mapping:
    options = plan.options
    fields: dict[str, list[str]] = {}
    for column, target in options.mapping.items():
        if target:
            fields.setdefault(target, []).append(column)
    # A column that was told something else, or nothing, no longer fills what it was guessed to.
    kept = {
        target: left
        for target, named in guessed.fields.items()
        if (left := tuple(column for column in named if column not in options.mapping))
    }
    told: Document = {
        "fields": fields,
        "channel": options.channel,
        "time_zone": options.time_zone,
        "date_order": DateOrder(options.date_order) if options.date_order else None,
        "purposes": list(options.consent) or None,
        "rating_scale": options.rating_scale,
        "source": options.source,
        "country": country,
    }
    try:
        return overridden(replace(guessed, fields=kept), told, columns)
    except WrongMappingError as error:
        raise UnreadableFileError(error.code, **error.about) from error


def _columns(columns: tuple[str, ...], mapping: Mapping, guessed: Guess, plan: ImportPlan) -> list[ColumnGuess]:
    filled = {column: target for target, named in mapping.fields.items() for column in named}
    reasons = {(reason.target, reason.column): reason.code for reason in guessed.reasons}
    return [
        ColumnGuess(
            column,
            filled.get(column),
            "told" if column in plan.options.mapping else reasons.get((filled.get(column, ""), column), "left_out"),
        )
        for column in columns
    ]


def _own(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns without those that a reject file has in front."""
    first = tuple(name.removeprefix(REJECT_PREFIX) for name in columns[: len(REJECT_COLUMNS)])
    return columns[len(REJECT_COLUMNS) :] if first == REJECT_COLUMNS else columns


def _reading_of(document: Document) -> Reading:
    """A stored reading."""
    tuples = {name: tuple(document[name]) for name in ("columns", "sheets", "hidden_sheets")}
    whole = {**document, **tuples, "format": Format(document["format"]), "start": Position(*document["start"])}
    return Reading(**whole)
