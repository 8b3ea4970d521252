"""How one import is read, mapped and kept: what a person said of the file, and what was found in it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, BinaryIO, NamedTuple, Protocol

from services.collector.channels.files.reading import Position
from services.collector.channels.mapping.engine import RowFault
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.domain.intake import Intake

FILE_NAME_LENGTH_MAX = 200
PREVIEW_ROWS = 20
# What every reject file has in front of the file's own columns; read again, these are left out.
REJECT_COLUMNS = ("row", "column", "code", "message", "original")
REJECT_PREFIX = "reject_"  # In front of each of them, where the file has a column of that name.
REJECTS_SUFFIX = ".rejects.csv"

Document = dict[str, Any]


@dataclass(frozen=True)
class ImportOptions:
    """What a person says of a file; what they leave open is guessed. `mapping` says which column fills which field."""

    source: str | None = None
    channel: str | None = None
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    preset: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    date_order: str | None = None
    rating_scale: str | None = None
    consent: Sequence[str] = ()
    rows_max: int | None = None


@dataclass(frozen=True)
class ColumnGuess:
    """Which field a column fills, and why; no field where it is left out."""

    column: str
    field: str | None
    reason: str


@dataclass(frozen=True)
class Found:
    """What was found in a file. `reading` and `mapping` are the readers' own, as JSON."""

    format: str
    encoding: str
    delimiter: str | None
    sheet: str | None
    preset: str | None
    columns: Sequence[ColumnGuess]
    reading: Document
    mapping: Document
    sheets: Sequence[str] = ()
    rows: int = 0


@dataclass(frozen=True)
class ImportPlan:
    """All that is known of the import's file. `fault_about` fills the sentence of what is wrong with it."""

    file_name: str
    options: ImportOptions
    found: Found | None = None
    fault_about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """What the rows come from: the file's name unless somebody says; a mended reject file is the file it was of."""
        return self.options.source or self.file_name.removesuffix(REJECTS_SUFFIX)

    def document(self) -> Document:
        """As it is stored."""
        return asdict(self)


def plan_of(document: Mapping[str, Any]) -> ImportPlan:
    """A stored plan, maybe of another release: what is not known here is left out."""
    found = document.get("found")
    if found is not None:
        columns = [ColumnGuess(**one) for one in found["columns"]]
        found = Found(**{**_known(Found, found), "columns": columns})
    options = ImportOptions(**_known(ImportOptions, document["options"]))
    return ImportPlan(document["file_name"], options, found, document.get("fault_about") or {})


def _known(kind: type[Found] | type[ImportOptions], stored: Mapping[str, Any]) -> Document:
    return {one.name: stored[one.name] for one in fields(kind) if one.name in stored}


class FileRow(NamedTuple):
    """One row: its number, what it says as a feedback's body, what is wrong with it, its cells, and what follows."""

    number: int
    body: Document | None
    faults: Sequence[RowFault]
    cells: Mapping[str, Any]
    position: Position


class FileReader(Protocol):
    """Reads any file that may be imported: guesses what it is, and gives its rows as bodies of feedback."""

    def lines_of(self, file: BinaryIO, plan: ImportPlan) -> AsyncIterator[bytes] | None:
        """The rows as lines that can be read from the middle, for a format that cannot; None for one that can."""

    def look(self, file: BinaryIO, plan: ImportPlan, country: str) -> Found:
        """What the file is, of a company in this country. Raises UnreadableFileError."""

    def rows(
        self, file: BinaryIO, plan: ImportPlan, start: Position | None, occurrences: Occurrences
    ) -> Iterator[FileRow]:
        """The rows from a position on, equal ones counted on. Raises UnreadableFileError."""


class Broken(NamedTuple):
    """A rule that a body breaks, at a JSON pointer into it."""

    pointer: str
    code: str
    about: Mapping[str, Any]


# Makes an intake of a body, by the rules of the doors; or says which rules it breaks.
Check = Callable[[Document], Intake | list[Broken]]
