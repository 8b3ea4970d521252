"""Lists by keyset: an opaque signed cursor says where the next page begins. No offsets, no totals."""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from shared.paging import Place
from shared.web.problems import FieldError, Problem

PAGE_ITEMS_MAX = 200
PAGE_ITEMS = 50
_MAC_BYTES = 16
_CURSOR_LENGTH_MAX = 300


class Pages:
    """Makes and reads cursors. `key` keeps callers from making their own."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def read(self, cursor: str | None) -> Place | None:
        """The place that a cursor stands for; a foreign or damaged one is refused."""
        if cursor is None:
            return None
        try:
            place = self._opened(cursor)
        except (ValueError, TypeError):
            place = None
        # base64 reads over what does not belong to it, so the cursor must also be the one that we would write.
        if place is None or self.write(place) != cursor:
            raise Problem("invalid", 422, errors=[FieldError("/query/cursor", "bad_cursor")])
        return place

    def _opened(self, cursor: str) -> Place:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"==")
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        at, identifier = json.loads(body) if hmac.compare_digest(mac, self._mac(body)) else ("", "")
        return Place(datetime.fromisoformat(at), UUID(identifier))

    def write(self, place: Place) -> str:
        """The cursor for a place."""
        body = json.dumps([place.at.isoformat(), str(place.id)]).encode()
        return base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_MAC_BYTES]


@dataclass(frozen=True)
class PageAsked:
    """The page that a caller wants."""

    place: Place | None
    limit: int
    _pages: Pages
    _request: Request
    _response: Response

    def next_after(self, places: Sequence[Place]) -> str | None:
        """The cursor of the next page, also as a Link header; None on the last page."""
        if len(places) < self.limit:
            return None
        cursor = self._pages.write(places[-1])
        url = self._request.url.include_query_params(cursor=cursor)
        self._response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return cursor


async def _page_asked(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX, description="Items on a page.")] = PAGE_ITEMS,
    cursor: Annotated[
        str | None, Query(max_length=_CURSOR_LENGTH_MAX, description="`next` of the page before, unchanged.")
    ] = None,
) -> PageAsked:
    pages: Pages = request.app.state.pages
    return PageAsked(pages.read(cursor), limit, pages, request, response)


Page = Annotated[PageAsked, Depends(_page_asked)]
