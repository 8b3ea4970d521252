"""What every page of the console stands on: who looks at it, in which language, and errors that people can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse

from services.tracker.api.entrance import At, Entrance
from services.tracker.console.formats import Formats
from services.tracker.console.navigation import entries
from services.tracker.console.rendering import render
from services.tracker.console.texts import Say
from services.tracker.store.identity_tables import Tenant
from services.tracker.store.member_tables import Member
from services.tracker.store.members import read_member
from services.tracker.store.tenants import read_tenant
from shared.access.credentials import Actor, SuspendedError
from shared.access.keys import FIRST_TENANT_ID
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.vocabulary import Language
from shared.web.doors import SESSION_COOKIE
from shared.web.problems import Problem, language_of
from shared.web.routing import Handler, Router, StrictRoute

ROOT = "/console"
SIGN_IN = f"{ROOT}/sign-in"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Vary": "Cookie, Accept-Language"}
LANGUAGE_COOKIE = "huiyin_language"
THEME_COOKIE = "huiyin_theme"
SHORTCUTS_COOKIE = "huiyin_shortcuts"
THEMES = ("auto", "light", "dark")


class PageRoute(StrictRoute):
    """A route whose refusals are pages: who is not signed in is asked to, and everybody reads what to do."""

    def get_route_handler(self) -> Handler:
        """The strict handler, with its problems put into HTML."""
        handle = super().get_route_handler()

        async def readable(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return _refusal(request, problem)
            except SuspendedError:
                return _refusal(request, Problem("tenant_suspended", 403))
            except RequestValidationError:
                return _refusal(request, Problem("not_found", 404))

        return readable


class PageRouter(Router):
    """The router of the console's pages. They are for browsers and stand in no API description."""

    def __init__(self, path: str = "") -> None:
        super().__init__(prefix=ROOT + path, tags=["console"])
        self.route_class = PageRoute


@dataclass(frozen=True)
class Visit:
    """One person looking at one page. `token` is their session's, for what other services know."""

    request: Request
    actor: Actor
    token: str
    member: Member
    tenant: Tenant
    say: Say
    formats: Formats

    def page(self, template: str, *, status: int = HTTPStatus.OK, **said: object) -> HTMLResponse:
        """A whole page, or a part of one."""
        return HTMLResponse(render(template, **self._frame(), **said), status, HEADERS)

    def may(self, scope: Scope) -> bool:
        """Whether to show a control at all."""
        return self.actor.may(scope)

    def _frame(self) -> dict[str, Any]:
        path = self.request.url.path
        return _looks(self.request, self.say) | {
            "visit": self,
            "me": self.member,
            "tenant": self.tenant,
            "brand": self.tenant.name,
            # The instance's own settings are shown to those who run it.
            "is_home": self.tenant.id == FIRST_TENANT_ID,
            "fmt": self.formats,
            "may": self.may,
            "scopes": Scope,
            "entries": entries(self.may),
            "path": path,
            "address": path + (f"?{self.request.url.query}" if self.request.url.query else ""),
        }


async def _visit(request: Request, at: At) -> Visit:
    token = request.cookies.get(SESSION_COOKIE, "")
    actor = await at.credentials.check(token) if token else None
    if actor is None or actor.kind is not Kind.SESSION or actor.member_id is None:
        raise Problem("unauthorized", 401)
    member, tenant = await _who(at, actor)
    language = _chosen(request) or Language(member.language)
    moment: datetime = now()
    zone = ZoneInfo(member.time_zone or tenant.time_zone)
    return Visit(request, actor, token, member, tenant, Say(language), Formats(language, zone, moment))


async def _who(at: Entrance, actor: Actor) -> tuple[Member, Tenant]:
    async with at.database.transaction(actor.tenant_id) as tx:
        member = await read_member(tx, actor.tenant_id, actor.member_id) if actor.member_id else None
        tenant = await read_tenant(tx, actor.tenant_id)
    if member is None or tenant is None:
        raise Problem("unauthorized", 401)
    return member, tenant


Visitor = Annotated[Visit, Depends(_visit)]


def visitor_with(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Lets in whoever holds the scope."""

    async def visit(found: Visitor) -> Visit:
        if not found.may(scope):
            raise Problem("forbidden", 403, about={"scope": scope})
        return found

    return Depends(visit)


Worker = Annotated[Visit, visitor_with(Scope.WORK_READ)]


def stranger_page(request: Request, template: str, *, status: int = HTTPStatus.OK, **said: object) -> HTMLResponse:
    """A page for who has not signed in."""
    say = Say(_chosen(request) or Language(language_of(request)))
    return HTMLResponse(render(template, **_looks(request, say), **said), status, HEADERS)


def _looks(request: Request, say: Say) -> dict[str, Any]:
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return {
        "say": say,
        "language": say.language.value,
        "theme": theme if theme in THEMES else "auto",
        "has_shortcuts": request.cookies.get(SHORTCUTS_COOKIE) != "off",
    }


def _chosen(request: Request) -> Language | None:
    said = request.cookies.get(LANGUAGE_COOKIE)
    return Language(said) if said in tuple(Language) else None


def _refusal(request: Request, problem: Problem) -> Response:
    if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(there, safe='')}", HTTPStatus.SEE_OTHER, HEADERS)
    say = Say(_chosen(request) or Language(language_of(request)))
    document: Mapping[str, Any] = problem.document(say.language)
    html = render("error.html", **_looks(request, say), problem=document, errors=document.get("errors", []))
    return HTMLResponse(html, problem.status, HEADERS)
