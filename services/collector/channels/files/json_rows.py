"""The records of a file of JSON lines: objects, or rows of cells as a workbook is turned into."""

import json
from collections.abc import Iterator
from typing import NoReturn

from services.collector.channels.files.lines import Line
from services.collector.channels.files.reading import RECORD_CHARACTERS_MAX, Fault

DEPTH_MAX = 32


class Found:
    """What one line holds: an object or a list, or a fault; and the byte behind it."""

    __slots__ = ("end", "fault", "value")

    def __init__(self, value: object, fault: Fault | None, end: int) -> None:
        self.value = value
        self.fault = fault
        self.end = end


def values(lines: Iterator[Line]) -> Iterator[Found]:
    """The value of each line that is not blank."""
    for line in lines:
        text = line.text.strip("\ufeff \t\r\n")
        if text:
            yield _found(text, line)


def _found(text: str, line: Line) -> Found:
    if line.is_flawed:
        return Found(text[:RECORD_CHARACTERS_MAX], Fault("not_in_encoding"), line.end)
    if len(text) > RECORD_CHARACTERS_MAX:
        return Found(text[:1000], Fault("too_large_row", {"max_length": RECORD_CHARACTERS_MAX}), line.end)
    try:
        return Found(json.loads(text, parse_constant=_refuse), None, line.end)
    except (ValueError, RecursionError):
        return Found(text, Fault("line_not_json"), line.end)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def paths_of(value: object, inside: str = "", depth: int = 0) -> Iterator[str]:
    """The paths of an object's leaves, such as `customer.email`; a list is a leaf."""
    if not isinstance(value, dict) or depth >= DEPTH_MAX or not value:
        yield inside
        return
    for name, within in value.items():
        yield from paths_of(within, f"{inside}.{name}" if inside else str(name), depth + 1)
