"""How sure a model was: the lead of its first choice over the second."""

from collections.abc import Sequence


def margin_of(probabilities: Sequence[float], confidence: float) -> float:
    """The lead, from 0 to 1. Where only the first choice is known, the least that it can have been."""
    if len(probabilities) > 1:
        return probabilities[0] - probabilities[1]
    return max(0.0, 2 * confidence - 1)
