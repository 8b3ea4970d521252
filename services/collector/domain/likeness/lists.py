"""Reads the lists of words as they are written: blanks between words, one group a line."""

from collections.abc import Iterator


def words(written: str) -> frozenset[str]:
    """All words."""
    return frozenset(written.split())


def groups(written: str) -> Iterator[list[str]]:
    """The words of each line; a line that begins with a blank continues the one before."""
    group: list[str] = []
    for line in written.strip().splitlines():
        if group and not line.startswith(" "):
            yield group
            group = []
        group += line.split()
    yield group
