"""/console/settings: who may see which part of it."""

from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse

from services.tracker.api.console.page import PageRouter, Visit, Visitor
from services.tracker.console.navigation import tabs

router = PageRouter("/settings")


@router.get("", include_in_schema=False)
async def get_settings(visit: Visitor) -> RedirectResponse:
    """To the first part that the person may see."""
    return RedirectResponse(tabs(visit.may)[0].path, 303)


def settings_page(visit: Visit, tab: str, template: str | None = None, **said: Any) -> HTMLResponse:  # noqa: ANN401 - what a page shows is of any kind
    """A page of one part, with the others beside it."""
    name = f"settings/{template or tab}.html"
    return visit.page(name, tab=tab, tabs=tabs(visit.may), scripts=["deeds"], **said)
