"""GET /v1/tenant-export: all that this service holds of the caller's tenant. The same door in each."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse

from shared.access.audit import AuditLine, Done, perform
from shared.access.credentials import Actor
from shared.access.export import Exported, export_rows
from shared.access.scopes import Scope
from shared.database import Database, Tx
from shared.web.doors import requires
from shared.web.routing import Router

MEDIA_TYPE = "application/x-ndjson"

Exporter = Annotated[Actor, Depends(requires(Scope.TENANT_EXPORT))]
router = Router(prefix="/v1", tags=["tenants"])


@router.get(
    "/tenant-export",
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "One JSON object a line."}
    },
)
async def get_tenant_export(request: Request, actor: Exporter) -> StreamingResponse:
    """Every row of the caller's tenant, with what is sealed opened: one JSON object a line. The audit notes it."""
    database: Database = request.app.state.database
    exported: Exported = request.app.state.exported

    async def note(_: Tx) -> Done[UUID]:
        return Done(actor.tenant_id, AuditLine("tenant.export", "tenant", actor.tenant_id))

    await perform(database, actor, note)
    return StreamingResponse(export_rows(database, actor.tenant_id, exported), media_type=MEDIA_TYPE)
