"""Whose figures somebody may see: their own tenant's, and as operator those of all."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from shared.access.scopes import Scope
from shared.web.doors import FiguresReader
from shared.web.problems import Problem

AllTenants = Annotated[bool, Query(description="An operator's: count what waits of all tenants, not of one's own")]


async def _whose(actor: FiguresReader, *, all_tenants: AllTenants = False) -> UUID | None:
    if not all_tenants:
        return actor.tenant_id
    if not actor.may(Scope.OPERATOR):
        raise Problem("forbidden", 403, about={"scope": Scope.OPERATOR})
    return None


# The tenant whose waiting facts and jobs are counted; None for all.
Whose = Annotated[UUID | None, Depends(_whose)]
