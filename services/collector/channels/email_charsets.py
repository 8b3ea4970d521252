"""Bytes of a mail to text: what is declared where it holds, what it looks like where it does not."""

import codecs
import re
import unicodedata

MARKS_ON_A_LETTER_MAX = 30  # As every text at the doors: more are a tower, and cut.
_LOOKED_AT_BYTES_MAX = 65_536

_GB, _BIG5, _UTF8 = "gb18030", "big5hkscs", "utf-8"
# Only these: some of Python's codecs unpack, run programs' syntax or take the square of the length.
_CODECS = {
    "utf8": _UTF8, "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
    "gb2312": _GB, "gbk": _GB, "gb18030": _GB, "cp936": _GB, "ms936": _GB, "xgbk": _GB, "hzgb2312": "hz", "euccn": _GB,
    "big5": _BIG5, "big5hkscs": _BIG5, "cp950": _BIG5, "xbig5": _BIG5,
    "shiftjis": "cp932", "sjis": "cp932", "iso2022jp": "iso2022_jp", "eucjp": "euc_jp", "euckr": "cp949",
    "ksc56011987": "cp949",
    "usascii": "ascii", "ascii": "ascii", "iso88591": "cp1252", "latin1": "cp1252", "windows1252": "cp1252",
    "cp1252": "cp1252", "iso885915": "iso8859_15", "iso88592": "iso8859_2", "windows1250": "cp1250",
    "windows1251": "cp1251", "koi8r": "koi8_r", "iso88595": "iso8859_5", "iso88597": "iso8859_7",
    "windows1256": "cp1256",
}  # fmt: skip
# Whatever the bytes, these give some text: what they say is doubted.
_TAKES_ANYTHING = {"cp1252", "iso8859_15", "iso8859_2", "cp1250", "cp1251", "koi8_r", "iso8859_5", "iso8859_7",
                   "cp1256"}  # fmt: skip
_NAME = re.compile(r"[^a-z0-9]")
_PAIR = re.compile(rb"([\x81-\xfe])([\x40-\x7e\x80-\xfe])")
_THREE_BYTES = "\u0800"
_BROKEN = "\ufffd"
_KEPT_CONTROLS = "\n\t"


def decoded(raw: bytes, declared: str | None) -> str:
    """The text. Never raises; what no reading explains becomes a mark."""
    named = _CODECS.get(_NAME.sub("", (declared or "").lower()[:40]))
    beginning = raw[:_LOOKED_AT_BYTES_MAX]
    guessed = _guess(beginning)
    doubts = named in _TAKES_ANYTHING or (named in (_GB, _BIG5) and _is_long_utf8(beginning))
    first = guessed if doubts and guessed == _UTF8 else named or guessed
    for codec in (first, guessed, _UTF8, _GB):
        text = _strictly(raw, codec)
        if text is not None:
            return cleaned(text)
    return cleaned(raw.decode(first, "replace"))


def cleaned(text: str) -> str:
    """One kind of line end; no controls, halves of characters or towers of marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if text.isascii() and text.replace("\n", " ").replace("\t", " ").isprintable():
        return text
    return _without_towers("".join(_readable(character) for character in text))


def _strictly(raw: bytes, codec: str) -> str | None:
    """None where it does not hold. A character that is cut off at the end is left out: the mail may have been cut."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(raw, final=False)
    except (UnicodeError, ValueError):
        return None


def _guess(raw: bytes) -> str:
    if _strictly(raw, _UTF8) is not None:
        return _UTF8
    pairs = _PAIR.findall(raw)
    is_gb = all(lead <= b"\xf7" and trail >= b"\xa1" for lead, trail in pairs)
    is_big5 = not is_gb and all(b"\xa1" <= lead <= b"\xf9" for lead, _ in pairs) and _strictly(raw, _BIG5) is not None
    return _BIG5 if is_big5 else _GB


def _is_long_utf8(raw: bytes) -> bool:
    """Whether it holds sequences of three bytes and more, which other bytes hardly make by chance."""
    text = _strictly(raw, _UTF8) or ""
    return any(character >= _THREE_BYTES for character in text)


def _readable(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    kind = unicodedata.category(character)
    if kind == "Cs":
        return _BROKEN
    return "" if kind == "Cc" else character


def _without_towers(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_ON_A_LETTER_MAX:
            kept.append(character)
    return "".join(kept)
