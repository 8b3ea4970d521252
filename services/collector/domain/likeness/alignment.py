"""Lays two rows of terms beside each other so that as much as possible stands in the same order in both."""

from collections.abc import Sequence

from services.collector.domain.likeness.told import weight_of


def align(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the heaviest common subsequence, as pairs in order."""
    start = _same_at_start(one, other)
    end = _same_at_start(one[start:][::-1], other[start:][::-1])
    mine, theirs = one[start : len(one) - end], other[start : len(other) - end]
    middle = [(start + i, start + j) for i, j in _walk(_best(mine, theirs), mine, theirs)]
    tail = [(len(one) - end + k, len(other) - end + k) for k in range(end)]
    return [(k, k) for k in range(start)] + middle + tail


def _same_at_start(one: Sequence[str], other: Sequence[str]) -> int:
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _best(one: Sequence[str], other: Sequence[str]) -> list[list[int]]:
    """For each pair of places, the most weight that what follows can have in common."""
    rows = [[0] * (len(other) + 1)]
    for a in reversed(one):
        last, row = rows[-1], [0]
        for k, b in enumerate(reversed(other), start=1):
            row.append(last[k - 1] + weight_of(a) if a == b else max(last[k], row[k - 1]))
        rows.append(row)
    return [row[::-1] for row in reversed(rows)]


def _walk(best: list[list[int]], one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    i = j = 0
    pairs = []
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
