"""Where a person stands in an event's data: whose words a fact carries, and what it is without them.

The same is written in SQL (`shared/migrations/versions`: `without_words` in ground_0051, `subjects_in` in ground_0020);
a test walks all events and compares both.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

_WORDS = "text"
_FREE = ("product", "source")  # Said by whoever sent it, in their own words.
_PICKED = ("terms", "urgency_terms")  # Single words of the text, which a model saw.
_CARRIED = "feedback"  # An event that carries a whole feedback along has it under this name.


def feedback_of(data: Mapping[str, Any]) -> UUID | None:
    """The feedback whose words the fact carries; None when it carries nobody's."""
    spoken = _spoken(data)
    return UUID(spoken["feedback_id"]) if spoken else None


def subjects_of(data: Mapping[str, Any]) -> set[UUID]:
    """The ids under which the fact's words may have been erased: the customer's and the feedback's."""
    spoken = _spoken(data)
    return {UUID(spoken[name]) for name in ("customer_id", "feedback_id") if spoken.get(name)}


def without_words(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same fact, which says that somebody spoke and no longer what."""
    blank = {**data, **{name: [] for name in _PICKED if name in data}}
    if _WORDS in data:
        return _silent(blank)
    if _spoken(data):
        return {**blank, _CARRIED: _silent(data[_CARRIED])}
    return blank


def _silent(spoken: Mapping[str, Any]) -> dict[str, Any]:
    return {**spoken, _WORDS: "", **{name: None for name in _FREE if name in spoken}}


def _spoken(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part that holds words, with the ids beside them; empty when there is none."""
    carried = data.get(_CARRIED)
    part = carried if isinstance(carried, Mapping) else data
    return part if _WORDS in part else {}
