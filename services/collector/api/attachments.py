"""Attachments in two steps: a file is announced with its hash, and its bytes go where the answer says."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.collector.api.context import Context, Here
from services.collector.api.senders import Sender
from services.collector.api.uploads import BUSY_S
from services.collector.domain.attaching import (
    FILES_A_FEEDBACK_MAX,
    UPLOAD_LIFETIME,
    AttachmentState,
    read_token,
    token_of,
)
from services.collector.store.attachment_keys import KeyGoneError, upload_mac
from services.collector.store.attachments import Owner
from services.collector.use_cases.announce_file import (
    Announced,
    AnnounceFile,
    QuotaFullError,
    TooManyFilesError,
    UnknownFeedbackError,
    announce_file,
)
from services.collector.use_cases.read_files import state_of
from services.collector.use_cases.take_file import UnknownUploadError, WrongBytesError
from shared.access.credentials import Actor
from shared.client_network import network_of
from shared.contracts.text import FilledText
from shared.files.kept import FilesAwayError, NoRoomError
from shared.files.kinds import BYTES_MAX, TYPES, FileKind
from shared.files.names import clean_name
from shared.files.pictures import PictureRefusedError, PicturesBusyError
from shared.web.idempotency import Once
from shared.web.problems import Problem
from shared.web.routing import Router

UPLOADS = "/v1/widget/uploads/"
LARGER_BODIES = {UPLOADS: BYTES_MAX}
UPLOAD_S_MAX = 300.0  # The whole of a body, however steadily it drips.
_SHA256 = "[0-9a-f]{64}"
NAME_GIVEN_CHARACTERS_MAX = 1_000  # Cleaned and cut; a name is no reason to lose a file.


def _sha256(given: str) -> str:
    if not re.fullmatch(_SHA256, given):
        raise PydanticCustomError("not_a_hash", "no SHA-256")
    return given


def _taken(given: str) -> str:
    if given not in TYPES:
        raise PydanticCustomError("type_not_taken", "not taken", {"taken": ", ".join(TYPES)})
    return given


class AttachmentIn(BaseModel):
    """A file to come: of which feedback, and by which length and hash it will be known."""

    model_config = ConfigDict(extra="forbid")

    feedback_client_event_id: UUID | None = Field(None, description="of a feedback that is here, or is still to come")
    feedback_id: UUID | None = Field(
        None, validate_default=True, description="of a feedback that is here; one of the two must be given"
    )
    filename: Annotated[FilledText, Field(max_length=NAME_GIVEN_CHARACTERS_MAX)]
    type: Annotated[str, AfterValidator(_taken)] = Field(json_schema_extra={"enum": [*TYPES]})
    size: int = Field(ge=1, le=BYTES_MAX, description="in bytes")
    sha256: Annotated[str, AfterValidator(_sha256)] = Field(
        description="of the bytes, in hex", json_schema_extra={"pattern": f"^{_SHA256}$"}
    )

    @field_validator("feedback_id")
    @classmethod
    def _one_owner(cls, feedback_id: UUID | None, info: ValidationInfo) -> UUID | None:
        if "feedback_client_event_id" in info.data and (feedback_id is None) == (
            info.data["feedback_client_event_id"] is None
        ):
            raise PydanticCustomError("one_owner", "one of two")
        return feedback_id

    @field_validator("size")
    @classmethod
    def _for_its_type(cls, size: int, info: ValidationInfo) -> int:
        kind = TYPES.get(info.data.get("type", ""))
        if kind is not None and size > kind.bytes_max:
            raise PydanticCustomError("file_too_large", "too large", {"max_bytes": kind.bytes_max})
        return size


class AnnouncedOut(BaseModel):
    """Where the bytes go. The address is a permission: whoever holds it may send them."""

    id: UUID
    state: AttachmentState
    upload_url: str = Field(
        description="relative to where this was posted, unless it is absolute; send the bytes by PUT"
    )
    expires_at: datetime


class UploadedOut(BaseModel):
    """The file is kept. Of a picture, what was drawn anew is."""

    id: UUID
    state: AttachmentState
    kind: FileKind
    type: str
    size: int | None
    width: int | None
    height: int | None


router = Router(prefix="/v1/widget", tags=["attachments"])


@router.post("/attachments", status_code=201)
async def post_attachment(asked: AttachmentIn, here: Here, actor: Sender, once: Once) -> AnnouncedOut:
    """Announces a file for a feedback, which may come before it or after it. The same again gives the same address."""
    command = _command(asked, here, actor)
    async with here.database.transaction(actor.tenant_id) as tx:
        keys = await here.keyring.keys_of(tx, actor.tenant_id)

    def told(announced: Announced) -> AnnouncedOut:
        attachment = announced.attachment
        token = token_of(actor.tenant_id, attachment.id, upload_mac(keys, attachment.id))
        return AnnouncedOut(
            id=attachment.id,
            state=state_of(attachment),
            upload_url=f"{here.public_url or ''}{UPLOADS}{token}",
            expires_at=command.moment + UPLOAD_LIFETIME,
        )

    work = partial(announce_file, keyring=here.keyring, command=command)
    try:
        return await once.perform(here.database, actor, work, told)
    except UnknownFeedbackError:
        raise Problem("feedback_not_here", 404) from None
    except TooManyFilesError:
        raise Problem("too_many_files", 409, about={"max_files": FILES_A_FEEDBACK_MAX}) from None
    except QuotaFullError:
        raise Problem("files_quota_full", 507) from None


_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"format": "binary"}}}}}


@router.put("/uploads/{token}", openapi_extra=_BYTES)
async def put_upload(token: str, request: Request, here: Here) -> UploadedOut:
    """Takes the bytes of an announced file, whatever their Content-Type; the same bytes again change nothing."""
    upload = read_token(token)
    if upload is None:
        raise Problem("upload_gone", 404)
    network = network_of(request.client.host if request.client else None)
    with here.uploads.turn(network):
        try:
            async with asyncio.timeout(UPLOAD_S_MAX):
                kept = await here.take_file(upload, request.stream(), here.clock())
        except REFUSALS as error:
            raise _refusal(error) from None
    return UploadedOut(
        id=kept.id,
        state=state_of(kept),
        kind=FileKind(kept.kind),
        type=kept.media_type,
        size=kept.size_bytes,
        width=kept.width,
        height=kept.height,
    )


REFUSALS = (
    WrongBytesError,
    PictureRefusedError,
    PicturesBusyError,
    UnknownUploadError,
    KeyGoneError,
    QuotaFullError,
    NoRoomError,
    FilesAwayError,
    TimeoutError,
)


def _refusal(error: Exception) -> Problem:
    if isinstance(error, WrongBytesError | PictureRefusedError):
        return _wrong(error.code, getattr(error, "about", {}))
    known = {
        PicturesBusyError: Problem("uploads_busy", 503, about={"retry_after_s": BUSY_S}),
        TimeoutError: Problem("too_slow", 408, about={"idle_s": UPLOAD_S_MAX}),
        QuotaFullError: Problem("files_quota_full", 507),
        NoRoomError: Problem("no_room", 507),
        FilesAwayError: Problem("files_away", 503),
        UnknownUploadError: Problem("upload_gone", 404),
        KeyGoneError: Problem("upload_gone", 404),
    }
    return known[type(error)]


def _wrong(code: str, about: Mapping[str, object]) -> Problem:
    known = (
        Problem("wrong_size", 422, about=about),
        Problem("wrong_hash", 422),
        Problem("wrong_type", 422, about=about),
        Problem("too_many_pixels", 422),
        Problem("broken_picture", 422),
    )
    return next(problem for problem in known if problem.code == code)


def _command(asked: AttachmentIn, here: Context, actor: Actor) -> AnnounceFile:
    kind = TYPES[asked.type]
    return AnnounceFile(
        actor=actor,
        owner=Owner(asked.feedback_id, asked.feedback_client_event_id),
        name=clean_name(asked.filename, kind.ending),
        type=kind,
        sha256=bytes.fromhex(asked.sha256),
        size_bytes=asked.size,
        moment=here.clock(),
        tenant_bytes_max=here.take_file.tenant_bytes_max,
    )
