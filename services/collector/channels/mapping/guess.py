"""Guesses what a file's columns mean, by their names and by twenty of its records, and says why."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Read
from dataclasses import dataclass, field

from services.collector.channels.files.json_rows import paths_of
from services.collector.channels.files.reading import Cells, Reading
from services.collector.channels.mapping.engine import as_text, value_at
from services.collector.channels.mapping.mapping import FIELDS, Mapping
from services.collector.channels.mapping.presets import GENERIC, JOINED, Preset, fold, preset_of

SAMPLE_RECORDS_MAX = 20
PRESET_NAMES_IT = "preset_names_it"
TEXT_CHARACTERS_MIN = 6.0  # On average: what is shorter is a word of a list.
_SHARE_MIN = 0.6
_DISTINCT_SHARE_MIN = 0.3
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s()-]{7,20}")
_DATE = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")


@dataclass(frozen=True)
class Reason:
    """Why a column fills a field; `code` has its sentence in MAPPING_REASONS."""

    target: str
    column: str
    code: str


@dataclass(frozen=True)
class Guess:
    """A mapping and its reasons; `left` are the columns that fill nothing, `other_texts` those that hold words, too."""

    mapping: Mapping
    reasons: list[Reason]
    left: list[str] = field(default_factory=list)
    other_texts: list[str] = field(default_factory=list)


class _Choice:
    """What was chosen so far: a column that fills one field fills no other, unless its preset says so."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.reasons: list[Reason] = []
        self._columns = columns

    def left(self) -> list[str]:
        """The columns that fill nothing."""
        taken = {column for columns in self.chosen.values() for column in columns}
        return [column for column in self._columns if column not in taken]

    def take(self, target: str, found: Sequence[str], code: str) -> None:
        """Takes columns for a field that has none."""
        left = self.left()
        free = tuple(column for column in found if code == PRESET_NAMES_IT or column in left)
        if free and target not in self.chosen:
            self.chosen[target] = free
            self.reasons += [Reason(target, column, code) for column in free]


def guess(reading: Reading, sample: Sequence[Cells], source: str, preset: Preset) -> Guess:
    """A mapping for a file. `sample` are the cells of its first records."""
    choice = _Choice(reading.columns)
    if preset.name != GENERIC:
        for target, found in _by_name(preset, reading.columns):
            choice.take(target, found, PRESET_NAMES_IT)
    for target, found in _by_name(preset_of(GENERIC), reading.columns):
        choice.take(target, found, "column_name")
    for target, looks_so in _BY_CONTENT.items():
        found = [column for column in choice.left() if looks_so(_values(sample, column))]
        choice.take(target, found[:1], "looks_like_it")
    texts = _texts(sample, choice.left())
    choice.take("text", texts[:1], "longest_words")
    mapping = _mapping(choice.chosen, source, preset, date_1904=reading.date_1904)
    left = choice.left()
    return Guess(mapping, choice.reasons, left, [name for name in texts if name in left])


def mapping_of_payload(payload: Read[str, object], preset: Preset) -> Mapping:
    """A mapping for one payload of a source, by the names that its preset knows."""
    columns = tuple(path for path in paths_of(payload) if path)
    chosen = {target: tuple(found) for target, found in _by_name(preset, columns) if found}
    return _mapping(chosen, preset.name, preset, date_1904=False)


def _mapping(chosen: dict[str, tuple[str, ...]], source: str, preset: Preset, *, date_1904: bool) -> Mapping:
    return Mapping(
        source=preset.source or source,
        fields={target: chosen[target] for target in FIELDS if target in chosen},
        preset=preset.name,
        channel=preset.channel,
        constants=preset.constants,
        picks=preset.picks,
        rating_scale=preset.rating_scale,
        date_1904=date_1904,
        purposes=preset.purposes,
        empty_text=preset.empty_text,
    )


def _by_name(preset: Preset, columns: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each field with the columns that the preset names for it, in the preset's order."""
    of_fold: dict[str, str] = {}
    for column in columns:
        of_fold.setdefault(fold(column), column)
        of_fold.setdefault(fold(column.rpartition(".")[2]), column)  # A leaf of a JSON object.
    found = []
    for target, names in preset.fields.items():
        named = list(dict.fromkeys(of_fold[fold(name)] for name in names if fold(name) in of_fold))
        joined = target in JOINED and preset.name != GENERIC
        found.append((target, named if joined else named[:1]))
    return found


def _values(sample: Sequence[Cells], column: str) -> list[str]:
    written = (as_text(value_at(cells, column)).strip() for cells in sample[:SAMPLE_RECORDS_MAX])
    return [value for value in written if value]


def _looks(pattern: re.Pattern[str]) -> Callable[[list[str]], bool]:
    def looks_so(values: list[str]) -> bool:
        return bool(values) and sum(1 for value in values if pattern.fullmatch(value)) >= _SHARE_MIN * len(values)

    return looks_so


_BY_CONTENT = {
    "customer.email": _looks(_EMAIL),
    "occurred_at": _looks(_DATE),
}


def _texts(sample: Sequence[Cells], columns: Sequence[str]) -> list[str]:
    """The columns that hold words of people, the longest first."""
    lengths = {}
    for column in columns:
        values = _values(sample, column)
        length = sum(map(len, values)) / len(values) if values else 0.0
        varied = len(set(values)) >= _DISTINCT_SHARE_MIN * len(values)
        if length >= TEXT_CHARACTERS_MIN and varied and not _looks(_PHONE)(values) and not _looks(_DATE)(values):
            lengths[column] = length
    return sorted(lengths, key=lambda column: -lengths[column])
