"""Two texts beside each other: what they share, what one has and the other lacks, and what must not differ."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from services.collector.domain.likeness.alignment import align
from services.collector.domain.likeness.slips import is_slip
from services.collector.domain.likeness.terms import APART, CODE, GENERAL, NOT, NUMBER, QUESTIONS, TIMES, TURNERS, TURNS
from services.collector.domain.likeness.told import Told, weight, weight_of

# What the two must share beside what anybody says of anything, in characters (a Latin word or a number counts two):
# when all that they say is the same in other words, and when one says something that the other does not.
SAID_SAME_MIN = 4
SHARED_MIN = 8
# What each character costs that was put for another, is said beside the rest, was added before or after it, or
# miswritten.
SUBSTITUTED, EXTRA, ADDED, SLIPPED = 4.0, 0.8, 0.3, 0.3
# To less than this nothing is added: it is a saying that both happen to use.
ADDED_TO_MIN = 14
_END_WEIGHT_MIN = 6
_MOVED_TERMS_MIN = 2
_EXCHANGED_MIN = 2
_Gap = tuple[int, int, int, int]


class _Side:
    """One text while it is compared: where each of its terms was found in the other."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.terms = told.terms
        self.place: list[int | None] = [None] * len(told.terms)

    def runs(self) -> Iterator[tuple[int, int]]:
        """The runs of terms not found."""
        start = None
        for at, place in enumerate([*self.place, 0]):
            if place is None and start is None:
                start = at
            elif place is not None and start is not None:
                yield start, at
                start = None

    def missing(self) -> list[int]:
        """Where the terms stand that were not found."""
        return [at for at, place in enumerate(self.place) if place is None]

    def found_beside(self, at: int) -> set[int]:
        """What was found of the clause around a term, as places in the other text."""
        clause = self.told.clause_of[at]
        return {
            place
            for i, place in enumerate(self.place)
            if place is not None and i != at and self.told.clause_of[i] == clause
        }

    def added(self) -> set[int]:
        """Terms in clauses of which nothing was found, and long runs at either end: what was added to the statement."""
        found = {clause for clause, place in zip(self.told.clause_of, self.place, strict=True) if place is not None}
        places = {at for at, clause in enumerate(self.told.clause_of) if clause not in found}
        for start, end in self.runs():
            if (start == 0 or end == len(self.terms)) and weight(self.terms[start:end]) >= _END_WEIGHT_MIN:
                places.update(range(start, end))
        return places

    def found(self) -> list[str]:
        """The terms that were found."""
        return [term for term, place in zip(self.terms, self.place, strict=True) if place is not None]

    def told_apart(self) -> int:
        """The weight of what was found and is not said by anybody of anything."""
        return weight([term for term in self.found() if term not in GENERAL and term != NOT])


class Comparison:
    """Two texts beside each other."""

    def __init__(self, one: Told, other: Told) -> None:
        self.one, self.other = _Side(one), _Side(other)
        self.slipped = 0

    def likeness(self) -> float:
        """How much of both is the same statement; 0 when one thing tells them apart."""
        gaps = self._align()
        self._find_slips(gaps)
        self._find_times_moved()
        self._find_moved()
        self._part_denials()
        if self._is_exchanged() or any(self._is_put_for_another(*gap) for gap in gaps):
            return 0.0
        return self._share()

    def _find(self, i: int, j: int, size: int = 1) -> None:
        self.one.place[i : i + size] = range(j, j + size)
        self.other.place[j : j + size] = range(i, i + size)

    def _align(self) -> list[_Gap]:
        gaps = []
        after_i = after_j = 0
        for i, j in [*align(self.one.terms, self.other.terms), (len(self.one.terms), len(self.other.terms))]:
            if (i, j) != (after_i, after_j):
                gaps.append((after_i, i, after_j, j))
            if i < len(self.one.terms):
                self._find(i, j)
            after_i, after_j = i + 1, j + 1
        return gaps

    def _find_slips(self, gaps: Sequence[_Gap]) -> None:
        for i1, i2, j1, j2 in gaps:
            mine, theirs = self.one.terms[i1:i2], self.other.terms[j1:j2]
            if mine and "".join(mine) == "".join(theirs):
                self.one.place[i1:i2] = [j1] * len(mine)
                self.other.place[j1:j2] = [i1] * len(theirs)
                continue
            free = list(range(j1, j2))
            for i in range(i1, i2):
                j = next((j for j in free if _may_be_one(self.one.terms[i], self.other.terms[j])), None)
                if j is not None:
                    free = [one for one in free if one > j]
                    self._find(i, j)
                    self.slipped += weight_of(self.one.terms[i])

    def _find_times_moved(self) -> None:
        """In the evening my child, my child in the evening: two neighbours change places, and one of them is a time."""
        for i in self.one.missing():
            for j in self.other.missing():
                if self.one.terms[i] == self.other.terms[j] and self._is_behind_time(i, j):
                    self._find(i, j)
                    break

    def _is_behind_time(self, i: int, j: int) -> bool:
        for step in (-1, 1):
            beside = i + step
            if 0 <= beside < len(self.one.terms) and self.one.place[beside] == j - step:
                return not TIMES.isdisjoint((self.one.terms[i], self.one.terms[beside]))
        return False

    def _find_moved(self) -> None:
        """Runs that stand elsewhere in the other text, the longest first; then single terms that decide nothing."""
        while self._find_longest_moved():
            pass
        theirs: dict[str, list[int]] = {}
        for j in self.other.missing():
            theirs.setdefault(self.other.terms[j], []).append(j)
        for i in self.one.missing():
            term = self.one.terms[i]
            if theirs.get(term) and self._may_be_moved(term, i, theirs[term][-1]):
                self._find(i, theirs[term].pop())

    def _may_be_moved(self, term: str, i: int, j: int) -> bool:
        """One that decides may only stand elsewhere when it passes no other that does: else the two were exchanged."""
        if term in QUESTIONS or not _decides(term):
            return True
        passed = [
            at
            for at, place in enumerate(self.one.place)
            if place is not None and _decides(self.one.terms[at]) and (at < i) != (place < j)
        ]
        return term != NOT and not passed

    def _find_longest_moved(self) -> bool:
        best = (0, 0, 0)
        for i1, i2 in self.one.runs():
            for j1, j2 in self.other.runs():
                match = SequenceMatcher(None, self.one.terms[i1:i2], self.other.terms[j1:j2], autojunk=False)
                found = match.find_longest_match()
                best = max(best, (found.size, i1 + found.a, j1 + found.b))
        size, i, j = best
        if size >= _MOVED_TERMS_MIN:
            self._find(i, j, size)
        return size >= _MOVED_TERMS_MIN

    def _part_denials(self) -> None:
        """A "not" that denies another thing than the other text's is not the same one."""
        for i, j in [(i, j) for i, j in enumerate(self.one.place) if j is not None and self.one.terms[i] == NOT]:
            mine, theirs = self.one.found_beside(i), self.other.found_beside(j)
            around_j = {
                at for at, clause in enumerate(self.other.told.clause_of) if clause == self.other.told.clause_of[j]
            }
            if (mine or theirs) and mine.isdisjoint(around_j):
                self.one.place[i] = self.other.place[j] = None

    def _is_exchanged(self) -> bool:
        """Red where the other says blue, and blue where it says red."""
        mine = {self.one.terms[i] for i in self.one.missing()}
        theirs = {self.other.terms[j] for j in self.other.missing()}
        both = {term for term in mine & theirs if _decides(term)}
        return len(both) >= _EXCHANGED_MIN or NOT in both

    def _is_put_for_another(self, i1: int, i2: int, j1: int, j2: int) -> bool:
        mine = (self.one.terms[i] for i in range(i1, i2) if self.one.place[i] is None)
        theirs = (self.other.terms[j] for j in range(j1, j2) if self.other.place[j] is None)
        return any(map(_decides, mine)) and any(map(_decides, theirs))

    def _share(self) -> float:
        shared = min(weight(self.one.found()), weight(self.other.found()))
        added, extra = [], []
        for side in (self.one, self.other):
            places = side.added()
            terms = [side.terms[at] for at in sorted(places)]
            rest = [side.terms[at] for at in side.missing() if at not in places]
            if not TURNERS.isdisjoint(rest) or not TURNS.isdisjoint(terms):
                return 0.0
            added.append(weight(terms))
            extra.append(weight(rest))
        if min(self.one.told_apart(), self.other.told_apart()) < (SHARED_MIN if any(extra + added) else SAID_SAME_MIN):
            return 0.0
        loss = (
            SUBSTITUTED * (min(extra) + min(added))
            + EXTRA * (max(extra) - min(extra))
            + (ADDED if shared >= ADDED_TO_MIN else EXTRA) * (max(added) - min(added))
            + SLIPPED * self.slipped
        )
        return shared / (shared + loss) if shared else 0.0


def _may_be_one(one: str, other: str) -> bool:
    """Of two words that both decide, neither is the other miswritten."""
    return one == other or (not (_decides(one) and _decides(other)) and is_slip(one, other))


def _decides(term: str) -> bool:
    return term in APART or term in TURNERS or term[0] in (NUMBER, CODE)
