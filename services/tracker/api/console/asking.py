"""What a page asks the collector for whoever looks at it: its answers as they are, its refusals as pages of ours."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

import httpx

from services.tracker.api.console.page import Visit
from services.tracker.api.context import Context
from shared.access.scopes import Scope
from shared.peers.reading import PeerSilentError
from shared.web.problems import FieldError, Problem


async def shown(here: Context, visit: Visit, path: str, scope: Scope) -> dict[str, Any]:
    """⇢: what stands there. `scope` is what the collector asks for, should it refuse. Raises Problem."""
    return document(await answered(here.collector.show(path, visit.token, visit.say.language)), scope)


async def answered(asking: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer, or that there is none now."""
    try:
        return await asking
    except PeerSilentError:
        raise Problem("unavailable", 503) from None


def document(answer: httpx.Response, scope: Scope) -> dict[str, Any]:
    """What the collector says; its refusal as this page's own."""
    said: dict[str, Any] = answer.json()
    if answer.is_success:
        return said
    if answer.status_code == HTTPStatus.FORBIDDEN:
        raise Problem("forbidden", 403, about={"scope": scope})
    errors = [FieldError(one["pointer"], one["code"]) for one in said.get("errors", [])]
    raise Problem(said["code"], answer.status_code, errors=errors, about=said)
