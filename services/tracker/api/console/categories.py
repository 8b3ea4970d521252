"""What the categories are called. The classifier knows; the console asks it and remembers for a minute."""

import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from uuid import UUID

from services.tracker.api.console.page import Visit
from services.tracker.api.context import Context
from shared.contracts.vocabulary import Language
from shared.peers.reading import PeerSilentError

KEPT_S = 60.0
TENANTS_KEPT_MAX = 1_000
Names = Mapping[str, Mapping[str, str]]
_kept: dict[UUID, tuple[float, Names]] = {}


class Categories:
    """Names in one person's language. While the classifier is away, a category is called by its id."""

    def __init__(self, names: Names, language: Language) -> None:
        self._names = names
        self._language = language

    def __call__(self, category: str) -> str:
        """A category's name."""
        return self._names.get(category, {}).get(self._language) or category

    def as_choices(self) -> list[dict[str, str]]:
        """What a script offers to choose from."""
        return [{"value": category, "label": name} for category, name in self]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Ids and names, in the order of the taxonomy."""
        return iter([(category, self(category)) for category in self._names])


async def categories_of(here: Context, visit: Visit) -> Categories:
    """The tenant's categories."""
    tenant_id = visit.actor.tenant_id
    known = _kept.get(tenant_id)
    if known is None or known[0] < time.monotonic():
        names = await _asked(here, visit.token)
        if names is None:
            return Categories(known[1] if known else {}, visit.say.language)
        if len(_kept) >= TENANTS_KEPT_MAX:
            _kept.clear()
        _kept[tenant_id] = known = (time.monotonic() + KEPT_S, names)
    return Categories(known[1], visit.say.language)


async def _asked(here: Context, token: str) -> Names | None:
    try:
        response = await here.classifier.read("/v1/categories", token)
    except PeerSilentError:
        return None
    if response.status_code != HTTPStatus.OK:
        return None
    return {item["id"]: item["names"] for item in response.json()["categories"]}
