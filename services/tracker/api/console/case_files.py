"""/console/cases/{id}/files: what a customer attached. The collector keeps it, and notes who looked."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import httpx
from fastapi.responses import HTMLResponse, StreamingResponse

from services.tracker.api.console.case import asked, found_case
from services.tracker.api.console.page import PageRouter, Visit, Worker, visitor_with
from services.tracker.api.context import Context, Here
from shared.access.scopes import Scope
from shared.peers.reading import PeerSilentError
from shared.web.problems import Problem

PersonReader = Annotated[Visit, visitor_with(Scope.PII_READ)]
_PASSED_ON = ("content-type", "content-disposition", "content-length", "content-security-policy")
router = PageRouter("/cases")


@router.get("/{case_id}/files", include_in_schema=False)
async def get_files(case_id: UUID, here: Here, visit: Worker) -> HTMLResponse:
    """How many files there are, and of which kind."""
    return await _files(case_id, here, visit, "parts/files.html")


@router.get("/{case_id}/pictures", include_in_schema=False)
async def get_pictures(case_id: UUID, here: Here, visit: PersonReader) -> HTMLResponse:
    """The files themselves, pictures small. The collector notes who looked."""
    return await _files(case_id, here, visit, "parts/pictures.html")


@router.get("/{case_id}/files/{attachment_id}", include_in_schema=False)
async def get_file(attachment_id: UUID, here: Here, visit: PersonReader) -> StreamingResponse:
    """One file, to be saved."""
    return await _passed_on(here, visit, f"/v1/attachments/{attachment_id}")


@router.get("/{case_id}/files/{attachment_id}/preview", include_in_schema=False)
async def get_file_preview(attachment_id: UUID, here: Here, visit: PersonReader) -> StreamingResponse:
    """One picture, small."""
    return await _passed_on(here, visit, f"/v1/attachments/{attachment_id}/preview")


async def _files(case_id: UUID, here: Context, visit: Visit, template: str) -> HTMLResponse:
    case = await found_case(case_id, here, visit)
    answer = await asked(here, visit, f"/v1/feedback/{case.feedback_id}/attachments")
    return visit.page(template, case=case, files=answer["attachments"] if answer else [])


async def _passed_on(here: Context, visit: Visit, path: str) -> StreamingResponse:
    try:
        response = await here.collector.open(path, visit.token)
    except PeerSilentError:
        raise Problem("unavailable", 503) from None
    if response.status_code != HTTPStatus.OK:
        await response.aclose()
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise Problem("not_found", 404)
        raise Problem("unavailable", 503)
    headers = {name: response.headers[name] for name in _PASSED_ON if name in response.headers}
    return StreamingResponse(_bytes(response), headers=headers)


async def _bytes(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    finally:
        await response.aclose()
