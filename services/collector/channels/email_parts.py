"""Takes a mail apart into its leaves, by a loop of its own: depth, parts and bytes are bounded before any work."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.collector.channels.email_headers import (
    Headers,
    from_base64,
    parameters_of,
    read_headers,
    split_head,
)

MAIL_BYTES_MAX = 26_214_400  # 25 MiB, which most mail servers take at most; of a longer one the beginning is read.
PARTS_MAX = 200
DEPTH_MAX = 20
TEXT_BYTES_MAX = 1_048_576
_BOUNDARY_LENGTH_MAX = 200


@dataclass(frozen=True)
class Leaf:
    """A part that holds no parts. `alternative` is the number of the choice that it belongs to, if it does."""

    kind: str
    parameters: Mapping[str, str]
    headers: Headers
    raw: bytes
    alternative: int | None

    @property
    def is_text(self) -> bool:
        """Whether it is to be read, and not to be opened."""
        return self.kind in ("text/plain", "text/html") and not self._disposition.startswith("attachment")

    @property
    def _disposition(self) -> str:
        return (self.headers.get("content-disposition") or "").strip().lower()

    @property
    def name(self) -> str | None:
        """What a file is called."""
        given = parameters_of(self.headers.get("content-disposition"))[1]
        return given.get("filename") or self.parameters.get("name")

    @property
    def size_bytes(self) -> int:
        """About how long the content is, without taking it out of its encoding."""
        return len(self.raw) * 3 // 4 if self._encoding == "base64" else len(self.raw)

    @property
    def _encoding(self) -> str:
        return (self.headers.get("content-transfer-encoding") or "").strip().lower()

    def content(self, bytes_max: int = TEXT_BYTES_MAX) -> bytes:
        """The first bytes of the content."""
        raw = self.raw[: bytes_max * 2]
        if self._encoding == "base64":
            return from_base64(raw)[:bytes_max]
        if self._encoding == "quoted-printable":
            return binascii.a2b_qp(raw)[:bytes_max]
        return raw[:bytes_max]


@dataclass
class Taken:
    """A mail in pieces. `is_cut` says that some limit left something out."""

    headers: Headers
    kind: str
    parameters: Mapping[str, str]
    leaves: list[Leaf] = field(default_factory=list)
    is_cut: bool = False


@dataclass(frozen=True)
class _Piece:
    raw: bytes
    depth: int
    alternative: int | None


def take_apart(raw: bytes) -> Taken:
    """Never raises: what is broken is read as the text that it looks like."""
    whole = raw[:MAIL_BYTES_MAX]
    headers = read_headers(split_head(whole)[0])
    taken = Taken(headers, *parameters_of(headers.get("content-type")), is_cut=len(raw) > MAIL_BYTES_MAX)
    waiting = [_Piece(whole, 0, None)]
    pieces = 0
    while waiting:
        piece = waiting.pop()
        pieces += 1
        if pieces > PARTS_MAX:
            taken.is_cut = True
            break
        inner = _open(piece, taken, pieces)
        waiting += reversed(inner)
    return taken


def _open(piece: _Piece, taken: Taken, number: int) -> list[_Piece]:
    """The parts of a part that has some; a leaf is added to what is taken."""
    head, body = split_head(piece.raw)
    headers = read_headers(head)
    kind, parameters = parameters_of(headers.get("content-type"))
    boundary = parameters.get("boundary", "")[:_BOUNDARY_LENGTH_MAX]
    if kind.startswith("multipart/") and boundary:
        if piece.depth >= DEPTH_MAX:
            taken.is_cut = True
            return []
        alternative = number if kind == "multipart/alternative" else piece.alternative
        parts = _split(body, boundary.encode("utf-8", "replace"))
        if parts:
            return [_Piece(part, piece.depth + 1, alternative) for part in parts]
    # What calls itself many and is not, or names nothing, is read as text.
    kind = "text/plain" if not kind or kind.startswith("multipart/") or "/" not in kind else kind
    taken.leaves.append(Leaf(kind, parameters, headers, body, piece.alternative))
    return []


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    """The parts between the lines of the boundary; the last may lack its end."""
    line = b"\n--" + boundary
    text = b"\n" + body
    parts: list[bytes] = []
    begin = text.find(line)
    while begin >= 0 and len(parts) <= PARTS_MAX:
        begin += len(line)
        if text.startswith(b"--", begin):
            break
        end = text.find(line, begin)
        part = text[begin : end if end >= 0 else len(text)]
        parts.append(part.partition(b"\n")[2].removesuffix(b"\r"))
        begin = end
    return parts
