"""The head of a mail: fields, encoded words, parameters and addresses. Lengths are bounded before they are read."""

import base64
import binascii
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from services.collector.channels.email_charsets import cleaned, decoded

HEAD_BYTES_MAX = 262_144
FIELDS_MAX = 500
LINES_MAX = 10_000
FIELD_BYTES_MAX = 16_384
LINES_OF_A_FIELD_MAX = 200
PARAMETERS_LENGTH_MAX = 2_048
NAME_LENGTH_MAX = 200

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\n]{1,100}(=\?)")
_PARAMETER = re.compile(r';\s{0,50}([^\s=;"]{1,100})\s{0,50}=\s{0,50}("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_IN_BRACKETS = re.compile(r"<\s{0,10}([^<>\s]{1,320})\s{0,10}>")
_BARE = re.compile(r"[^\s<>,;:()\"\[\]\\]{1,64}@[^\s<>,;:()\"\[\]\\@]{1,255}")
_IN_QUOTES = re.compile(r'"[^"]*"')
_CONTINUED = re.compile(r"^(.{1,80}?)\*(\d{1,2})(\*?)$")


@dataclass(frozen=True)
class Headers:
    """The fields in their order; names in lower case."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """The first field of this name."""
        return next((value for known, value in self.fields if known == name), None)

    def all(self, *names: str) -> list[str]:
        """All fields of these names."""
        return [value for known, value in self.fields if known in names]


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Head and body. A mail without an empty line is all head, up to the limit."""
    found = [(at, len(end)) for end in (b"\r\n\r\n", b"\n\n") if (at := raw.find(end, 0, HEAD_BYTES_MAX)) >= 0]
    if raw.startswith((b"\r\n", b"\n")):
        return b"", raw.lstrip(b"\r\n")
    at, length = min(found, default=(min(len(raw), HEAD_BYTES_MAX), 0))
    return raw[:at], raw[at + length :]


def read_headers(head: bytes) -> Headers:
    """The fields, unfolded and decoded. A line that is no field is passed over."""
    fields: list[list[bytes]] = []
    for line in head.replace(b"\r\n", b"\n").split(b"\n", LINES_MAX)[:LINES_MAX]:
        if line[:1] in (b" ", b"\t"):
            if fields and len(fields[-1]) < LINES_OF_A_FIELD_MAX:
                fields[-1].append(line[:FIELD_BYTES_MAX])
        elif len(fields) < FIELDS_MAX and 0 < line.find(b":") <= NAME_LENGTH_MAX:
            fields.append([line[:FIELD_BYTES_MAX]])
    return Headers(tuple(_field(b"\n".join(lines)[:FIELD_BYTES_MAX]) for lines in fields))


def _field(raw: bytes) -> tuple[str, str]:
    name, _, value = raw.partition(b":")
    return name.decode("ascii", "replace").strip().lower(), words_of(decoded(value, None))


def words_of(value: str) -> str:
    """A field's value on one line, its encoded words (RFC 2047) read.

    Halves of one character that stand in two of them are put together first.
    """
    joined = _BETWEEN_WORDS.sub(r"\1\2", value)
    pieces: list[str] = []
    at, waiting, charset = 0, b"", ""
    for word in _WORD.finditer(joined):
        if word.start() > at or word[1].lower() != charset:
            pieces += [decoded(waiting, charset) if waiting else "", joined[at : word.start()]]
            waiting, charset = b"", word[1].lower()
        waiting, at = waiting + _word_bytes(word[2], word[3]), word.end()
    pieces += [decoded(waiting, charset) if waiting else "", joined[at:]]
    return " ".join(cleaned("".join(pieces)).split())


def _word_bytes(way: str, text: str) -> bytes:
    raw = text.encode("ascii", "ignore")
    return from_base64(raw) if way in "bB" else binascii.a2b_qp(raw, header=True)


def from_base64(raw: bytes) -> bytes:
    """What the letters stand for; others, and a rest that is no whole byte, are passed over."""
    letters = raw.translate(None, delete=_NOT_BASE64)
    return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==", validate=False)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


def parameters_of(value: str | None) -> tuple[str, Mapping[str, str]]:
    """What stands before the first semicolon, in lower case, and the parameters behind, RFC 2231 read."""
    short = (value or "")[:PARAMETERS_LENGTH_MAX]
    kind = short.partition(";")[0].strip().lower()
    found: dict[str, str] = {}
    continued: dict[str, list[tuple[int, str, bool]]] = {}
    for match in _PARAMETER.finditer(short):
        name, text = match[1].lower(), match[2].strip()
        text = re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') and len(text) > 1 else text
        if piece := _CONTINUED.match(name):
            continued.setdefault(piece[1], []).append((int(piece[2]), text, bool(piece[3])))
        elif name.endswith("*"):
            found[name[:-1]] = _percent(text)
        else:
            found.setdefault(name, words_of(text))
    for name, pieces in continued.items():
        found[name] = _percent("".join(text for _, text, _ in sorted(pieces)))
    return kind, found


def _percent(text: str) -> str:
    charset, _, rest = text.partition("'")
    _, is_marked, rest = rest.partition("'")
    return decoded(urllib.parse.unquote_to_bytes(rest if is_marked else text), charset if is_marked else None)


def address_of(field: str | None) -> str | None:
    """The first plain address of a field. Quoted local parts and domains in brackets are none that we write to."""
    if not field:
        return None
    unquoted = _IN_QUOTES.sub('""', field)
    in_brackets = [found for found in _IN_BRACKETS.findall(unquoted) if _BARE.fullmatch(found)]
    bare = _BARE.search(unquoted)
    return in_brackets[0] if in_brackets else (bare.group() if bare else None)


def name_of(field: str | None) -> str | None:
    """The name before the address, without quotes; None when there is none but the address itself."""
    name = (field or "").partition("<")[0].strip(" \t\"'") if "<" in (field or "") else ""
    return name[:NAME_LENGTH_MAX] or None
