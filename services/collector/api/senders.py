"""Who may send feedback: a tenant's server, a person, or anybody who holds a publishable key, within its limits."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

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
PREFLIGHT_KEPT_S = 600
NETWORKS_AT_ONCE_MAX = 20  # Of one key: together they may send so many times its rate.
# What a page of somebody else's origin may call. The key is in a header, never in a cookie.
PUBLIC_PATHS = ("/v1/feedback", "/v1/feedback:batch")
PUBLIC_FOLDER = "/v1/widget/"


# Whoever holds one of these may send feedback.
SENDING = (Scope.FEEDBACK_WRITE, Scope.FEEDBACK_SEND)


async def _sender(request: Request, actor: Annotated[Actor, Depends(requires(*SENDING))]) -> Actor:
    check_limits(request, actor)
    return actor


def check_limits(request: Request, actor: Actor) -> None:
    """Refuses what a publishable key is not for: another page's requests, and too many."""
    if actor.limits is not None:
        _check_origin(request, actor.limits)
        _check_rate(request, actor.credential_id, actor.limits)


def _check_origin(request: Request, limits: Limits) -> None:
    """A key of web pages works on its own pages alone; a key of an app, which has no origin, on none."""
    origin = request.headers.get("origin")
    if (origin is not None or limits.origins) and origin not in limits.origins:
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


class PublicDoors:
    """Pure ASGI. Lets pages of other origins reach the public paths; which origin a key works on, the door checks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type"],
            expose_headers=["ratelimit", "ratelimit-policy", "retry-after", "idempotent-replayed"],
            max_age=PREFLIGHT_KEPT_S,
        )

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Passes the request on, with or without the headers for other origins."""
        path = scope["path"] if scope["type"] == "http" else ""
        if not (path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDER)):
            await self._app(scope, receive, send)
        elif any(name == b"origin" for name, _ in scope["headers"]):
            await self._open(scope, receive, send)
        else:
            await self._app(scope, receive, _varying(send))


def _varying(send: Send) -> Send:
    """What is answered to no page may not be shown to one that asks later: the answer says that origins differ."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            known = [value for name, value in headers if name == b"vary"]
            others = [header for header in headers if header[0] != b"vary"]
            message["headers"] = [*others, (b"vary", b", ".join([*known, b"Origin"]))]
        await send(message)

    return told
