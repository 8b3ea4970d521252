"""How a key looks: `hy_<credential id>_<secret>`. What is stored of it is a hash."""

import hashlib
import secrets
from uuid import UUID

_PREFIX = "hy"
_ID_HEX_LENGTH = 32
_SECRET_BYTES = 32
# The tenant of a box that has only one.
FIRST_TENANT_ID = UUID("00000000-0000-7000-8000-000000000001")


def new_key(credential_id: UUID) -> str:
    """A fresh key: which credential it is, and a secret of 256 bits."""
    return f"{_PREFIX}_{credential_id.hex}_{secrets.token_hex(_SECRET_BYTES)}"


def split_key(key: str) -> tuple[UUID, str] | None:
    """The credential's id and the secret, or None when this is no key of ours."""
    prefix, _, rest = key.partition("_")
    identifier, _, secret = rest.partition("_")
    if prefix != _PREFIX or len(identifier) != _ID_HEX_LENGTH or len(secret) != 2 * _SECRET_BYTES or not key.isascii():
        return None
    try:
        return UUID(hex=identifier), secret
    except ValueError:
        return None


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()
