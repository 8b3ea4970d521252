"""MinHash bands: numbers that two texts are likely to share when they say nearly the same.

A text is first reduced to its shingles (pairs of neighbouring terms or characters). Of `HASHES` hash functions each
keeps its smallest value over them; `ROWS` such values together make a band. Texts that share a share J of their
shingles have one band with the probability J ** ROWS.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b, shake_128
from struct import Struct, unpack

BANDS = 16
ROWS = 2
HASHES = BANDS * ROWS
# Of a long text a fixed choice of its shingles speaks: the same ones in each copy.
SHINGLES_MAX = 256
END_CHARACTERS = 14
_REMEMBERED_MAX = 65_536
_HASHES = Struct(f"<{HASHES}I")


@lru_cache(_REMEMBERED_MAX)
def _hashes(shingle: str) -> tuple[int, ...]:
    return _HASHES.unpack(shake_128(shingle.encode("utf-8", "surrogatepass")).digest(_HASHES.size))


def bands_of(shingles: Iterable[str], ends: Iterable[str], salt: bytes) -> list[int]:
    """The bands of a text, as signed 64-bit numbers. Under another salt they are other numbers."""
    rows = sorted(map(_hashes, set(shingles)))[:SHINGLES_MAX]
    least = list(map(min, *rows)) if len(rows) > 1 else [*(rows[0] if rows else ())]
    bands = [_number(f"b{start}", least[start : start + ROWS], salt) for start in range(0, len(least), ROWS)]
    return bands + [named(f"e{place}", end, salt) for place, end in enumerate(ends) if end]


def named(kind: str, value: str, salt: bytes) -> int:
    """One number for a whole string."""
    return _signed(blake2b(f"{kind}:{value}".encode("utf-8", "surrogatepass"), digest_size=8, key=salt).digest())


def _number(kind: str, values: Sequence[int], salt: bytes) -> int:
    return named(kind, ",".join(map(str, values)), salt)


def _signed(digest: bytes) -> int:
    number: int = unpack("<q", digest)[0]
    return number
