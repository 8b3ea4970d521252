"""What every door asks first: who is there, and may they."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from shared.access.credentials import Actor, Credentials, SuspendedError
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.contracts.reach import TENANT_HEADER
from shared.web.problems import Problem
from shared.web.same_origin import SAFE_METHODS, is_same_origin

SESSION_COOKIE = "huiyin_session"
_bearer = HTTPBearer(auto_error=False, description="A key of this instance, or a session's token")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="A session's token, as a browser keeps it")
Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
SentByBrowser = Annotated[str | None, Depends(_cookie)]
ForTenant = Annotated[UUID, Header(alias=TENANT_HEADER, description="An operator's: the tenant to work for")]


async def signed_in(request: Request, sent: Sent, kept: SentByBrowser, tenant: ForTenant = None) -> Actor:  # type: ignore[assignment]  # the generators of clients want a plain header, not one that may be null
    """Whoever holds the key that was sent, or the session that the browser keeps; 401 when nobody does."""
    credentials: Credentials = request.app.state.credentials
    try:
        found = await credentials.check(sent.credentials) if sent else await _by_cookie(request, credentials, kept)
    except SuspendedError:
        raise Problem("tenant_suspended", 403) from None
    if found is None:
        raise Problem("unauthorized", 401)
    return found if tenant is None else await _within(credentials, found, tenant)


async def let_in(request: Request) -> None:
    """Asks who is there before a body is read: who may not come in has nothing read, kept or taken apart for them.

    FastAPI would read the body first. The door asks again, which the credentials' cache makes cheap.
    """
    await signed_in(request, await _bearer(request), await _cookie(request))


async def _by_cookie(request: Request, credentials: Credentials, token: str | None) -> Actor | None:
    """A browser adds its cookie to what any page sends, so what changes something must come from a page of ours."""
    found = await credentials.check(token) if token else None
    if found is None or found.kind is not Kind.SESSION:
        return None
    if request.method not in SAFE_METHODS and not is_same_origin(request):
        raise Problem("cross_site", 403)
    return found


async def _within(credentials: Credentials, actor: Actor, tenant_id: UUID) -> Actor:
    if tenant_id == actor.tenant_id:
        return actor
    if actor.kind not in (Kind.OPERATOR, Kind.PEER):
        raise Problem("forbidden", 403, about={"scope": Scope.OPERATOR})
    if not await credentials.is_tenant(tenant_id):
        raise Problem("unknown_tenant", 404)
    return actor.within(tenant_id)


SignedIn = Annotated[Actor, Depends(signed_in)]


def requires(*scopes: Scope) -> Callable[..., Awaitable[Actor]]:
    """A dependency that lets in whoever holds one of the scopes, and names them. The API description shows them."""

    async def actor(found: Annotated[Actor, Security(signed_in, scopes=list(scopes))]) -> Actor:
        if not any(found.may(scope) for scope in scopes):
            raise Problem("forbidden", 403, about={"scope": scopes[0]})
        return found

    return actor


async def _somebody(found: SignedIn) -> Actor:
    """Anybody but an app: its key may send feedback and ask nothing."""
    if found.kind is Kind.PUBLISHABLE:
        raise Problem("forbidden", 403, about={"scope": Scope.FEEDBACK_READ})
    return found


Somebody = Annotated[Actor, Depends(_somebody)]


async def _person(found: SignedIn) -> Actor:
    if found.member_id is None:
        raise Problem("people_only", 403)
    return found


Person = Annotated[Actor, Depends(_person)]
Operator = Annotated[Actor, Depends(requires(Scope.OPERATOR))]
MemberManager = Annotated[Actor, Depends(requires(Scope.MEMBERS_MANAGE))]
PersonReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
FiguresReader = Annotated[Actor, Depends(requires(Scope.FIGURES_READ))]
WorkReader = Annotated[Actor, Depends(requires(Scope.WORK_READ))]
CaseWriter = Annotated[Actor, Depends(requires(Scope.CASES_WRITE))]
ActionWriter = Annotated[Actor, Depends(requires(Scope.ACTIONS_WRITE))]
