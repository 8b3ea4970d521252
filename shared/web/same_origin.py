"""Whether a browser says that a page of this very service sent a request. A cookie alone does not prove that."""

from urllib.parse import urlsplit

from starlette.requests import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# `none` is a person's own doing, such as reloading; no page can cause it.
_OWN = frozenset({"same-origin", "none"})


def is_same_origin(request: Request) -> bool:
    """True only when the browser's own headers say so; without any of them the sender is not known to be a page."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    try:
        origin = urlsplit(request.headers.get("origin", ""))
    except ValueError:
        return False
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")
