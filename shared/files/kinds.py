"""What a file is, told by its bytes and by nothing that its sender says of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES_WANTED = 64  # Enough of a file's beginning to tell any kind.
_MIB = 1024 * 1024


class FileKind(StrEnum):
    """What people call it."""

    PICTURE = "picture"
    VIDEO = "video"
    DOCUMENT = "document"
    TEXT = "text"


@dataclass(frozen=True)
class FileType:
    """A type that is taken. `ending` is that of its name, `bytes_max` how long it may be."""

    kind: FileKind
    media_type: str
    ending: str
    bytes_max: int


JPEG = FileType(FileKind.PICTURE, "image/jpeg", "jpg", 15 * _MIB)
PNG = FileType(FileKind.PICTURE, "image/png", "png", 15 * _MIB)
WEBP = FileType(FileKind.PICTURE, "image/webp", "webp", 15 * _MIB)
GIF = FileType(FileKind.PICTURE, "image/gif", "gif", 15 * _MIB)
MP4 = FileType(FileKind.VIDEO, "video/mp4", "mp4", 50 * _MIB)
QUICKTIME = FileType(FileKind.VIDEO, "video/quicktime", "mov", 50 * _MIB)
PDF = FileType(FileKind.DOCUMENT, "application/pdf", "pdf", 10 * _MIB)
PLAIN = FileType(FileKind.TEXT, "text/plain", "txt", 1 * _MIB)
TYPES: Mapping[str, FileType] = {one.media_type: one for one in (JPEG, PNG, WEBP, GIF, MP4, QUICKTIME, PDF, PLAIN)}
BYTES_MAX = max(one.bytes_max for one in TYPES.values())

# The brands of ISO base media files that players know as MP4; HEIC pictures are such files, too, and are not taken.
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"}
)
_MARKS: tuple[tuple[Callable[[bytes], bool], FileType], ...] = (
    (lambda head: head.startswith(b"\xff\xd8\xff"), JPEG),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", WEBP),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), GIF),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] == b"qt  ", QUICKTIME),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS, MP4),
    (lambda head: head.startswith(b"%PDF-"), PDF),
)
# Text is what no program takes for a page, a picture or a script: these beginnings are not text.
_ACTIVE = (b"<", b"#!", b"MZ", b"PK", b"{\\rtf")


def type_of(head: bytes) -> FileType | None:
    """The type by a file's first bytes; None when it is none that is taken. What may be text is looked at whole."""
    for fits, found in _MARKS:
        if fits(head):
            return found
    return PLAIN if _may_be_text(head) else None


def is_text(plain: bytes) -> bool:
    """Whether it is UTF-8 without control characters, as people write it."""
    try:
        written = plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\n\r\f" for character in written)


def _may_be_text(head: bytes) -> bool:
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return b"\0" not in head and not body.startswith(_ACTIVE)
