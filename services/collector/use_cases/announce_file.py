"""Announces a file that is to be attached to a feedback, which may come before it or after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.collector.domain.attaching import FILES_A_FEEDBACK_MAX, LATE_LIFETIME, TENANT_BYTES_MAX
from services.collector.store import attachments
from services.collector.store.attachment_keys import FileKey, wrapped_for
from services.collector.store.attachment_tables import Attachment
from services.collector.store.attachments import FeedbackBehind, Owner
from services.collector.store.keyring import Keyring, TenantKeys
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.crypto import new_key
from shared.database import Tx
from shared.files.kinds import FileType
from shared.ids import new_id
from shared.messaging import jobs

FOLLOW_ATTACHMENT = "follow_attachment"


class UnknownFeedbackError(Exception):
    """There is no such feedback, none any more, or it is too old for a file from whoever asks."""


class TooManyFilesError(Exception):
    """The feedback has as many files as it may."""


class QuotaFullError(Exception):
    """The tenant's files take all the room that they may."""


@dataclass(frozen=True)
class AnnounceFile:
    """The command: which file, by its hash and length, for which feedback, from whom."""

    actor: Actor
    owner: Owner
    name: str
    type: FileType
    sha256: bytes
    size_bytes: int
    moment: datetime
    tenant_bytes_max: int = TENANT_BYTES_MAX


@dataclass(frozen=True)
class Announced:
    """The attachment, and whether it is announced for the first time."""

    attachment: Attachment
    is_new: bool


async def announce_file(tx: Tx, keyring: Keyring, command: AnnounceFile) -> Done[Announced]:
    """A place for the bytes. Raises UnknownFeedbackError, TooManyFilesError, QuotaFullError."""
    tenant_id = command.actor.tenant_id
    feedback = await _feedback(tx, command)
    owner = Owner(feedback.id, feedback.client_event_id) if feedback else command.owner
    known = await attachments.same_file(tx, tenant_id, owner, command.sha256)
    if known is None:
        await _check_room(tx, command, owner)
        row = await _row(tx, await keyring.keys_of(tx, tenant_id), replace(command, owner=owner), feedback)
        if await attachments.add(tx, row):
            await jobs.put(tx, tenant_id, FOLLOW_ATTACHMENT, dedupe_key=str(row["id"]), args={})
        known = await attachments.same_file(tx, tenant_id, owner, command.sha256)
        if known is None:
            raise LookupError("an attachment that was just added is gone")
        detail = {"kind": command.type.kind, "bytes": command.size_bytes}
        line = AuditLine("attachment.announce", "attachment", known.id, detail)
        return Done(Announced(known, known.id == row["id"]), line)
    await attachments.renew(tx, tenant_id, known.id)
    return Done(Announced(known, is_new=False), None)


async def _feedback(tx: Tx, command: AnnounceFile) -> FeedbackBehind | None:
    tenant_id, owner = command.actor.tenant_id, command.owner
    feedback = await attachments.feedback_behind(tx, tenant_id, owner)
    if feedback is None:
        if owner.feedback_id or await attachments.is_erased(tx, tenant_id, owner.client_event_id):
            raise UnknownFeedbackError
        return None
    if command.actor.limits is not None and command.moment - feedback.received_at > LATE_LIFETIME:
        raise UnknownFeedbackError
    return feedback


async def _check_room(tx: Tx, command: AnnounceFile, owner: Owner) -> None:
    tenant_id = command.actor.tenant_id
    if await attachments.count_files(tx, tenant_id, owner) >= FILES_A_FEEDBACK_MAX:
        raise TooManyFilesError
    if await attachments.stored_bytes(tx, tenant_id) + command.size_bytes > command.tenant_bytes_max:
        raise QuotaFullError


async def _row(tx: Tx, keys: TenantKeys, command: AnnounceFile, feedback: FeedbackBehind | None) -> dict[str, object]:
    file_key = FileKey(keys.tenant_id, new_id(), new_key())
    return {
        "tenant_id": keys.tenant_id,
        "id": file_key.attachment_id,
        "feedback_id": command.owner.feedback_id,
        "client_event_id": command.owner.client_event_id,
        "customer_id": feedback.customer_id if feedback else None,
        "kind": command.type.kind,
        "media_type": command.type.media_type,
        "declared_sha256": command.sha256,
        "declared_bytes": command.size_bytes,
        "sealed_name": file_key.seal_name(command.name),
        "wrapped_key": await wrapped_for(tx, keys, file_key, feedback),
    }
