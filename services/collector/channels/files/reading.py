"""What a file is, how it is read, and what comes out of it: plain values for readers, imports and doors alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

RECORD_CHARACTERS_MAX = 200_000  # Ten times what the longest text may hold.
COLUMNS_MAX = 16_384  # As many as a sheet of a spreadsheet can have.
COLUMN_NAME_CHARACTERS_MAX = 500  # A question of a survey is a column's name.
HEADER_ROWS_MAX = 2

Cells = Mapping[str, object]


class UnreadableFileError(Exception):
    """The file cannot be read as it is. `code` names its sentence and remedy in both languages, `about` fills them."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(f"{code}: {about}")
        self.code = code
        self.about = about


class Format(StrEnum):
    """What lies in a file."""

    TABLE = "csv"  # Cells parted by a delimiter, whichever it is.
    JSON_LINES = "jsonl"
    GRID = "grid"  # JSON lines of cells: what a workbook is turned into.
    WORKBOOK = "xlsx"


class Duplicates(StrEnum):
    """What to do when two columns have one name."""

    REFUSE = "refuse"
    NUMBER = "number"  # "text", "text (2)", "text (3)"


class Position(NamedTuple):
    """Where reading may go on: the byte behind the last record, and its number; in a database, its key as JSON."""

    offset: int
    number: int
    key: str | None = None


@dataclass(frozen=True)
class Told:
    """What a person says about a file; what they leave open is guessed."""

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_rows: int = 1
    duplicates: Duplicates = Duplicates.REFUSE


@dataclass(frozen=True)
class Reading:
    """How a file is read. It is made once, kept with the import, and gives the same records each time."""

    format: Format
    encoding: str
    columns: tuple[str, ...]
    start: Position
    delimiter: str | None = None
    header_rows: int = 1
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    date_1904: bool = False

    @property
    def needs_conversion(self) -> bool:
        """Whether it must be turned into a grid first (`workbook.lines_of`)."""
        return self.format is Format.WORKBOOK


@dataclass(frozen=True)
class Fault:
    """Why a record cannot be taken as it is."""

    code: str
    about: Mapping[str, object] = field(default_factory=dict)


class Record(NamedTuple):
    """One record: its number from 1 (header and blank lines uncounted), its cells, and where the next one begins."""

    number: int
    cells: Cells
    fault: Fault | None
    position: Position
