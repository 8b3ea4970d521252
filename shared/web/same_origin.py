"""Whether a browser says that a page of this very service sent a request. A cookie alone does not prove that."""

from urllib.parse import urlsplit

from starlette.requests import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# `none` is a person's own doing, such as reloading; no page can cause it.
_OWN = frozenset({"same-origin", "none"})


def is_same_origin(request: Request) -> bool:
    """True only when the browser's own headers say so; without any of them the sender is not known to be a page.

    The scheme counts: whoever sits on the way may put a page of theirs at the http of this very host. Behind a proxy it
    is what a proxy that is trusted says (`FORWARDED_ALLOW_IPS`), as for a cookie's `Secure`.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    try:
        origin = urlsplit(request.headers.get("origin", ""))
    except ValueError:
        return False
    own = (request.url.scheme, request.headers.get("host"))
    return bool(origin.netloc) and (origin.scheme, origin.netloc) == own
