"""A text, ready to be compared: what makes it equal to another, and its terms clause by clause."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from services.collector.domain.likeness.normal import plain
from services.collector.domain.likeness.terms import CODE, GENERAL, NOT, NUMBER, clauses_of

# A longer text is judged by its first terms: comparing costs the square of them.
TERMS_MAX = 500
_REPEATED_TERMS_MIN = 2
_WEIGHT_WORD = 2
_WEIGHT_MAX = 3


@dataclass(frozen=True)
class Told:
    """One text. What is told of it is worked out when it is asked for, once."""

    text: str

    @cached_property
    def plain(self) -> str:
        """What makes texts equal. One without any word is compared as it is written."""
        return plain(self.text) or self.text.strip()

    @cached_property
    def clauses(self) -> list[list[str]]:
        """Each clause once: what was pasted twice was said once."""
        seen: dict[tuple[str, ...], None] = {}
        for clause in clauses_of(self.text):
            seen.setdefault(tuple(_once(clause)), None)
        return [list(clause) for clause in seen]

    @cached_property
    def terms(self) -> list[str]:
        """All terms, in order."""
        return [term for clause in self.clauses for term in clause][:TERMS_MAX]

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers and codes in it."""
        return frozenset(term for term in self.terms if term[0] in (NUMBER, CODE))

    @cached_property
    def weight(self) -> int:
        """How much all terms say together."""
        return weight(self.terms)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each term is there."""
        return Counter(self.terms)

    @cached_property
    def clause_of(self) -> list[int]:
        """For each term, its clause."""
        return [number for number, clause in enumerate(self.clauses) for _ in clause][:TERMS_MAX]

    @cached_property
    def is_general(self) -> bool:
        """Whether anybody may have said it of anything."""
        return all(term in GENERAL or term == NOT for term in self.terms)


def _once(clause: list[str]) -> list[str]:
    half, odd = divmod(len(clause), 2)
    return clause[:half] if half >= _REPEATED_TERMS_MIN and not odd and clause[:half] == clause[half:] else clause


def weight(terms: Sequence[str]) -> int:
    """How much terms say, in characters."""
    return sum(map(weight_of, terms))


def weight_of(term: str) -> int:
    """How much one term says."""
    is_word = term[0] in (NUMBER, CODE) or term.isascii()
    return _WEIGHT_WORD if is_word else min(len(term), _WEIGHT_MAX)
