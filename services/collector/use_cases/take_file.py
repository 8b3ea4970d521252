"""Takes the bytes of an announced file: as long, as hashed and of the type that was said, or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.attaching import TENANT_BYTES_MAX, UploadToken, is_over
from services.collector.store import attachments
from services.collector.store.attachment_keys import FileKey, open_key, upload_mac, wrapped_for
from services.collector.store.attachment_tables import Attachment
from services.collector.store.attachments import Owner, Stored
from services.collector.store.keyring import Keyring
from services.collector.use_cases.announce_file import QuotaFullError
from shared.access import audit
from shared.access.audit import AuditLine
from shared.database import Database, Tx
from shared.files.kept import Files, FileTooLargeError, KeptFile
from shared.files.kinds import HEAD_BYTES_WANTED, TYPES, FileKind, FileType, is_text, type_of
from shared.files.pictures import Pictures

FilesOf = Callable[[UUID], Files]
CONTENT, PREVIEW, SENT = "content", "preview", "sent"


class UnknownUploadError(Exception):
    """No file is waited for here: it was never announced, its time is over, or its feedback was erased."""


class WrongBytesError(Exception):
    """The bytes are not those that were announced; `code` says in what, `about` what was wanted and what came."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code, self.about = code, about


@dataclass(frozen=True)
class TakeFile:
    """What taking a file works with."""

    database: Database
    keyring: Keyring
    files_of: FilesOf
    pictures: Pictures
    tenant_bytes_max: int = TENANT_BYTES_MAX

    async def __call__(self, token: UploadToken, chunks: AsyncIterable[bytes], moment: datetime) -> Attachment:
        """The attachment with its bytes on disk; again with the same bytes changes nothing.

        Raises UnknownUploadError, WrongBytesError, QuotaFullError, and what files and pictures raise.
        """
        waiting, file_key = await self._waiting(token, moment)
        if waiting.file_id is not None:
            await _check_same(waiting, chunks)
            return waiting
        files = self.files_of(token.tenant_id)
        stored = await self._stored(files, waiting, file_key, chunks)
        try:
            kept = await self._keep(waiting, file_key, stored)
        except BaseException:
            _delete(files, stored)
            raise
        if kept.file_id != stored.file_id:  # Somebody sent the same at the same time, and was first.
            _delete(files, stored)
        return kept

    async def _waiting(self, token: UploadToken, moment: datetime) -> tuple[Attachment, FileKey]:
        async with self.database.transaction(token.tenant_id) as tx:
            keys = await self.keyring.keys_of(tx, token.tenant_id)
            if not token.is_of(upload_mac(keys, token.attachment_id)):
                raise UnknownUploadError
            found = await attachments.read(tx, token.tenant_id, token.attachment_id)
            if found is None or (
                found.file_id is None and is_over(asked_at=found.asked_at, is_stored=False, moment=moment)
            ):
                raise UnknownUploadError
            return found, await open_key(tx, keys, found)

    async def _stored(
        self, files: Files, waiting: Attachment, file_key: FileKey, chunks: AsyncIterable[bytes]
    ) -> Stored:
        wanted = TYPES[waiting.media_type]
        part = SENT if wanted.kind is FileKind.PICTURE else CONTENT
        try:
            checked = _of_type(chunks, wanted)
            sent = await files.write(checked, file_key.key, file_key.where(part), waiting.declared_bytes)
        except FileTooLargeError:
            raise WrongBytesError("wrong_size", wanted=waiting.declared_bytes) from None
        try:
            _check_sent(sent, waiting)
            if wanted.kind is FileKind.TEXT:
                await self._check_text(files, sent.id, file_key)
            if wanted.kind is not FileKind.PICTURE:
                return Stored(wanted.media_type, sent.id, sent.sha256, sent.size_bytes)
            drawn = await self._drawn(files, sent.id, file_key)
        except BaseException:
            files.delete(sent.id)
            raise
        files.delete(sent.id)  # Of a picture nothing is kept but what was drawn anew.
        return drawn

    async def _drawn(self, files: Files, sent_id: UUID, file_key: FileKey) -> Stored:
        given = await _whole(files, sent_id, file_key, SENT)
        picture = await self.pictures.draw(given)
        content, where = picture.content, file_key.where(CONTENT)
        kept = await files.write(_in_one_piece(content), file_key.key, where, len(content))
        try:
            where = file_key.where(PREVIEW)
            preview = await files.write(_in_one_piece(picture.preview), file_key.key, where, len(picture.preview))
        except BaseException:
            files.delete(kept.id)
            raise
        return Stored(
            picture.media_type, kept.id, kept.sha256, kept.size_bytes, preview.id, picture.width, picture.height
        )

    async def _check_text(self, files: Files, sent_id: UUID, file_key: FileKey) -> None:
        if not is_text(await _whole(files, sent_id, file_key, CONTENT)):
            raise WrongBytesError("wrong_type", wanted="text/plain")

    async def _keep(self, waiting: Attachment, file_key: FileKey, stored: Stored) -> Attachment:
        async with self.database.transaction(waiting.tenant_id) as tx:
            held = await attachments.hold(tx, waiting.tenant_id, waiting.id)
            if held is None:
                raise UnknownUploadError
            if held.file_id is None:
                if await attachments.stored_bytes(tx, held.tenant_id) + stored.size_bytes > self.tenant_bytes_max:
                    raise QuotaFullError
                await attachments.keep(tx, held, stored)
                await bind(tx, self.keyring, held, file_key)
                detail = {"kind": held.kind, "bytes": stored.size_bytes}
                line = AuditLine("attachment.store", "attachment", held.id, detail)
                await audit.write(tx, "collector", {held.tenant_id: line})
            kept = await attachments.read(tx, waiting.tenant_id, waiting.id)
        if kept is None:
            raise UnknownUploadError
        return kept


async def bind(tx: Tx, keyring: Keyring, held: Attachment, file_key: FileKey | None = None) -> bool:
    """Gives a file to its feedback, if that is here; whether it belongs to one now. Raises KeyGoneError."""
    if held.feedback_id is not None:
        return True
    feedback = await attachments.feedback_behind(tx, held.tenant_id, Owner(None, held.client_event_id))
    if feedback is None:
        return False
    keys = await keyring.keys_of(tx, held.tenant_id)
    file_key = file_key or await open_key(tx, keys, held)
    await attachments.bind(tx, held, feedback, await wrapped_for(tx, keys, file_key, feedback))
    return True


async def _of_type(chunks: AsyncIterable[bytes], wanted: FileType) -> AsyncIterator[bytes]:
    """The chunks, once their beginning is of the type that was said."""
    head, is_checked = b"", False
    async for chunk in chunks:
        if not is_checked:
            head += chunk
            if len(head) < HEAD_BYTES_WANTED:
                continue
            _check_type(head, wanted)
            is_checked, chunk = True, head  # noqa: PLW2901 - what was held back goes first
        yield chunk
    if not is_checked:
        _check_type(head, wanted)
        yield head


def _check_type(head: bytes, wanted: FileType) -> None:
    found = type_of(head)
    if found is not wanted:
        raise WrongBytesError("wrong_type", wanted=wanted.media_type)


def _check_sent(sent: KeptFile, waiting: Attachment) -> None:
    if sent.size_bytes != waiting.declared_bytes:
        raise WrongBytesError("wrong_size", wanted=waiting.declared_bytes)
    if sent.sha256 != waiting.declared_sha256:
        raise WrongBytesError("wrong_hash")


async def _check_same(stored: Attachment, chunks: AsyncIterable[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    async for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size > stored.declared_bytes:
            raise WrongBytesError("wrong_size", wanted=stored.declared_bytes)
    if digest.digest() != stored.declared_sha256:
        raise WrongBytesError("wrong_hash")


async def _whole(files: Files, file_id: UUID, file_key: FileKey, part: str) -> bytes:
    with files.open(file_id, file_key.key, file_key.where(part)) as file:
        return await asyncio.to_thread(file.read)


async def _in_one_piece(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _delete(files: Files, stored: Stored) -> None:
    for file_id in (stored.file_id, stored.preview_id):
        if file_id is not None:
            files.delete(file_id)
