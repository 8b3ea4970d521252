"""The keys of files: each has its own, wrapped by its person's key, or by the tenant's where nobody is known."""

from dataclasses import dataclass
from uuid import UUID

from services.collector.store.attachment_tables import Attachment
from services.collector.store.attachments import FeedbackBehind, wrapped_person_key
from services.collector.store.keyring import TenantKeys
from shared.crypto import place, seal, unseal
from shared.database import Tx


class KeyGoneError(Exception):
    """The person was erased: what was sealed for them cannot be opened any more."""


@dataclass(frozen=True)
class FileKey:
    """A file's key, and the places that it seals."""

    tenant_id: UUID
    attachment_id: UUID
    key: bytes

    def where(self, part: str) -> str:
        """The name of a part of the attachment: its content, its preview, its name."""
        return place(self.tenant_id, "attachment", part, self.attachment_id)

    def seal_name(self, name: str) -> bytes:
        """The file's name, as it is stored."""
        return seal(self.key, name.encode(), self.where("sealed_name"))

    def unseal_name(self, sealed: bytes) -> str:
        """The file's name in the clear."""
        return unseal(self.key, sealed, self.where("sealed_name")).decode()

    def wrapped(self, wrapping_key: bytes) -> bytes:
        """The key itself, as it is stored."""
        return seal(wrapping_key, self.key, self.where("wrapped_key"))


def upload_mac(keys: TenantKeys, attachment_id: UUID) -> bytes:
    """The keyed hash that an upload's address is made of."""
    return keys.index("upload", str(attachment_id))


async def open_key(tx: Tx, keys: TenantKeys, attachment: Attachment) -> FileKey:
    """The key of a file. Raises KeyGoneError."""
    wrapping = await _wrapping_key(tx, keys, attachment.customer_id)
    where = place(keys.tenant_id, "attachment", "wrapped_key", attachment.id)
    return FileKey(keys.tenant_id, attachment.id, unseal(wrapping, attachment.wrapped_key, where))


async def wrapped_for(tx: Tx, keys: TenantKeys, file_key: FileKey, feedback: FeedbackBehind | None) -> bytes:
    """The key, wrapped for whoever the feedback is of. Raises KeyGoneError."""
    return file_key.wrapped(await _wrapping_key(tx, keys, feedback.customer_id if feedback else None))


async def _wrapping_key(tx: Tx, keys: TenantKeys, customer_id: UUID | None) -> bytes:
    if customer_id is None:
        return keys.data_key
    wrapped = await wrapped_person_key(tx, keys.tenant_id, customer_id)
    if wrapped is None:
        raise KeyGoneError
    return keys.unwrap_person_key(wrapped, customer_id)
