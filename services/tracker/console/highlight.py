"""Where in a text the words stand that spoke for a verdict."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MARKED_MAX = 6  # Of a text that is marked all over, nobody sees why.


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and how much of the greatest weight its words have (0 to 1); 0 is plain text."""

    text: str
    share: float


def highlight(text: str, terms: Sequence[Mapping[str, object]]) -> list[Piece]:
    """The text in pieces, with the heaviest words marked.

    A word inside a longer one does not count in English; in Chinese words have no borders.
    """
    heaviest = sorted(terms, key=lambda term: -float(str(term["weight"])))[:MARKED_MAX]
    weights = {str(term["term"]): float(str(term["weight"])) for term in heaviest}
    greatest = max(weights.values(), default=0.0)
    shares = [0.0] * len(text)
    # Lower case may be longer than what it is made of; such a text is shown plain.
    lower = text.lower() if len(text.lower()) == len(text) else ""
    for term, weight in weights.items():
        for match in _standing(term).finditer(lower):
            for at in range(*match.span()):
                shares[at] = max(shares[at], weight / greatest)
    return _joined(text, shares)


def _standing(term: str) -> "re.Pattern[str]":
    word = re.escape(term)
    return re.compile(rf"(?<![a-z0-9]){word}(?![a-z0-9])" if term[:1].isascii() else word)


def _joined(text: str, shares: Sequence[float]) -> list[Piece]:
    pieces: list[Piece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or shares[at] != shares[start]:
            pieces.append(Piece(text[start:at], shares[start]))
            start = at
    return pieces
