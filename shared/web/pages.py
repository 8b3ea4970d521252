"""Lists by keyset: an opaque signed cursor says where the next page begins. No offsets, no totals."""

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from shared.access.credentials import Actor
from shared.clock import Clock, now
from shared.paging import Place
from shared.web.problems import FieldError, Problem

PAGE_ITEMS_MAX = 200
PAGE_ITEMS = 50
CURSOR_KEPT_H = 24
_MAC_BYTES = 16
_CURSOR_LENGTH_MAX = 300
Row = TypeVar("Row")


class Pages:
    """Makes and reads cursors. `key` keeps callers from making their own."""

    def __init__(self, key: str, *, clock: Clock = now) -> None:
        self._key = key.encode()
        self._clock = clock

    def read(self, cursor: str | None, of: str) -> Place | None:
        """The place that a cursor stands for in the list `of`; one that is foreign, damaged or too old is refused."""
        if cursor is None:
            return None
        try:
            place, made_at = self._opened(cursor, of)
        except (ValueError, TypeError):
            place, made_at = None, 0
        is_over = made_at + CURSOR_KEPT_H * 3600 < self._clock().timestamp()
        # base64 reads over what does not belong to it, so the cursor must also be the one that we would write.
        if place is None or is_over or self._written(place, made_at, of) != cursor:
            raise Problem("invalid", 422, errors=[FieldError("/query/cursor", "bad_cursor")])
        return place

    def write(self, place: Place, of: str) -> str:
        """The cursor for a place in a list."""
        return self._written(place, int(self._clock().timestamp()), of)

    def _opened(self, cursor: str, of: str) -> tuple[Place, int]:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"==")
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        at, identifier, made_at = json.loads(body) if hmac.compare_digest(mac, self._mac(body, of)) else ("", "", 0)
        return Place(datetime.fromisoformat(at) if isinstance(at, str) else float(at), UUID(identifier)), made_at

    def _written(self, place: Place, made_at: int, of: str) -> str:
        at = place.at.isoformat() if isinstance(place.at, datetime) else place.at
        body = json.dumps([at, str(place.id), made_at]).encode()
        return base64.urlsafe_b64encode(self._mac(body, of) + body).decode().rstrip("=")

    def _mac(self, body: bytes, of: str) -> bytes:
        return hmac.digest(self._key, of.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]


@dataclass(frozen=True)
class PageAsked:
    """The page that a caller wants."""

    limit: int
    _cursor: str | None
    _pages: Pages
    _request: Request
    _response: Response

    def place(self, actor: Actor) -> Place | None:
        """Where the page begins; None is the beginning. A cursor holds for its own list and tenant."""
        return self._pages.read(self._cursor, self._of(actor))

    @property
    def cursor(self) -> str | None:
        """As it was sent, for a list that another service walks."""
        return self._cursor

    @property
    def rows_max(self) -> int:
        """How many rows to fetch: one more than is shown, for whether it is there says whether a page follows."""
        return self.limit + 1

    def turn(
        self, actor: Actor, found: Sequence[Row], place_of: Callable[[Row], Place]
    ) -> tuple[Sequence[Row], str | None]:
        """What of `rows_max` rows is shown, and the cursor of the next page; None on the last."""
        shown = found[: self.limit]
        return shown, self._told(actor, place_of(shown[-1])) if len(found) > self.limit else None

    def _told(self, actor: Actor, last: Place) -> str:
        """The cursor of what follows, also as a Link header."""
        cursor = self._pages.write(last, self._of(actor))
        url = self._request.url.include_query_params(cursor=cursor)
        self._response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return cursor

    def _of(self, actor: Actor) -> str:
        return f"{actor.tenant_id} {self._request.url.path}"


async def _page_asked(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX, description="Items on a page.")] = PAGE_ITEMS,
    cursor: Annotated[
        str | None, Query(max_length=_CURSOR_LENGTH_MAX, description="`next` of the page before, unchanged.")
    ] = None,
) -> PageAsked:
    pages: Pages = request.app.state.pages
    return PageAsked(limit, cursor, pages, request, response)


Page = Annotated[PageAsked, Depends(_page_asked)]
