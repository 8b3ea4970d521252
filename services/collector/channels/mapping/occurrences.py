"""Tells equal rows of one file apart by their count, in little memory, and across a break in reading."""

from array import array
from collections.abc import Iterable

_WORD_BYTES = 8
_WORD_HEX = 16


class Occurrences:
    """How often each row was met. What is new since the last look can be kept beside a position and given back."""

    def __init__(self, kept: Iterable[bytes] = ()) -> None:
        self._once: set[int] = set()
        self._counts: dict[int, int] = {}
        self._fresh = array("Q")
        for piece in kept:
            words = array("Q")
            words.frombytes(piece[: len(piece) - len(piece) % _WORD_BYTES])
            for word in words:
                self._count(word)

    def take(self, digest: str) -> int:
        """Counts one row by the hexadecimal digest of its content; 1 is the first."""
        # Two rows that share these 64 bits would only be counted on together; their names hold the whole digest.
        word = int(digest[:_WORD_HEX], 16)
        self._fresh.append(word)
        return self._count(word)

    def fresh(self) -> bytes:
        """What was taken since the last call: eight bytes a row."""
        words, self._fresh = self._fresh, array("Q")
        return words.tobytes()

    def _count(self, word: int) -> int:
        if word not in self._once:
            self._once.add(word)
            return 1
        self._counts[word] = self._counts.get(word, 1) + 1
        return self._counts[word]
