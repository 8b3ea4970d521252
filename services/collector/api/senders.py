"""Who may send feedback: a tenant's server, a person, or anybody who holds a publishable key, within its limits."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.collector.api.origins import note_origin
from services.collector.channels.registry import CHANNELS
from shared.access.credentials import Actor, Limits
from shared.access.scopes import Scope
from shared.client_network import network_of
from shared.web.doors import requires
from shared.web.limits import BODY_BYTES_MAX
from shared.web.problems import FieldError, Problem
from shared.web.rates import Rates, admit

PUBLIC_ITEMS_MAX = 50
PUBLIC_BODY_BYTES_MAX = 1024 * 1024
CHARACTERS_A_REQUEST = 4_096  # More than these count as another request.
NETWORKS_AT_ONCE_MAX = 20  # Of one key: together they may send so many times its rate.


# Whoever holds one of these may send feedback.
SENDING = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_SEND)


async def _sender(request: Request, actor: Annotated[Actor, Depends(requires(*SENDING))]) -> Actor:
    check_limits(request, actor)
    return actor


def check_limits(request: Request, actor: Actor) -> None:
    """Refuses what a publishable key is not for: another page's requests, and too many."""
    if actor.limits is not None:
        _check_origin(request, actor.limits)
        _check_channel(actor.limits)
        _check_rate(request, actor.credential_id, actor.limits)


def _check_channel(limits: Limits) -> None:
    """The tracker, which gives keys out, knows no registry: whether a way in stands open to all is known here."""
    rules = CHANNELS.get(limits.channel)
    if rules is None or not rules.is_public:
        raise Problem("channel_not_public", 403, about={"channel": limits.channel})


def _check_origin(request: Request, limits: Limits) -> None:
    """A key of web pages works on its own pages alone; a key of an app, which has no origin, on none."""
    origin = request.headers.get("origin")
    is_listed = origin in limits.origins
    note_origin(request, is_listed=is_listed)
    if (origin is not None or limits.origins) and not is_listed:
        raise Problem("origin_refused", 403)


def _check_rate(request: Request, key_id: UUID, limits: Limits, cost: int = 1) -> None:
    """From one network the key's own rate, so that no one of its readers uses it up for all the others."""
    rates: Rates = request.app.state.rates
    network = network_of(request.client.host if request.client else None)
    own = rates.take((key_id, network), limits.requests_per_minute, cost=cost)
    admit(request, own)  # First: what is refused here uses up nothing of the others'.
    whole = rates.take(key_id, limits.requests_per_minute * NETWORKS_AT_ONCE_MAX, cost=cost)
    admit(request, whole if whole.is_over else own)


def charge_by_length(request: Request, actor: Actor, characters: int) -> None:
    """A long request of a publishable key counts as several, for reading it takes as long. Raises 429.

    A bucket that is full lets any one request through: what it held before it was counted was one less.
    """
    if actor.limits is not None:
        cost = min(characters // CHARACTERS_A_REQUEST, actor.limits.requests_per_minute - 1)
        if cost > 0:
            _check_rate(request, actor.credential_id, actor.limits, cost)


Sender = Annotated[Actor, Depends(_sender)]


def batch_bytes_max_of(actor: Actor) -> int:
    """How long a batch of the sender's may be."""
    return BODY_BYTES_MAX if actor.limits is None else PUBLIC_BODY_BYTES_MAX


def items_max_of(actor: Actor, usual: int) -> int:
    """How many feedbacks the sender may send at once."""
    return usual if actor.limits is None else min(usual, PUBLIC_ITEMS_MAX)


def check_public(actor: Actor, sent: object, *, inside: tuple[str | int, ...]) -> None:
    """What a publishable key may not say: another channel, and ids that only a tenant's server knows."""
    if actor.limits is None or not isinstance(sent, dict):
        return
    place = "".join(f"/{part}" for part in inside)
    errors = [FieldError(f"{place}/{name}", "not_with_this_key") for name in ("source", "external_id") if name in sent]
    if sent.get("channel", actor.limits.channel) != actor.limits.channel:
        errors.append(FieldError(f"{place}/channel", "other_channel", {"channel": actor.limits.channel}))
    if errors:
        raise Problem("invalid", 422, errors=errors)
