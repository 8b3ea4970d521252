"""The numbers under which a text is found again: one for all of it, and the bands that near ones share."""

from collections.abc import Iterator
from itertools import pairwise

from services.collector.domain.likeness.sketch import END_CHARACTERS, bands_of, named
from services.collector.domain.likeness.told import Told

_SHORT = 1


def exact_mark(told: Told, salt: bytes) -> int:
    """Equal texts have it in common."""
    return named("exact", told.plain, salt)


def marks_of(told: Told, salt: bytes) -> list[int]:
    """All numbers under which a text is kept, and looked for."""
    return [exact_mark(told, salt), *near_marks(told, salt)]


def near_marks(told: Told, salt: bytes) -> list[int]:
    """Near texts are likely to share one. General praise has none: it is linked only where it is equal."""
    if told.is_general:
        return []
    return sorted(set(bands_of(_shingles(told.terms), _ends(told), salt)))


def _shingles(terms: list[str]) -> Iterator[str]:
    yield from (term for term in terms if len(term) > _SHORT)
    yield from map("".join, pairwise(terms))


def _ends(told: Told) -> tuple[str, str]:
    said = "".join(told.terms)
    return (said[:END_CHARACTERS], said[-END_CHARACTERS:]) if len(said) > END_CHARACTERS else ("", "")
