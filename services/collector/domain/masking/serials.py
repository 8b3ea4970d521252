"""Serial numbers: what is called one, and what is written as only a serial number is."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import ge

from services.collector.domain.masking.around import names_something_else
from services.collector.domain.masking.serial_words import (
    CALLED_EN,
    CALLED_LOOSELY,
    CALLED_ZH,
    NO_SERIAL,
    OTHER_THING,
    PARCEL_OR_CASE,
    UNITS,
)
from services.collector.domain.masking.span import Kind, Span, every

_VALUE = r"(?=[A-Z\-_/]{0,12}\d)[A-Z\d](?:[\-/._]?[A-Z\d]){4,29}"
# In groups, as some labels print it; capitals only, for here a word could follow.
_EQUAL_GROUPS = (
    r"(?=(?:[A-Z ]{0,12}\d){2})(?:[A-Z\d]{5}(?:[ ][A-Z\d]{5}){1,5}"
    r"|[A-Z\d]{4}(?:[ ][A-Z\d]{4}){1,5})(?![A-Za-z\d])"
)
_GROUPS = (
    r"(?-i:(?=[A-Z ]{0,30}\d)(?=(?:[ ]?[A-Z\d]){6})(?:[A-Z]{1,4}|[A-Z]{0,5}\d[A-Z\d]{0,7})"
    r"(?:[ ][A-Z]{0,4}\d[A-Z\d]{0,7}(?![A-Za-z\d])){1,6}(?:[ ][A-Z](?![A-Za-z\d]|[ ][a-z]))?(?![ ]?[A-Z\d])"
    rf"|{_EQUAL_GROUPS})"
)
_LABEL = rf"(?:{CALLED_ZH}|{CALLED_EN})"
_LABELLED = re.compile(
    rf"{_LABEL}(?:{OTHER_THING}[^\d\n\ufffc。!?]){{0,32}}?(?<![A-Za-z\d\-])(?P<value>{_GROUPS}(?![A-Za-z\d])|{_VALUE})"
    r"(?![A-Za-z\d])",
    re.IGNORECASE,
)
_NEXT_LINE = re.compile(rf"{_LABEL}[ ]?[:：]?[ ]?\n[ ]?(?P<value>{_VALUE})(?![A-Za-z\d])", re.IGNORECASE)
_LOOSELY = re.compile(
    rf"{CALLED_LOOSELY}(?:{OTHER_THING}[^\d\n\ufffc。!?]){{0,16}}?(?<![A-Za-z\d\-])"
    rf"(?P<value>(?!69\d{{11}}(?!\d))(?=[A-Z\-]{{0,8}}(?:\d[A-Z\-/]{{0,6}}){{6}}){_VALUE}|{_GROUPS})(?![A-Za-z\d])",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![A-Za-z\d\-])SN(?=[A-Z\d\-]{0,20}\d{3})[A-Z\d\-]{6,28}(?![A-Za-z\d])")
_NEXT = re.compile(
    rf"[ ]?(?:,|，|、|/|和|跟|及|and|&|or|\+)[ ]?(?:(?:and|另一台|还有)[ ]?)?(?P<value>{_VALUE})(?![A-Za-z\d])",
    re.IGNORECASE,
)
_HARDWARE_ADDRESS = re.compile(
    r"(?<![\w:\-])[\dA-F]{2}(?:([:\-])[\dA-F]{2})(?:\1[\dA-F]{2}){4}(?![\w:\-])", re.IGNORECASE | re.ASCII
)
_DATE = re.compile(r"(?:19|20)\d{2}[\-/.][01]?\d[\-/.][0-3]?\d")
_TOKEN = re.compile(
    r"(?<![A-Za-z\d\-/.@_#=])(?=[A-Za-z\-/]{0,20}\d)(?=[\d\-/]{0,30}[A-Za-z\-])"
    r"[A-Za-z\d]{1,30}(?:[\-/][A-Za-z\d]{1,30}){0,6}(?![A-Za-z\d@_=]|\.[A-Za-z\d])"
)
_CALLED = re.compile(_LABEL, re.IGNORECASE)
_NO_SERIAL = re.compile(
    rf"{NO_SERIAL}|{PARCEL_OR_CASE}|{UNITS}$|0X|(?:19|20)\d\d[\-/]?[01]\d[\-/]?[0-3]\d$", re.IGNORECASE
)
# As on the stickers of keys: equal groups of both.
_KEY = re.compile(
    r"(?=[A-Z\-]{0,40}\d)(?=[\d\-]{0,40}[A-Z])(?:[A-Z\d]{4}(?:-[A-Z\d]{4}){2,6}"
    r"|[A-Z\d]{5}(?:-[A-Z\d]{5}){2,6})"
)
_RUNS = re.compile(r"\d+|[A-Za-z]+")
_LISTED_MAX = 20
_REACH_BEFORE = 60
_REACH_AFTER = 28
# The longest number, all digits, all digits without a dash, and the runs of letters or digits; each with the least
# length beside it.
_SHAPES = ((6, 8), (8, 10), (7, 10), (6, 9))
_NEAR_DIGITS_MIN = 4
_NEAR_LENGTH_MIN = 6


def find(view: str) -> Iterator[Span]:
    """Serial numbers, also the further ones of a list."""
    yield from every(_HARDWARE_ADDRESS, view, Kind.SERIAL)
    yield from every(_GLUED, view, Kind.SERIAL)
    yield from every(_NEXT_LINE, view, Kind.SERIAL)
    taken = set()
    for match in (*_LABELLED.finditer(view), *_LOOSELY.finditer(view)):
        if _DATE.fullmatch(match["value"]) or (
            match.re is _LOOSELY and names_something_else(view, match.start("value"))
        ):
            continue
        taken.add(match.start())
        yield Span(match.start("value"), match.end("value"), Kind.SERIAL)
        yield from _listed_after(view, match.end())
    free = [label.start() for label in _CALLED.finditer(view) if label.start() not in taken]
    for match in _TOKEN.finditer(view):
        if _is_serial(view, match, free):
            yield Span(match.start(), match.end(), Kind.SERIAL)


def is_shaped_as_serial(token: str) -> bool:
    """Whether letters and digits mix as in no model's name: a long number, many digits or many changes."""
    if _KEY.fullmatch(token):
        return True
    runs = _RUNS.findall(token)
    digits = [len(run) for run in runs if run[0].isdecimal()]
    length = sum(map(len, runs))
    if sum(digits) < _NEAR_DIGITS_MIN or len(digits) == len(runs):
        return False
    solid = length if token.isalnum() else 0
    slashed = 0 if "/" in token else length
    shapes = ((max(digits), length), (sum(digits), slashed), (sum(digits), solid), (len(runs), length))
    return any(all(map(ge, shape, least)) for shape, least in zip(shapes, _SHAPES, strict=True))


def _is_serial(view: str, match: re.Match[str], labels: list[int]) -> bool:
    # The labels come in the order of the text: a search, not a walk, keeps a text full of labels linear.
    token = match[0]
    if _NO_SERIAL.match(token) or names_something_else(view, match.start()):
        return False
    if is_shaped_as_serial(token):
        return True
    if len(token) < _NEAR_LENGTH_MIN or sum(map(str.isdecimal, token)) < _NEAR_DIGITS_MIN:
        return False
    first = bisect_left(labels, match.start() - _REACH_BEFORE)
    return first < len(labels) and labels[first] <= match.end() + _REACH_AFTER


def _listed_after(view: str, at: int) -> Iterator[Span]:
    for _ in range(_LISTED_MAX):
        match = _NEXT.match(view, at)
        if match is None:
            return
        yield Span(match.start("value"), match.end("value"), Kind.SERIAL)
        at = match.end()
