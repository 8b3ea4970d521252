"""Slips of the keyboard: two words that are one, miswritten."""

from services.collector.domain.likeness.sounds_zh import sounds_alike

_TYPO_LENGTH_MIN = 4
_TWO_TYPOS_LENGTH_MIN = 9
_WORD_LENGTH_MAX = 40
_ENDING_LENGTH_MAX = 3
_TURNED_BY = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "re", "de")


def is_slip(one: str, other: str) -> bool:
    """Whether one term may be the other with a slip in it, or a longer name for it."""
    if one == other:
        return True
    if one.isascii() or other.isascii():
        return one.isalpha() and other.isalpha() and _is_typo(one, other)
    if len(one) == len(other):
        return all(a == b or sounds_alike(a, b) for a, b in zip(one, other, strict=True))
    short, long = sorted((one, other), key=len)
    return long.endswith(short) or (len(short) > 1 and long.startswith(short))


def _is_typo(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) < _TYPO_LENGTH_MIN or len(long) > _WORD_LENGTH_MAX or short[0] != long[0] or _is_turned(short, long):
        return False
    if long.startswith(short) and len(long) - len(short) <= _ENDING_LENGTH_MAX:
        return True
    allowed = 2 if len(short) >= _TWO_TYPOS_LENGTH_MIN else 1
    return len(long) - len(short) <= allowed and _distance(one, other, allowed) <= allowed


def _is_turned(short: str, long: str) -> bool:
    return any(long == prefix + short for prefix in _TURNED_BY)


def _distance(one: str, other: str, limit: int) -> int:
    """How many letters are put in, left out, changed or exchanged with their neighbour; above the limit, just above."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        rows.append(row)
    return rows[-1][-1]
