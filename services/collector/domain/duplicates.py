"""Which feedback tells again what which other told: the oldest that is like it is its original."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.collector.domain.likeness.judge import EXACT, LIKENESS_MIN, likeness
from services.collector.domain.likeness.told import Told

# Comparing one text with this many others must be enough; those that share most bands come first. Of those that share
# a single one, which chance does too among very many texts, only some are looked at.
COMPARED_MAX = 16
COMPARED_BY_CHANCE_MAX = 6


class LinkKind(StrEnum):
    """Whether the words are the same, or nearly."""

    EXACT = "exact"
    NEAR = "near"


@dataclass(frozen=True)
class Likeness:
    """A feedback that tells again what an older one told."""

    feedback_id: UUID
    original_id: UUID
    likeness: float

    @property
    def kind(self) -> LinkKind:
        """By how alike they are."""
        return LinkKind.EXACT if self.likeness == EXACT else LinkKind.NEAR


def compare(told: Mapping[UUID, Told], pairs: Iterable[tuple[UUID, UUID]]) -> list[Likeness]:
    """The pairs that say the same, each from the younger to the older. Ids of feedback grow with time."""
    found = []
    for one, other in {tuple(sorted(pair)) for pair in pairs}:
        if one in told and other in told and one != other:
            share = likeness(told[one], told[other])
            if share >= LIKENESS_MIN:
                found.append(Likeness(other, one, share))
    return found


def originals(alike: Iterable[Likeness], undone: frozenset[tuple[UUID, UUID]]) -> list[Likeness]:
    """For each feedback the oldest that is like it; never one that a person has taken it away from."""
    chosen: dict[UUID, Likeness] = {}
    for one in alike:
        known = chosen.get(one.feedback_id)
        if (one.feedback_id, one.original_id) not in undone and (known is None or one.original_id < known.original_id):
            chosen[one.feedback_id] = one
    return sorted(chosen.values(), key=lambda one: one.feedback_id)
