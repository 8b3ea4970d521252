"""What may be attached to a feedback, for how long it is waited for, and the address that its bytes go to."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

FILES_A_FEEDBACK_MAX = 5
TENANT_BYTES_MAX = 20 * 1024**3  # What all files of one tenant may take; one box has one disk.
UPLOAD_LIFETIME = timedelta(hours=24)  # How long an upload's address is good for; asking again renews it.
# An app may hold its queue for seven days, so a file may be here that long before its feedback is.
UNBOUND_LIFETIME = timedelta(days=7)
LATE_LIFETIME = timedelta(days=7)  # How old a feedback may be to which anybody with a publishable key adds a file.

_SECRET_BYTES = 16
_TOKEN = re.compile(r"hu_([0-9a-f]{32})_([0-9a-f]{32})_([0-9a-f]{32})")


class AttachmentState(StrEnum):
    """Whether the bytes are here."""

    PENDING = "pending"
    STORED = "stored"


@dataclass(frozen=True)
class UploadToken:
    """An upload's address taken apart: a permission to send these bytes, and to do nothing else."""

    tenant_id: UUID
    attachment_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"hu_{self.tenant_id.hex}_{self.attachment_id.hex}_{self.secret}"

    def is_of(self, mac: bytes) -> bool:
        """Whether it is the token that was given out, told by the keyed hash of the attachment's id."""
        return hmac.compare_digest(self.secret, _secret_of(mac))


def token_of(tenant_id: UUID, attachment_id: UUID, mac: bytes) -> UploadToken:
    """The token of an attachment; the same each time, so that it need not be kept."""
    return UploadToken(tenant_id, attachment_id, _secret_of(mac))


def read_token(written: str) -> UploadToken | None:
    """The parts of a token, or None when this is none of ours."""
    found = _TOKEN.fullmatch(written)
    return UploadToken(UUID(hex=found[1]), UUID(hex=found[2]), found[3]) if found else None


def is_over(*, asked_at: datetime, is_stored: bool, moment: datetime) -> bool:
    """Whether what belongs to no feedback yet is waited for no longer."""
    return moment - asked_at > (UNBOUND_LIFETIME if is_stored else UPLOAD_LIFETIME)


def _secret_of(mac: bytes) -> str:
    return mac[:_SECRET_BYTES].hex()
