"""Announces the end of a door: Deprecation (RFC 9745), Sunset (RFC 8594), and what to use instead."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from starlette.types import Scope

_SINCE, _UNTIL, _INSTEAD = "x-deprecated-since", "x-sunset", "x-successor"
_NOTED = "huiyin.headers"


def retiring(*, since: datetime, until: datetime, instead: str) -> dict[str, Any]:
    """Keyword arguments for a route that goes: `since` when it is advised against, `until` when it ends (both UTC).

    `@router.get("/old", **retiring(since=…, until=…, instead="/v1/new"))`
    """
    if until < since:
        raise ValueError("a door cannot end before its end is announced")
    return {
        "deprecated": True,
        "openapi_extra": {_SINCE: since.isoformat(), _UNTIL: until.isoformat(), _INSTEAD: instead},
    }


def note_retirement(scope: Scope, described: Mapping[str, Any]) -> None:
    """Puts the announcement on every answer of the door, refusals included."""
    if _SINCE not in described:
        return
    since, until = (datetime.fromisoformat(described[name]) for name in (_SINCE, _UNTIL))
    scope[_NOTED] = [
        ("Deprecation", f"@{int(since.timestamp())}"),
        ("Sunset", format_datetime(until, usegmt=True)),
        ("Link", f'<{described[_INSTEAD]}>; rel="successor-version"'),
    ]


def noted_headers(scope: Scope) -> list[tuple[str, str]]:
    """What the door that was found wants on its answer."""
    noted: list[tuple[str, str]] = scope.get(_NOTED, [])
    return noted
