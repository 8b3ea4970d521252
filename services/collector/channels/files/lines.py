"""The lines of a file of text, each with the byte behind it, in memory that no file can enlarge."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from services.collector.channels.files.reading import UnreadableFileError

BLOCK_BYTES = 256 * 1024
LINE_BYTES_MAX = 4 * 1024 * 1024

_WIDE_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_UNIT_BYTES = 2


class Line(NamedTuple):
    """A line with its end as written; `is_flawed` when some of its bytes are none of the encoding's."""

    text: str
    end: int
    is_flawed: bool


def lines(file: BinaryIO, encoding: str, offset: int) -> Iterator[Line]:
    """The lines from a byte on, where a line begins. They may end as on any system, also mixed."""
    file.seek(offset)
    rest = b""
    while block := file.read(BLOCK_BYTES):
        *whole, rest = _pieces(rest + block, encoding)  # The last may go on, or be a \r whose \n is still to come.
        if len(rest) > LINE_BYTES_MAX:
            raise UnreadableFileError("line_too_long", max_bytes=LINE_BYTES_MAX)
        for piece in whole:
            offset += len(piece)
            yield _line(piece, offset, encoding)
    for piece in _pieces(rest, encoding) if rest else ():
        offset += len(piece)
        yield _line(piece, offset, encoding)


def _pieces(block: bytes, encoding: str) -> list[bytes]:
    if not encoding.startswith("utf-16"):
        return block.splitlines(keepends=True)
    odd = block[len(block) - len(block) % _UNIT_BYTES :]
    text = block[: len(block) - len(odd)].decode(encoding, "surrogatepass")
    pieces = [found.encode(encoding, "surrogatepass") for found in _WIDE_LINE.findall(text) if found]
    if not odd:
        return pieces
    return [*pieces[:-1], pieces[-1] + odd] if pieces else [odd]


def _line(piece: bytes, end: int, encoding: str) -> Line:
    try:
        return Line(piece.decode(encoding), end, is_flawed=False)
    except UnicodeDecodeError:
        return Line(piece.decode(encoding, "replace"), end, is_flawed=True)
