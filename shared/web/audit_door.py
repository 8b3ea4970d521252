"""GET /v1/audit: who did what in this service. The same door in each."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel
from pydantic_core import PydanticCustomError

from shared.access.credentials import Actor
from shared.access.reading import AuditFilter, list_audit, states_of
from shared.access.scopes import Scope
from shared.access.tables import Audit
from shared.contracts.text import Name
from shared.database import Database
from shared.paging import Place
from shared.web.doors import requires
from shared.web.pages import Page
from shared.web.routing import Router


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # A year that UTC does not have.
        raise PydanticCustomError("not_a_time", "no time in UTC") from None


Since = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class AuditQuery(BaseModel):
    """What the list is narrowed to."""

    actor: Name | None = None
    verb: Name | None = None
    object_id: UUID | None = None
    since: Since | None = None


class AuditOut(BaseModel):
    """One deed: who, what, to what, how it stood before and after, and why."""

    id: UUID
    at: datetime
    actor: str
    verb: str
    object_kind: str
    object_id: UUID | None
    detail: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str | None


class AuditPageOut(BaseModel):
    """A page of lines, newest first."""

    items: list[AuditOut]
    next: str | None


Auditor = Annotated[Actor, Depends(requires(Scope.AUDIT_READ))]
router = Router(prefix="/v1", tags=["audit"])


@router.get("/audit")
async def get_audit(
    request: Request, actor: Auditor, page: Page, narrowed: Annotated[AuditQuery, Query()]
) -> AuditPageOut:
    """The caller's tenant's lines, newest first, narrowed by who, verb, thing and time."""
    wanted = AuditFilter(narrowed.actor, narrowed.verb, narrowed.object_id, narrowed.since)
    database: Database = request.app.state.database
    async with database.transaction(actor.tenant_id) as tx:
        lines = await list_audit(tx, actor.tenant_id, wanted, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, lines, lambda line: Place(line.at, line.id))
    return AuditPageOut(items=[_out(line) for line in shown], next=following)


def _out(line: Audit) -> AuditOut:
    named = line.model_dump(include={"id", "at", "actor", "verb", "object_kind", "object_id", "why"})
    return AuditOut(**named, **states_of(line))
