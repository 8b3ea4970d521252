"""Opens any CSV file: its encoding, its delimiter, its header, and its rows by column name."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

FIELD_LENGTH_MAX = 1_000_000
DELIMITERS = ",;\t|"
EXTRA = "(more cells than the header has columns)"
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_PROBE_BYTES = 1024 * 1024

Record = dict[str, str]


class UnreadableFileError(Exception):
    """The file cannot be imported as it is; the message says what to do."""


@dataclass(frozen=True)
class CsvFile:
    """A file that was looked into: how it is to be read, and which columns it has."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    def records(self) -> Iterator[Record]:
        """The rows. What stands beyond the last column comes under EXTRA. Raises UnreadableFileError."""
        csv.field_size_limit(FIELD_LENGTH_MAX)
        line = 1
        try:
            with self._open() as file:
                reader = csv.DictReader(file, restval="", restkey=EXTRA, delimiter=self.delimiter, strict=True)
                for record in reader:
                    line = reader.line_num + 1
                    yield {name: str(value) for name, value in record.items()}
        except (OSError, UnicodeError, csv.Error) as error:
            raise UnreadableFileError(
                f"{self.path.name} cannot be read as CSV in {self.encoding} after line {line}: {error}. "
                "Is a quote missing there? Another --encoding can be named."
            ) from error

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")


def look_into(path: Path, encoding: str | None) -> CsvFile:
    """How a file is to be read. Raises UnreadableFileError."""
    if not path.is_file():
        raise UnreadableFileError(f"{path} is not a file")
    chosen = encoding or _guess_encoding(path)
    try:
        with path.open(encoding=chosen, newline="") as file:
            header = file.readline(FIELD_LENGTH_MAX)
    except (OSError, UnicodeError, LookupError) as error:
        raise UnreadableFileError(
            f"{path.name} cannot be read in {chosen}: {error}. Name another --encoding."
        ) from error
    if not header.strip():
        raise UnreadableFileError(f"{path.name} is empty: its first line must name the columns")
    delimiter = max(DELIMITERS, key=header.count)
    columns = tuple(next(csv.reader([header], delimiter=delimiter)))
    return CsvFile(path, chosen, delimiter, columns)


def _guess_encoding(path: Path) -> str:
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
