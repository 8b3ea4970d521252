"""The rows of a table of text, one broken row costing no other: a quote that never closes is let go after its line."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from services.collector.channels.files.lines import Line
from services.collector.channels.files.reading import RECORD_CHARACTERS_MAX, Fault

# What the standard library allows by itself would end the whole reading at the first long cell.
csv.field_size_limit(max(csv.field_size_limit(), 16 * 1024 * 1024))


class Row(NamedTuple):
    """The cells of one row, what is wrong with it, and the byte behind it."""

    cells: list[str]
    fault: Fault | None
    end: int


class _RunawayQuoteError(Exception):
    """A record has grown longer than any feedback: somewhere a quote was never closed."""


class _Feed:
    """Hands lines to the standard library's reader, and takes back those that it read on a wrong belief."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []
        self._length = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._length += len(line.text)
        if self._length > RECORD_CHARACTERS_MAX and len(self.taken) > 1:
            raise _RunawayQuoteError
        return line.text

    def begin(self) -> None:
        """What was taken so far is a record."""
        self.taken.clear()
        self._length = 0

    def give_back(self) -> Line:
        """Only the first line is spent on the record that failed."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return first


def rows(lines: Iterator[Line], delimiter: str) -> Iterator[Row]:
    """The rows; lines without any cell are left out."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RunawayQuoteError):
            first = feed.give_back()
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            yield Row([first.text.rstrip("\r\n")[:RECORD_CHARACTERS_MAX]], Fault("unbalanced_quote"), first.end)
            continue
        if any(cells):
            yield Row(cells, _fault_of(feed.taken), feed.taken[-1].end)


def _fault_of(taken: list[Line]) -> Fault | None:
    if any(line.is_flawed for line in taken):
        return Fault("not_in_encoding")
    if sum(len(line.text) for line in taken) > RECORD_CHARACTERS_MAX:
        return Fault("too_large_row", {"max_length": RECORD_CHARACTERS_MAX})
    return None
