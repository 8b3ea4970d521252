"""Sealing and recognising: AES-256-GCM bound to its place, and keyed hashes for look-up without reading."""

import base64
import hmac
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"


class SealBrokenError(Exception):
    """The sealed bytes were changed, moved to another place, or sealed under another key."""


def new_key() -> bytes:
    """A fresh key of 256 random bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Encrypts for one place (`place` names tenant, table, column and row); the same bytes elsewhere do not open."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """The plain bytes; SealBrokenError when key, place or bytes do not fit."""
    if sealed[:1] != _VERSION:
        raise SealBrokenError(place)
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except (InvalidTag, ValueError) as error:  # What is cut short has no whole nonce, which is no tag to check.
        raise SealBrokenError(place) from error


def blind_index(key: bytes, kind: str, value: str) -> bytes:
    """A keyed hash by which a value is found again without being stored readable."""
    return hmac.digest(key, f"{kind}\0{value}".encode(), "sha256")


def place(tenant_id: UUID, table: str, column: str, row_id: UUID) -> str:
    """The name of one cell."""
    return f"{tenant_id}|{table}|{column}|{row_id}"


def read_master_key(path: Path) -> bytes:
    """The instance's master key from its file."""
    key = base64.b64decode(path.read_text().strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} does not hold a key of {KEY_BYTES} bytes")
    return key
