"""What is found in a text: where, and of which kind."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a masked span hides."""

    PHONE = "phone"
    EMAIL = "email"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    ADDRESS = "address"
    SERIAL = "serial"


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a text, as offsets of its characters."""

    start: int
    end: int
    kind: Kind


def every(pattern: re.Pattern[str], view: str, kind: Kind) -> Iterator[Span]:
    """A span for each match: its group `value` where the pattern has one, else all of it."""
    group = "value" if "value" in pattern.groupindex else 0
    for match in pattern.finditer(view):
        yield Span(match.start(group), match.end(group), kind)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that no longer overlap: what overlaps becomes one, and the longest gives its kind.

    The loser's rest is not given back, for half a number in the clear helps nobody but a finder.
    """
    kept: list[Span] = []
    longest = 0
    for span in sorted(spans):
        length = span.end - span.start
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
            longest = length
            continue
        kind = span.kind if length > longest else kept[-1].kind
        longest = max(longest, length)
        kept[-1] = Span(kept[-1].start, max(kept[-1].end, span.end), kind)
    return kept
