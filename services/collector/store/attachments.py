"""Attachments in the database: what was announced, what is kept, and what it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.store.attachment_tables import Attachment
from shared.database import Tx, Values

_BY_ID = "SELECT id, client_event_id, customer_id, received_at FROM feedback {}"
_FEEDBACK = _BY_ID.format("WHERE tenant_id = $1 AND id = $2 AND erased_at IS NULL FOR KEY SHARE")
_FEEDBACK_OF_EVENT = _BY_ID.format("WHERE tenant_id = $1 AND client_event_id = $2 AND erased_at IS NULL FOR KEY SHARE")
_IS_ERASED = "SELECT true FROM feedback WHERE tenant_id = $1 AND client_event_id = $2 AND erased_at IS NOT NULL"
_OF_OWNER = "tenant_id = $1 AND (feedback_id = $2 OR client_event_id = $3)"
_SAME = f"SELECT * FROM attachment WHERE {_OF_OWNER} AND declared_sha256 = $4"
_COUNT = f"SELECT count(*) FROM attachment WHERE {_OF_OWNER}"
_RENEW = "UPDATE attachment SET asked_at = now() WHERE tenant_id = $1 AND id = $2 AND file_id IS NULL"
_STORED_BYTES = "SELECT coalesce(sum(size_bytes), 0) FROM attachment WHERE tenant_id = $1 AND file_id IS NOT NULL"
_ONE = "SELECT * FROM attachment WHERE tenant_id = $1 AND id = $2"
_KEEP = """
UPDATE attachment SET media_type = $3, file_id = $4, preview_id = $5, sha256 = $6, size_bytes = $7, width = $8,
    height = $9, stored_at = now()
WHERE tenant_id = $1 AND id = $2 AND file_id IS NULL
"""
_BIND = """
UPDATE attachment SET feedback_id = $3, customer_id = $4, wrapped_key = $5
WHERE tenant_id = $1 AND id = $2 AND feedback_id IS NULL
"""
# A file that came before its feedback is told by their common event, whether or not it is bound yet.
_OF_FEEDBACK = """
SELECT a.* FROM attachment a JOIN feedback f ON f.tenant_id = a.tenant_id
    AND (a.feedback_id = f.id OR a.client_event_id = f.client_event_id)
WHERE f.tenant_id = $1 AND f.id = $2 AND f.erased_at IS NULL ORDER BY a.asked_at, a.id
"""
_IS_FEEDBACK = "SELECT true FROM feedback WHERE tenant_id = $1 AND id = $2"
_FILES_OF_SUBJECT = """
SELECT a.file_id, a.preview_id FROM attachment a
WHERE a.tenant_id = $1 AND a.file_id IS NOT NULL AND (a.customer_id = $2 OR EXISTS (
    SELECT 1 FROM feedback f WHERE f.tenant_id = $1 AND (f.customer_id = $2 OR f.id = $2)
        AND (a.feedback_id = f.id OR a.client_event_id = f.client_event_id)
))
"""
_NAMED = """
SELECT file_id AS id FROM attachment WHERE tenant_id = $1 AND file_id = ANY ($2)
UNION ALL SELECT preview_id FROM attachment WHERE tenant_id = $1 AND preview_id = ANY ($2)
"""
_DROP = """
DELETE FROM attachment WHERE tenant_id = $1 AND id = $2 AND (feedback_id IS NULL OR file_id IS NULL)
RETURNING file_id, preview_id
"""
_STORED_OF_TENANT = """
SELECT * FROM attachment WHERE tenant_id = $1 AND file_id IS NOT NULL AND id > $2 ORDER BY id LIMIT $3
"""
_PERSON_KEY = """
SELECT k.wrapped_key FROM customer c JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.tenant_id = $1 AND c.id = $2 AND c.erased_at IS NULL FOR KEY SHARE OF c
"""


@dataclass(frozen=True)
class FeedbackBehind:
    """The feedback that a file belongs to."""

    id: UUID
    client_event_id: UUID | None
    customer_id: UUID | None
    received_at: datetime


@dataclass(frozen=True)
class Owner:
    """What a file belongs to, as far as it is known."""

    feedback_id: UUID | None
    client_event_id: UUID | None


@dataclass(frozen=True)
class Stored:
    """What became of the bytes."""

    media_type: str
    file_id: UUID
    sha256: bytes
    size_bytes: int
    preview_id: UUID | None = None
    width: int | None = None
    height: int | None = None


async def feedback_behind(tx: Tx, tenant_id: UUID, owner: Owner) -> FeedbackBehind | None:
    """The feedback, held so that it is erased with its files or not yet; None where there is none, or none any more."""
    if owner.feedback_id is not None:
        row = await tx.fetchrow(_FEEDBACK, tenant_id, owner.feedback_id)
    else:
        row = await tx.fetchrow(_FEEDBACK_OF_EVENT, tenant_id, owner.client_event_id)
    return FeedbackBehind(**row) if row else None


async def is_erased(tx: Tx, tenant_id: UUID, client_event_id: UUID | None) -> bool:
    """Whether the feedback of this event was here and is forgotten."""
    return bool(client_event_id and await tx.fetchval(_IS_ERASED, tenant_id, client_event_id))


async def same_file(tx: Tx, tenant_id: UUID, owner: Owner, sha256: bytes) -> Attachment | None:
    """The same file at the same feedback."""
    return await tx.row(Attachment, _SAME, tenant_id, owner.feedback_id, owner.client_event_id, sha256)


async def count_files(tx: Tx, tenant_id: UUID, owner: Owner) -> int:
    """How many files the feedback has, announced ones too."""
    return int(await tx.fetchval(_COUNT, tenant_id, owner.feedback_id, owner.client_event_id))


async def stored_bytes(tx: Tx, tenant_id: UUID) -> int:
    """How much room a tenant's files take."""
    return int(await tx.fetchval(_STORED_BYTES, tenant_id))


async def add(tx: Tx, row: Values) -> bool:
    """Announces a file; False when somebody was first."""
    return bool(await tx.insert(Attachment, [row], tail="ON CONFLICT DO NOTHING RETURNING id"))


async def renew(tx: Tx, tenant_id: UUID, attachment_id: UUID) -> None:
    """Its bytes are waited for anew."""
    await tx.execute(_RENEW, tenant_id, attachment_id)


async def read(tx: Tx, tenant_id: UUID, attachment_id: UUID) -> Attachment | None:
    """One attachment."""
    return await tx.row(Attachment, _ONE, tenant_id, attachment_id)


async def hold(tx: Tx, tenant_id: UUID, attachment_id: UUID) -> Attachment | None:
    """One attachment, nobody else's until the transaction ends."""
    return await tx.row(Attachment, f"{_ONE} FOR UPDATE", tenant_id, attachment_id)


async def keep(tx: Tx, attachment: Attachment, stored: Stored) -> None:
    """Notes where the bytes are."""
    key = (attachment.tenant_id, attachment.id)
    files = (stored.file_id, stored.preview_id, stored.sha256, stored.size_bytes, stored.width, stored.height)
    await tx.execute(_KEEP, *key, stored.media_type, *files)


async def bind(tx: Tx, attachment: Attachment, feedback: FeedbackBehind, wrapped_key: bytes) -> None:
    """Gives the file to its feedback, and its key to whom it is of."""
    key = (attachment.tenant_id, attachment.id)
    await tx.execute(_BIND, *key, feedback.id, feedback.customer_id, wrapped_key)


async def list_of(tx: Tx, tenant_id: UUID, feedback_id: UUID) -> list[Attachment] | None:
    """The files of a feedback, in the order they were announced; None when there is no such feedback."""
    if not await tx.fetchval(_IS_FEEDBACK, tenant_id, feedback_id):
        return None
    return await tx.rows(Attachment, _OF_FEEDBACK, tenant_id, feedback_id)


async def files_of_subject(tx: Tx, tenant_id: UUID, subject_id: UUID) -> list[UUID]:
    """The files of a customer, or of a feedback."""
    rows = await tx.fetch(_FILES_OF_SUBJECT, tenant_id, subject_id)
    return [file_id for row in rows for file_id in row.values() if file_id is not None]


async def named(tx: Tx, tenant_id: UUID, file_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the files that a row names."""
    return {row["id"] for row in await tx.fetch(_NAMED, tenant_id, list(file_ids))}


async def drop(tx: Tx, tenant_id: UUID, attachment_id: UUID) -> list[UUID]:
    """Takes away what lacks its feedback or its bytes; its files' ids."""
    row = await tx.fetchrow(_DROP, tenant_id, attachment_id)
    return [file_id for file_id in (row.values() if row else ()) if file_id is not None]


async def stored_of_tenant(tx: Tx, tenant_id: UUID, after: UUID, limit: int) -> list[Attachment]:
    """A tenant's files that are here, by id."""
    return await tx.rows(Attachment, _STORED_OF_TENANT, tenant_id, after, limit)


async def wrapped_person_key(tx: Tx, tenant_id: UUID, customer_id: UUID) -> bytes | None:
    """A person's key as it is stored; None once they were erased. They are not erased before the transaction ends."""
    found: bytes | None = await tx.fetchval(_PERSON_KEY, tenant_id, customer_id)
    return found
