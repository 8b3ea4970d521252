"""How often somebody may ask: a bucket for each, refilled steadily (GCRA), in this process's memory.

With several replicas each counts for itself, so the whole lets through up to that many times the rate.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import Problem

WINDOW_S = 60
COUNTED_MAX = 10_000
_STATE = "huiyin.rate"


# A clock's reading plus a minute, less the reading, is not quite a minute: nobody waits for that.
ROUNDING_S = 1e-6


@dataclass(frozen=True)
class Allowance:
    """How a request stands to its rate: `remaining` more may follow at once; `reset_s` until all may."""

    per_minute: int
    remaining: int
    reset_s: int
    retry_after_s: int

    @property
    def is_over(self) -> bool:
        """Whether this request is one too many."""
        return self.retry_after_s > 0


class Rates:
    """Counts of those who asked lately; the longest silent are forgotten first."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, counted_max: int = COUNTED_MAX) -> None:
        self._clock = clock
        self._counted_max = counted_max
        self._full_again_at: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, who: Hashable, per_minute: int, *, cost: int = 1) -> Allowance:
        """Takes `cost` from the bucket of `who`, or nothing when it does not hold so much."""
        moment, step = self._clock(), WINDOW_S / per_minute
        full_at = max(self._full_again_at.pop(who, moment), moment)
        after = full_at + step * cost
        wait_s = after - moment - WINDOW_S
        if wait_s <= ROUNDING_S:
            full_at, wait_s = after, 0.0
        self._full_again_at[who] = full_at
        while len(self._full_again_at) > self._counted_max:
            self._full_again_at.popitem(last=False)
        left = int((WINDOW_S - (full_at - moment)) / step + 1e-9)
        return Allowance(per_minute, left, math.ceil(full_at - moment), math.ceil(max(wait_s, 0)))


def admit(request: Request, allowance: Allowance) -> None:
    """Notes the allowance for the answer's headers. Raises 429 when it is used up."""
    request.scope[_STATE] = allowance
    if allowance.is_over:
        raise Problem("too_often", 429, about={"retry_after_s": allowance.retry_after_s})


class RateHeaders:
    """Pure ASGI. Tells the caller of a limited door how it stands (RateLimit header fields, IETF draft)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and adds the headers to its answer."""

        async def told(message: Message) -> None:
            allowance: Allowance | None = scope.get(_STATE)
            if message["type"] == "http.response.start" and allowance is not None:
                message = {**message, "headers": [*_kept(message, allowance), *_headers(allowance)]}
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)


def _kept(message: Message, allowance: Allowance) -> list[tuple[bytes, bytes]]:
    """The answer's own headers; a general Retry-After gives way to the exact one."""
    return [(name, value) for name, value in message["headers"] if not (allowance.is_over and name == b"retry-after")]


def _headers(allowance: Allowance) -> list[tuple[bytes, bytes]]:
    told = [
        (b"ratelimit-policy", f'"default";q={allowance.per_minute};w={WINDOW_S}'),
        (b"ratelimit", f'"default";r={allowance.remaining};t={allowance.reset_s}'),
    ]
    if allowance.is_over:
        told.append((b"retry-after", str(allowance.retry_after_s)))
    return [(name, value.encode()) for name, value in told]
