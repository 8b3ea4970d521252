"""What a workbook may be: checked on its directory before anything is unpacked, and on parts before they are read."""

import stat
import zipfile
from typing import BinaryIO
from xml.parsers import expat

from services.collector.channels.files.reading import UnreadableFileError

MIB = 1024 * 1024
WORKBOOK_BYTES_MAX = 100 * MIB
UNPACKED_BYTES_MAX = 1024 * MIB
SHARED_STRINGS_BYTES_MAX = 256 * MIB
RATIO_MAX = 200  # Of real sheets about 10, of bombs 1,000.
RATIO_ASKED_FROM_BYTES = 16 * MIB
PARTS_MAX = 2_000
ROWS_MAX = 1_048_576  # The format's own limit, as is that of columns.
CELLS_MAX = 20_000_000
CELL_CHARACTERS_MAX = 32_767  # The format's own limit.
MEMORY_BYTES_MAX = 1024 * MIB
CPU_S_MAX = 300
WALL_S_MAX = 600
PROLOGUE_BYTES_MAX = 64 * 1024  # Before a part's first element; a declaration of entities stands there.
_PART_CHARACTERS_SHOWN = 60
_ENCRYPTED = 0x1
_STRINGS = "xl/sharedstrings.xml"


def check_directory(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    """Raises UnreadableFileError. What the directory says of sizes holds: nothing beyond is ever unpacked."""
    parts = archive.infolist()
    if len(parts) > PARTS_MAX:
        raise UnreadableFileError("too_many_parts", max=PARTS_MAX)
    if len({part.filename for part in parts}) < len(parts):
        raise UnreadableFileError("broken_workbook")
    for part in parts:
        _check_part(part)
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > RATIO_ASKED_FROM_BYTES and unpacked > RATIO_MAX * max(packed_bytes, 1)
    if unpacked > UNPACKED_BYTES_MAX or is_bomb:
        raise UnreadableFileError("unpacks_too_large", max_mib=UNPACKED_BYTES_MAX // MIB, max_ratio=RATIO_MAX)


def _check_part(part: zipfile.ZipInfo) -> None:
    name = part.filename
    is_link = stat.S_ISLNK(part.external_attr >> 16)
    if is_link or name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
        raise UnreadableFileError("unsafe_part", part=name[:_PART_CHARACTERS_SHOWN])
    if part.flag_bits & _ENCRYPTED:
        raise UnreadableFileError("old_workbook")
    if name.lower() == _STRINGS and part.file_size > SHARED_STRINGS_BYTES_MAX:
        limit = SHARED_STRINGS_BYTES_MAX // MIB
        raise UnreadableFileError("unpacks_too_large", max_mib=limit, max_ratio=RATIO_MAX)


class _FirstElementError(Exception):
    """The part's content begins: no declaration can follow."""


def check_parts(archive: zipfile.ZipFile) -> None:
    """Raises UnreadableFileError when a part declares a document type: entities bomb, and read other files."""
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as stream:
                _check_prologue(stream)  # type: ignore[arg-type]  # a stream of bytes that can be read


def _check_prologue(stream: BinaryIO) -> None:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = _stop
    try:
        parser.Parse(stream.read(PROLOGUE_BYTES_MAX), False)  # noqa: FBT003 - its own signature
    except _FirstElementError:
        return
    except expat.ExpatError:
        raise UnreadableFileError("broken_workbook") from None
    raise UnreadableFileError("broken_workbook")


def _refuse(*_: object) -> None:
    raise UnreadableFileError("unsafe_xml")


def _stop(*_: object) -> None:
    raise _FirstElementError
