"""One feedback on its way in, the same for every channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.spam import Suspicion
from shared.contracts.vocabulary import Channel, Language, Purpose


@dataclass(frozen=True)
class Person:
    """Who spoke, as far as they said."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    language: Language | None = None


@dataclass(frozen=True)
class ConsentGiven:
    """What the person agreed to, to which wording, and who says so."""

    purposes: tuple[Purpose, ...]
    text_version: str
    locale: str
    stated_by: str
    given_at: datetime


@dataclass(frozen=True)
class Rating:
    """A rating as given, on its scale."""

    scale: str
    value: float


@dataclass(frozen=True)
class Intake:
    """A feedback that passed its door's checks. `body` is the canonical form of what was sent."""

    channel: Channel
    text: str
    language: Language
    occurred_at: datetime
    body: bytes
    client_event_id: UUID | None = None
    source: str | None = None
    external_id: str | None = None
    rating: Rating | None = None
    product: dict[str, Any] | None = None
    # The fields of its channel alone, and the names of those that are never kept in the clear.
    details: dict[str, Any] | None = None
    sealed_details: frozenset[str] = frozenset()
    person: Person | None = None
    consent: ConsentGiven | None = None
    suspicion: Suspicion | None = None

    def known_by(self) -> dict[str, object]:
        """What a repeat is known by, under the name of the field that says it."""
        by_event = {"client_event_id": self.client_event_id} if self.client_event_id else {}
        by_source = {"external_id": (self.source, self.external_id)} if self.external_id else {}
        return {**by_event, **by_source}


# The lowest and highest value of each scale.
SCALES: dict[str, tuple[float, float]] = {
    "stars5": (1, 5),
    "csat5": (1, 5),
    "ces7": (1, 7),
    "nps11": (0, 10),
    "unit": (0, 1),
    "thumbs": (0, 1),
    "stars10": (1, 10),
    "percent": (0, 100),
}


# Half a thumb is none.
WHOLE_SCALES = frozenset({"thumbs"})


def rating_share(rating: Rating) -> float:
    """The rating from 0 (worst) to 1 (best)."""
    lowest, highest = SCALES[rating.scale]
    return (rating.value - lowest) / (highest - lowest)


def product_name(product: Mapping[str, Any] | None) -> str | None:
    """What a product is called where only one word is wanted: the most telling of what was said."""
    known = product or {}
    return known.get("model") or known.get("sku") or known.get("category")
