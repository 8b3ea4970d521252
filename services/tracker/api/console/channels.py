"""What the ways in are called. The collector knows; the console asks it and remembers for a minute."""

import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from services.tracker.api.console.page import Visit
from services.tracker.api.context import Context
from services.tracker.domain.tenancy import PUBLIC_CHANNELS
from shared.contracts.vocabulary import Language
from shared.peers.reading import PeerSilentError

KEPT_S = 60.0
Known = Sequence[dict[str, Any]]


class Channels:
    """Names in one person's language. While the collector is away, a channel is called by its id."""

    def __init__(self, known: Known, language: Language) -> None:
        self._known = {channel["id"]: channel for channel in known}
        self._language = language

    def __call__(self, channel: str) -> str:
        """A channel's name."""
        return str(self._known.get(channel, {}).get("names", {}).get(self._language) or channel)

    def __iter__(self) -> Iterator[str]:
        """Ids, in the order of the registry."""
        return iter(self._known)

    def public(self) -> list[str]:
        """Those that a publishable key may be bound to."""
        return [name for name, channel in self._known.items() if channel["is_public"]] or [*PUBLIC_CHANNELS]


class ChannelsAsked:
    """The same for all tenants of the collector that this tracker works with."""

    def __init__(self) -> None:
        self._until = 0.0
        self._known: Known = ()

    async def __call__(self, here: Context, visit: Visit) -> Channels:
        """The ways in, as they were told within the last minute."""
        if self._until < time.monotonic() and (known := await _asked(here, visit.token)) is not None:
            self._until, self._known = time.monotonic() + KEPT_S, known
        return Channels(self._known, visit.say.language)


async def _asked(here: Context, token: str) -> Known | None:
    try:
        response = await here.collector.read("/v1/channels", token)
    except PeerSilentError:
        return None
    if response.status_code != HTTPStatus.OK:
        return None
    known: Known = response.json()["channels"]
    return known


channels_of = ChannelsAsked()
