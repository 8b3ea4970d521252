"""What a file really is, by its first bytes and its name; what only looks like a table is refused with its kind."""

import os
import zipfile
from typing import BinaryIO

from services.collector.channels.files.reading import Format, UnreadableFileError

HEAD_BYTES = 4096
GRID_MARK = b'{"huiyin_grid"'

_OF_NAME = {
    ".csv": Format.TABLE,
    ".tsv": Format.TABLE,
    ".tab": Format.TABLE,
    ".txt": Format.TABLE,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".json": Format.JSON_LINES,
    ".xlsx": Format.WORKBOOK,
    ".xlsm": Format.WORKBOOK,
}
# First bytes of what people send by mistake.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"PAR1", "Parquet"),
)
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<svg")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ARCHIVE = b"PK"
_WORKBOOK_PART = "xl/workbook.xml"
_SHOWN_MAX = 20


def format_of(file: BinaryIO, name: str, told: Format | None) -> Format:
    """The format of a file. Raises UnreadableFileError when it is none of ours, or is called what it is not."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise UnreadableFileError("empty_file")
    if head.startswith(GRID_MARK):
        return Format.GRID
    is_workbook = _is_workbook(file, head)
    said = told or _OF_NAME.get(_extension(name))
    if said is not None and (said is Format.WORKBOOK) is not is_workbook:
        raise UnreadableFileError("type_mismatch", says=said, is_=Format.WORKBOOK if is_workbook else "text")
    return said or _by_content(head, is_workbook=is_workbook)


def _by_content(head: bytes, *, is_workbook: bool) -> Format:
    if is_workbook:
        return Format.WORKBOOK
    return Format.JSON_LINES if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else Format.TABLE


def _extension(name: str) -> str:
    return os.path.splitext(name.strip().lower())[1]  # noqa: PTH122 - a name that somebody sent, not a path here


def _is_workbook(file: BinaryIO, head: bytes) -> bool:
    """Raises UnreadableFileError for what is neither a workbook nor text."""
    if head.startswith(_OLD_EXCEL):
        raise UnreadableFileError("old_workbook")
    kind = next((kind for mark, kind in _OTHERS if head.startswith(mark)), None)
    if kind is None and head.lstrip().lower().startswith(_PAGES):
        kind = "HTML or XML"
    if kind is not None:
        raise UnreadableFileError("not_a_table", kind=kind[:_SHOWN_MAX])
    if not head.startswith(_ARCHIVE + b"\x03\x04") and not head.startswith(_ARCHIVE + b"\x05\x06"):
        return False
    return _holds_workbook(file)


def _holds_workbook(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            if _WORKBOOK_PART in archive.NameToInfo:
                return True
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFileError("broken_workbook") from None
    raise UnreadableFileError("not_a_table", kind="ZIP")
