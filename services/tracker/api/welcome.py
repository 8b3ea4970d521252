"""/welcome: the page behind a one-time link. Plain forms; its script only spares the pasting of the code."""

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import ValidationError

from services.tracker.api.entrance import At, Entrance, keep_in_browser
from services.tracker.api.forms import read_form
from services.tracker.api.sign_in import LinkIn, look_at_link, redeem
from services.tracker.api.welcome_texts import TEXTS
from services.tracker.domain.links import LinkPurpose
from services.tracker.use_cases.use_link import LinkSeen
from shared.web.problems import Problem, field_errors, language_of
from shared.web.routing import Router

PAGES = Path(__file__).parent / "pages"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Vary": "Accept-Language"}
_templates = Environment(loader=FileSystemLoader(PAGES), autoescape=select_autoescape(), trim_blocks=True)

router = Router(tags=["sign-in"])


@router.get("/welcome", include_in_schema=False)
async def get_welcome(request: Request, at: At) -> HTMLResponse:
    """Asks for the code."""
    return _page(request, at, "code")


@router.get("/welcome.css", include_in_schema=False)
async def get_style() -> Response:
    """How the page looks."""
    return Response((PAGES / "welcome.css").read_bytes(), media_type="text/css", headers=_HEADERS)


@router.get("/welcome.js", include_in_schema=False)
async def get_script() -> Response:
    """Takes the code out of the address."""
    return Response((PAGES / "welcome.js").read_bytes(), media_type="text/javascript", headers=_HEADERS)


@router.post("/welcome", include_in_schema=False)
async def post_welcome(request: Request, at: At) -> HTMLResponse:
    """With a code, asks for a password; with a password as well, signs in."""
    form = await read_form(request)
    try:
        _, seen = await look_at_link(request, at, form.get("token", ""))
    except Problem as problem:
        return _page(request, at, "code", problem=problem)
    if "password" not in form:
        return _page(request, at, "person", form=form, seen=seen)
    try:
        opened = await redeem(request, at, _said(form, seen, language_of(request)))
    except Problem as problem:
        return _page(request, at, "person", form=form, seen=seen, problem=problem)
    page = _page(request, at, "done")
    keep_in_browser(request, page, opened)
    return page


def _said(form: dict[str, str], seen: LinkSeen, language: str) -> LinkIn:
    """What the form says; whom the link names need not say it again."""
    fields: dict[str, Any] = {"token": form["token"], "password": form["password"], "language": language}
    if seen.purpose is not LinkPurpose.RESET:
        fields["name"] = form.get("name") or None
    if seen.email is None:
        fields["email"] = form.get("email") or None
    try:
        return LinkIn.model_validate(fields)
    except ValidationError as error:
        raise Problem("invalid", 422, errors=field_errors(error.errors())) from None


def _page(  # noqa: PLR0913 - the parts of a page; all but the first three go by name
    request: Request,
    at: Entrance,
    step: str,
    *,
    form: dict[str, str] | None = None,
    seen: LinkSeen | None = None,
    problem: Problem | None = None,
) -> HTMLResponse:
    language = language_of(request)
    say = TEXTS[language]
    form = form or {}
    html = _templates.get_template("welcome.html").render(
        language=language,
        say=say,
        brand=at.brand,
        step=step,
        lead=say[seen.purpose if seen else f"lead_{step}"],
        errors=_sentences(problem, language) if problem else [],
        wrong=_wrong(problem, step) if problem else (),
        token=form.get("token", ""),
        name=form.get("name") or (seen.name if seen else ""),
        email=(seen.email if seen else None) or form.get("email", ""),
        is_known=seen is not None and seen.purpose is LinkPurpose.RESET,
        is_email_known=seen is not None and seen.email is not None,
    )
    return HTMLResponse(html, problem.status if problem else 200, _HEADERS)


def _wrong(problem: Problem, step: str) -> set[str]:
    """The fields of the form that the problem is about; the code, where it asks for nothing else."""
    return {"token"} if step == "code" else {error.pointer.removeprefix("/") for error in problem.errors}


def _sentences(problem: Problem, language: str) -> list[str]:
    document = problem.document(language)
    return [error["message"] + " " + error["remedy"] for error in document.get("errors", [])] or [
        f"{document['title']} {document['detail']}"
    ]
