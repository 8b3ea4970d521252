"""What every door asks first: who is there, and may they."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.access.credentials import Actor, Credentials
from shared.access.scopes import Scope
from shared.web.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="A key of this instance")


def requires(scope: Scope) -> Callable[..., Awaitable[Actor]]:
    """A dependency that lets in whoever holds the scope, and names them."""

    async def actor(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
        credentials: Credentials = request.app.state.credentials
        found = await credentials.check(sent.credentials) if sent else None
        if found is None:
            raise Problem("unauthorized", 401)
        if not found.may(scope):
            raise Problem("forbidden", 403, about={"scope": scope})
        return found

    return actor


Operator = Annotated[Actor, Depends(requires(Scope.OPERATOR))]
