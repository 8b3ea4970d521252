"""Which encoding a file is in: by its mark, by where its zeros stand, by what its bytes can be."""

import os
from dataclasses import dataclass
from typing import BinaryIO

from services.collector.channels.files.reading import UnreadableFileError

PROBE_BYTES = 1024 * 1024
LATER_PROBE_BYTES = 256 * 1024
UNMARKED_ZEROS_SHARE_MIN = 0.3  # Of every second byte: Latin letters in UTF-16, digits and delimiters between Han.
OTHER_ZEROS_SHARE_MAX = 0.1  # Some Han and emoji hold a zero where Latin letters do not.
# Bytes of a character that may be cut off at the end of a probe.
_CUT_BYTES_MAX = 4

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# All are without state, and in none is the byte of a line's end a part of another character.
ENCODINGS = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "big5",
    "latin-1",
    "cp1252",
    "shift_jis",
    "euc_jp",
    "euc_kr",
)
_OTHER_NAMES = {
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf16": "utf-16",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "sjis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
}


@dataclass(frozen=True)
class Encoded:
    """An encoding, and how many bytes its mark takes at the beginning."""

    name: str
    mark_bytes: int


def encoding_of(file: BinaryIO, told: str | None) -> Encoded:
    """The encoding of a file of text. Raises UnreadableFileError."""
    file.seek(0)
    head = file.read(PROBE_BYTES)
    marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), None)
    if told is not None:
        return _told(told, marked)
    if marked is not None:
        return Encoded(marked[1], len(marked[0]))
    return Encoded(_unmarked_wide(head) or _by_trial([head, *_later(file, len(head))]), 0)


def _told(told: str, marked: tuple[bytes, str] | None) -> Encoded:
    name = told.strip().lower().replace(" ", "")
    name = _OTHER_NAMES.get(name, name)
    if name == "utf-16":  # Its mark says which of the two; without one, Windows wrote it.
        name = marked[1] if marked and marked[1].startswith("utf-16") else "utf-16-le"
    if name not in ENCODINGS:
        raise UnreadableFileError("unknown_encoding", encoding=told[:40], known=", ".join(ENCODINGS))
    return Encoded(name, len(marked[0]) if marked and marked[1] == name else 0)


def _unmarked_wide(head: bytes) -> str | None:
    units = len(head) // 2
    if not units or b"\0" not in head:
        return None
    zeros = {"utf-16-be": head[0::2].count(0), "utf-16-le": head[1::2].count(0)}
    name = max(zeros, key=lambda one: zeros[one])
    if zeros[name] < units * UNMARKED_ZEROS_SHARE_MIN or min(zeros.values()) > zeros[name] * OTHER_ZEROS_SHARE_MAX:
        raise UnreadableFileError("not_text")
    return name


def _later(file: BinaryIO, read: int) -> list[bytes]:
    """A piece from the middle and one from the end: a file may begin with a thousand rows of plain ASCII."""
    size = file.seek(0, os.SEEK_END)
    pieces = []
    for offset in {max(read, size // 2), max(read, size - LATER_PROBE_BYTES)}:
        file.seek(offset)
        piece = file.read(LATER_PROBE_BYTES)
        pieces.append(piece[piece.find(b"\n") + 1 :])  # It begins at a line, not within a character.
    return pieces


def _by_trial(pieces: list[bytes]) -> str:
    for name in ("utf-8", "gb18030"):
        if all(_can_be(piece, name) for piece in pieces):
            return name
    # One broken line far behind spoils no file: it is reported by itself.
    if _can_be(pieces[0], "utf-8"):
        return "utf-8"
    raise UnreadableFileError("encoding_not_told", known=", ".join(ENCODINGS))


def _can_be(piece: bytes, name: str) -> bool:
    try:
        piece.decode(name)
    except UnicodeDecodeError as error:
        return error.start >= len(piece) - _CUT_BYTES_MAX and len(piece) >= LATER_PROBE_BYTES
    return True
