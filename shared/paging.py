"""Where a page of a list begins, as the store sees it: after a row, not after a number of rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the row with this time (or number, where a list is in order of one) and this id."""

    at: datetime | float
    id: UUID


def after(place: Place | None) -> tuple[Any, Any]:
    """A place as two statement parameters; both None for the first page."""
    return (place.at, place.id) if place else (None, None)
