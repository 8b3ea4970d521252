"""Files for those who may see them: what there is of a feedback, and one file or its preview.

A photograph shows homes and faces however small it is, so content and preview both want `pii:read`, and each reading
is noted. Whoever works on a case without it sees how many files there are, and of which kind.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Annotated, BinaryIO
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.collector.api.context import Context, Here
from services.collector.domain.attaching import AttachmentState
from services.collector.store import attachments
from services.collector.store.attachment_keys import KeyGoneError
from services.collector.store.attachment_tables import Attachment
from services.collector.use_cases.read_files import FileToRead, read_file, state_of
from services.collector.use_cases.take_file import CONTENT, PREVIEW
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.crypto import SealBrokenError
from shared.files.kept import FileGoneError, FilesAwayError
from shared.files.kinds import JPEG, TYPES, FileKind
from shared.files.names import clean_name
from shared.logs import get_log
from shared.web.doors import requires
from shared.web.problems import Problem
from shared.web.routing import Router

READ_BYTES = 64 * 1024
# A file that somebody opens all the same is a page of nobody: no script, no form, no other host, no origin.
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_log = get_log("files")


class AttachmentOut(BaseModel):
    """A file of a feedback. Its name may name somebody, and comes with the content only."""

    id: UUID
    state: AttachmentState
    kind: FileKind
    type: str
    size: int | None
    width: int | None
    height: int | None
    has_preview: bool
    announced_at: datetime
    stored_at: datetime | None


class AttachmentsOut(BaseModel):
    """All files of a feedback, in the order they were announced; a feedback has five at most."""

    attachments: list[AttachmentOut]


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
PersonalReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
router = Router(prefix="/v1", tags=["attachments"])
_CONTENT = {"content": {one: {"schema": {"type": "string", "format": "binary"}} for one in TYPES}}
_PREVIEW = {"content": {JPEG.media_type: {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/feedback/{feedback_id}/attachments")
async def get_attachments(feedback_id: UUID, here: Here, actor: Reader) -> AttachmentsOut:
    """The files of a feedback: kinds and sizes, no names and no contents."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await attachments.list_of(tx, actor.tenant_id, feedback_id)
    if found is None:
        raise Problem("not_found", 404)
    return AttachmentsOut(attachments=[_shown(one) for one in found])


@router.get("/attachments/{attachment_id}", response_class=StreamingResponse, responses={200: _CONTENT})
async def get_attachment(attachment_id: UUID, here: Here, actor: PersonalReader) -> StreamingResponse:
    """One file, always to be saved and never to be shown as a page; each reading is noted."""
    return await _answer(here, actor, attachment_id, CONTENT)


@router.get("/attachments/{attachment_id}/preview", response_class=StreamingResponse, responses={200: _PREVIEW})
async def get_attachment_preview(attachment_id: UUID, here: Here, actor: PersonalReader) -> StreamingResponse:
    """A picture, 320 pixels at most; each reading is noted."""
    return await _answer(here, actor, attachment_id, PREVIEW)


async def _answer(here: Context, actor: Actor, attachment_id: UUID, part: str) -> StreamingResponse:
    work = partial(read_file, keyring=here.keyring, tenant_id=actor.tenant_id, attachment_id=attachment_id, part=part)
    try:
        reading = await perform(here.database, actor, work)
    except KeyGoneError:
        reading = None
    if reading is None:
        raise Problem("not_found", 404)
    file = _opened(here, reading)
    kind = JPEG if part == PREVIEW else TYPES[reading.attachment.media_type]
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(clean_name(reading.name, kind.ending), safe='')}",
        "Content-Security-Policy": FILE_POLICY,
    }
    if part == CONTENT:
        headers["Content-Length"] = str(reading.attachment.size_bytes)
    return StreamingResponse(_pieces(file), media_type=kind.media_type, headers=headers)


def _opened(here: Context, reading: FileToRead) -> BinaryIO:
    files, where = here.files_of(reading.attachment.tenant_id), reading.key.where(reading.part)
    try:
        return files.open(reading.file_id, reading.key.key, where)
    except (FileGoneError, SealBrokenError):
        _log.error("file_broken", attachment=str(reading.attachment.id), file=str(reading.file_id))
        raise Problem("file_broken", 500) from None
    except FilesAwayError:
        raise Problem("files_away", 503) from None


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


def _shown(attachment: Attachment) -> AttachmentOut:
    return AttachmentOut(
        id=attachment.id,
        state=state_of(attachment),
        kind=FileKind(attachment.kind),
        type=attachment.media_type,
        size=attachment.size_bytes,
        width=attachment.width,
        height=attachment.height,
        has_preview=attachment.preview_id is not None,
        announced_at=attachment.asked_at,
        stored_at=attachment.stored_at,
    )
