"""The names of columns, from one header row or two."""

from collections.abc import Sequence

from services.collector.channels.files.reading import (
    COLUMN_NAME_CHARACTERS_MAX,
    COLUMNS_MAX,
    Duplicates,
    UnreadableFileError,
)

JOINED = " / "  # Between a question and its choice, where a header has two rows.
# What a survey tool writes below a question that has no choices; it says nothing.
_SAYS_NOTHING = {"", "response", "open-ended response", "回复", "回答", "开放式回答", "答复"}


def columns_of(header: Sequence[Sequence[str]], duplicates: Duplicates) -> tuple[str, ...]:
    """One name for each column. Raises UnreadableFileError."""
    if not header or not any(any(cell.strip() for cell in row) for row in header):
        raise UnreadableFileError("empty_file")
    width = max(map(len, header))
    if width > COLUMNS_MAX:
        raise UnreadableFileError("too_many_columns", max=COLUMNS_MAX)
    padded = [[*map(str.strip, row), *[""] * (width - len(row))] for row in header]
    names = _joined(*padded) if len(padded) > 1 else padded[0]
    named = [name[:COLUMN_NAME_CHARACTERS_MAX] or f"column {number}" for number, name in enumerate(names, start=1)]
    return tuple(_distinct(named, duplicates))


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """A question stands above the first of its choices alone, or in a cell merged over all of them."""
    question, names = "", []
    for above, below in zip(upper, lower, strict=True):
        question = above or question
        says = "" if below.lower() in _SAYS_NOTHING else below
        names.append(above or question if not says else f"{question}{JOINED}{says}" if question else says)
    return names


def _distinct(names: Sequence[str], duplicates: Duplicates) -> list[str]:
    seen: dict[str, int] = {}
    taken = set(names)
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        if seen[name] == 1:
            distinct.append(name)
            continue
        if duplicates is Duplicates.REFUSE:
            raise UnreadableFileError("duplicate_column", column=name)
        while (numbered := f"{name} ({seen[name]})") in taken:
            seen[name] += 1
        taken.add(numbered)
        distinct.append(numbered)
    return distinct
