"""/console: the way in and out, the person's own preferences, and the console's files."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from services.tracker.api.console.page import (
    HEADERS,
    LANGUAGE_COOKIE,
    ROOT,
    SHORTCUTS_COOKIE,
    SIGN_IN,
    THEME_COOKIE,
    THEMES,
    PageRouter,
    Visitor,
    stranger_page,
)
from services.tracker.api.entrance import At
from services.tracker.api.forms import read_form
from services.tracker.api.sessions import post_sign_out
from services.tracker.api.sign_in import SignInIn, post_sign_in
from services.tracker.console.assets import read_assets
from services.tracker.store.tenant_slugs import FIRST_SLUG
from shared.contracts.vocabulary import Language
from shared.web.problems import Problem

PREFERENCES_KEPT_S = 31_536_000
FILES_KEPT_S = 31_536_000
_CHOICES = {
    "language": (LANGUAGE_COOKIE, tuple(Language)),
    "theme": (THEME_COOKIE, THEMES),
    "shortcuts": (SHORTCUTS_COOKIE, ("on", "off")),
}
Next = Annotated[str, Query(alias="next", max_length=2_000)]
router = PageRouter()


@router.get("", include_in_schema=False)
async def get_console(_: Visitor) -> RedirectResponse:
    """To where the day begins."""
    return RedirectResponse(f"{ROOT}/inbox", HTTPStatus.SEE_OTHER)


@router.get("/sign-in", include_in_schema=False)
async def get_sign_in(request: Request, at: At, there: Next = "") -> HTMLResponse:
    """Asks who is there."""
    return _sign_in_page(request, at, {"next": there})


@router.post("/sign-in", include_in_schema=False)
async def post_sign_in_page(request: Request, at: At) -> Response:
    """Signs in by password and leads on to where the person wanted to go."""
    form = await read_form(request)
    there = RedirectResponse(own_path(form.get("next", "")), HTTPStatus.SEE_OTHER)
    try:
        said = SignInIn(
            email=form.get("email", ""),
            password=form.get("password", ""),
            tenant=form.get("tenant") or FIRST_SLUG,
            cookie=True,
        )
        await post_sign_in(request, there, said, at)
    except ValidationError:
        return _sign_in_page(request, at, form, Problem("sign_in_failed", 401))
    except Problem as problem:
        return _sign_in_page(request, at, form, problem)
    return there


@router.post("/sign-out", include_in_schema=False)
async def post_sign_out_page(request: Request, at: At, visit: Visitor) -> RedirectResponse:
    """Ends the session and shows the way in again."""
    await read_form(request)
    there = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    await post_sign_out(there, at, visit.actor)
    return there


@router.post("/preferences", include_in_schema=False)
async def post_preferences(request: Request) -> RedirectResponse:
    """Keeps language, light or dark, and shortcuts in this browser."""
    form = await read_form(request)
    there = RedirectResponse(own_path(form.get("next", "")), HTTPStatus.SEE_OTHER)
    is_safe = request.url.scheme == "https"
    for name, (cookie, choices) in _CHOICES.items():
        if form.get(name) in choices:
            there.set_cookie(cookie, form[name], max_age=PREFERENCES_KEPT_S, secure=is_safe, samesite="lax")
    return there


@router.get("/static/{digest}/{name:path}", include_in_schema=False)
async def get_static(request: Request, digest: str, name: str) -> Response:
    """A file of the console's; its address holds its content's hash, so it may be kept for ever."""
    assets = read_assets()
    asset = assets.files.get(name)
    if asset is None or digest != assets.digest:
        raise Problem("not_found", 404)
    headers = HEADERS | {"Cache-Control": f"public, max-age={FILES_KEPT_S}, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.kind)
    return Response(asset.plain, headers=headers, media_type=asset.kind)


def own_path(there: str) -> str:
    """Where to go on: only ever a page of the console."""
    path = there.partition("?")[0]
    is_own = path.startswith(f"{ROOT}/") and "//" not in path and "\\" not in there
    return there if is_own and there.isprintable() else f"{ROOT}/inbox"


def _sign_in_page(request: Request, at: At, form: dict[str, str], problem: Problem | None = None) -> HTMLResponse:
    return stranger_page(
        request,
        "sign_in.html",
        status=problem.status if problem else HTTPStatus.OK,
        form={"email": "", "tenant": "", "next": ""} | form,
        problem=problem,
        brand=at.brand,
        has_provider=at.provider is not None,
        first_slug=FIRST_SLUG,
    )
