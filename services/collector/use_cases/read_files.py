"""Gives a file to who may see it, and notes in the same transaction that it was read."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.collector.domain.attaching import AttachmentState
from services.collector.store import attachments
from services.collector.store.attachment_keys import FileKey, open_key
from services.collector.store.attachment_tables import Attachment
from services.collector.store.keyring import Keyring
from services.collector.use_cases.take_file import CONTENT, PREVIEW, FilesOf
from shared.access.audit import AuditLine, Done
from shared.database import Database, Tx
from shared.files.kept import FileGoneError

EXPORT_PIECE_BYTES = 48 * 1024
EXPORT_ROWS_AT_ONCE = 100
EXPORTED_AS = "attachment_content"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class FileToRead:
    """A file that is here, with what opens it."""

    attachment: Attachment
    name: str
    file_id: UUID
    key: FileKey
    part: str


async def read_file(
    tx: Tx, keyring: Keyring, tenant_id: UUID, attachment_id: UUID, *, part: str
) -> Done[FileToRead | None]:
    """The file, or its preview; None when there is no such, or its bytes have not come."""
    found = await attachments.read(tx, tenant_id, attachment_id)
    file_id = None if found is None else found.preview_id if part == PREVIEW else found.file_id
    if found is None or file_id is None:
        return Done(None, None)
    key = await open_key(tx, await keyring.keys_of(tx, tenant_id), found)
    verb = "attachment.preview" if part == PREVIEW else "attachment.read"
    detail = {"feedback": str(found.feedback_id)} if found.feedback_id else {}
    reading = FileToRead(found, key.unseal_name(found.sealed_name), file_id, key, part)
    return Done(reading, AuditLine(verb, "attachment", attachment_id, detail))


def state_of(attachment: Attachment) -> AttachmentState:
    """Whether its bytes are here."""
    return AttachmentState.STORED if attachment.file_id else AttachmentState.PENDING


@dataclass(frozen=True)
class ExportFiles:
    """The contents of a tenant's files, for one that takes its data along."""

    database: Database
    keyring: Keyring
    files_of: FilesOf

    async def __call__(self, tenant_id: UUID) -> AsyncIterator[Row]:
        """Pieces of files, in order, as rows of a table that is none; one that is gone meanwhile is left out."""
        after = UUID(int=0)
        while True:
            async with self.database.transaction(tenant_id) as tx:
                keys = await self.keyring.keys_of(tx, tenant_id)
                found = await attachments.stored_of_tenant(tx, tenant_id, after, EXPORT_ROWS_AT_ONCE)
                opened = [(one, await open_key(tx, keys, one)) for one in found]
            for attachment, key in opened:
                async for row in self._content(attachment, key):
                    yield row
            if len(found) < EXPORT_ROWS_AT_ONCE:
                return
            after = found[-1].id

    async def _content(self, attachment: Attachment, key: FileKey) -> AsyncIterator[Row]:
        if attachment.file_id is None:
            return
        try:
            file = self.files_of(attachment.tenant_id).open(attachment.file_id, key.key, key.where(CONTENT))
        except FileGoneError:
            return
        with file:
            number = 0
            while piece := await asyncio.to_thread(file.read, EXPORT_PIECE_BYTES):
                content = base64.b64encode(piece).decode()
                yield {"table": EXPORTED_AS, "row": {"id": str(attachment.id), "number": number, "base64": content}}
                number += 1
