"""What every door asks first: who is there, and may they."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.access.credentials import Actor, Credentials, SuspendedError
from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.web.problems import Problem

TENANT_HEADER = "Huiyin-Tenant"
_bearer = HTTPBearer(auto_error=False, description="A key of this instance, or a session's token")
Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
ForTenant = Annotated[UUID, Header(alias=TENANT_HEADER, description="An operator's: the tenant to work for")]


async def signed_in(request: Request, sent: Sent, tenant: ForTenant = None) -> Actor:  # type: ignore[assignment]  # the generators of clients want a plain header, not one that may be null
    """Whoever holds the key that was sent; 401 when nobody does."""
    credentials: Credentials = request.app.state.credentials
    try:
        found = await credentials.check(sent.credentials) if sent else None
    except SuspendedError:
        raise Problem("tenant_suspended", 403) from None
    if found is None:
        raise Problem("unauthorized", 401)
    return found if tenant is None else await _within(credentials, found, tenant)


async def _within(credentials: Credentials, actor: Actor, tenant_id: UUID) -> Actor:
    if tenant_id == actor.tenant_id:
        return actor
    if actor.kind is not Kind.OPERATOR:
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


Operator = Annotated[Actor, Depends(requires(Scope.OPERATOR))]
PersonReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
FiguresReader = Annotated[Actor, Depends(requires(Scope.FIGURES_READ))]
WorkReader = Annotated[Actor, Depends(requires(Scope.WORK_READ))]
CaseWriter = Annotated[Actor, Depends(requires(Scope.CASES_WRITE))]
ActionWriter = Annotated[Actor, Depends(requires(Scope.ACTIONS_WRITE))]
