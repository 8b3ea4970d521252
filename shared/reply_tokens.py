"""Signed words in the mails that go out, by which an answer or a delivery report finds its way back.

One fits into the local part of an address (64 characters), is read in any case, and leads nowhere without the key. It
names a feedback, whose customer answers, or an address, which a report is about; of the tenant, it holds a mark.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

MARK_BYTES = 4
MAC_BYTES = 10  # 80 bits; whoever guesses must send a mail for each try.
TOKEN_LENGTH = 49  # One letter for the kind, and 30 bytes in base32.
TOKENS_READ_MAX = 20
_KEY_BYTES_MIN = 32
_TOKEN = re.compile(r"(?<![a-z2-7])([rb])([a-z2-7]{48})(?![a-z2-7])")


class TokenKind(StrEnum):
    """What a token leads back to."""

    REPLY = "r"
    BOUNCE = "b"


@dataclass(frozen=True)
class Token:
    """What was read, and by whom it may have been written: nothing of it holds before `is_genuine`."""

    kind: TokenKind
    tenant_mark: bytes
    subject_id: UUID
    mac: bytes


def write_token(key: bytes, kind: TokenKind, tenant_id: UUID, subject_id: UUID) -> str:
    """The token for a feedback (`REPLY`) or an address (`BOUNCE`) of a tenant."""
    packed = tenant_mark(tenant_id) + subject_id.bytes + _mac(key, kind, tenant_id, subject_id)
    return kind + base64.b32encode(packed).decode().lower()


def read_tokens(text: str) -> Iterator[Token]:
    """What looks like tokens in a text, in order, up to so many."""
    for number, found in enumerate(_TOKEN.finditer(text.lower())):
        if number >= TOKENS_READ_MAX:
            return
        packed = base64.b32decode(found[2].upper())
        mark, subject, mac = packed[:MARK_BYTES], packed[MARK_BYTES:-MAC_BYTES], packed[-MAC_BYTES:]
        yield Token(TokenKind(found[1]), mark, UUID(bytes=subject), mac)


def is_genuine(key: bytes, token: Token, tenant_id: UUID) -> bool:
    """Whether it was written with this key for this tenant; takes the same time wherever it differs."""
    signed = tenant_mark(tenant_id) + _mac(key, token.kind, tenant_id, token.subject_id)
    return hmac.compare_digest(token.tenant_mark + token.mac, signed)


def tenant_mark(tenant_id: UUID) -> bytes:
    """By which the tenant is looked for among those that are known; the signature says whether it is the one."""
    return hashlib.sha256(tenant_id.bytes).digest()[:MARK_BYTES]


def read_reply_key(path: Path) -> bytes:
    """The key from its file."""
    key = path.read_text().strip().encode()
    if len(key) < _KEY_BYTES_MIN:
        raise ValueError(f"{path} does not hold a key of {_KEY_BYTES_MIN} characters")
    return key


def _mac(key: bytes, kind: TokenKind, tenant_id: UUID, subject_id: UUID) -> bytes:
    about = b"huiyin mail\0" + kind.encode() + tenant_id.bytes + subject_id.bytes
    return hmac.digest(key, about, "sha256")[:MAC_BYTES]
