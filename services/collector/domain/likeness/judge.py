"""Whether two texts say the same."""

from services.collector.domain.likeness.comparison import Comparison
from services.collector.domain.likeness.told import Told, weight_of

# Above it two texts are the same told again. Chosen on one half of the labelled pairs, see docs/measured/duplicates.md.
LIKENESS_MIN = 0.66
EXACT = 1.0
NEAR_MAX = 0.99
_TRUNCATED_CHARACTERS_MIN = 12
_TRUNCATED_SHARE_MIN = 0.3
# Less in common than this cannot be made good by anything.
_SHARED_SHARE_MIN = 0.4


def likeness(one: Told, other: Told) -> float:
    """How much of both is the same statement: 1 when they are equal, 0 when one thing tells them apart."""
    if one.plain == other.plain:
        return EXACT
    if one.is_general or other.is_general:
        return 0.0
    if _is_cut_off(one, other):
        return NEAR_MAX
    if _shared_at_most(one, other) < _SHARED_SHARE_MIN or _have_other_numbers(one, other):
        return 0.0
    # In one order, whichever comes first: aligning from the other side could end otherwise.
    return min(NEAR_MAX, Comparison(*sorted((one, other), key=lambda told: told.plain)).likeness())


def are_alike(one: Told, other: Told) -> bool:
    """Whether one answer to both would be right."""
    return likeness(one, other) >= LIKENESS_MIN


def _shared_at_most(one: Told, other: Told) -> float:
    """What share of the shorter text the other can hold at all: cheap to know, and little for most candidates."""
    both = one.counts & other.counts
    return sum(weight_of(term) * times for term, times in both.items()) / max(1, min(one.weight, other.weight))


def _have_other_numbers(one: Told, other: Told) -> bool:
    """Whether each names a number or a name that the other lacks, such as another order or another date."""
    return bool(one.numbers - other.numbers) and bool(other.numbers - one.numbers)


def _is_cut_off(one: Told, other: Told) -> bool:
    """Whether one is the other, ended in the middle of a clause."""
    short, long = sorted((one.plain.replace(" ", ""), other.plain.replace(" ", "")), key=len)
    if len(short) < max(_TRUNCATED_CHARACTERS_MIN, _TRUNCATED_SHARE_MIN * len(long)) or not long.startswith(short):
        return False
    whole, part = (one, other) if len(one.plain) > len(other.plain) else (other, one)
    ends = {len("".join(whole.plain.split()))}
    return not _ends_at_clause(whole, part) and len(short) not in ends


def _ends_at_clause(whole: Told, part: Told) -> bool:
    count = len(part.clauses)
    return whole.clauses[:count] == part.clauses
