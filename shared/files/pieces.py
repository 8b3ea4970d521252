"""The form of a sealed file: pieces of 64 KiB, each bound to its number, its place, and to being the last or not.

    "HYF1" | salt (32) | piece 0 | piece 1 | … | last piece          piece = AES-256-GCM ciphertext and its tag (16)

Every file has a key of its own, made of the given key and the salt, so that a piece's nonce can be its number. Pieces
that change places, come from another file, or are missing at the end do not open.
"""

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.crypto import KEY_BYTES, SealBrokenError

PIECE_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES
_MAGIC = b"HYF1"
_SALT_BYTES = 32
HEAD_BYTES = len(_MAGIC) + _SALT_BYTES
_NUMBER_BYTES = 11  # With the one byte that says whether it is the last, the 12 of a nonce.


@dataclass(frozen=True)
class Sealer:
    """Seals and opens the pieces of one file at one place."""

    head: bytes
    where: str
    _cipher: AESGCM = field(repr=False)

    def seal(self, piece: bytes, number: int, *, is_last: bool) -> bytes:
        """One piece, as it stands in the file."""
        return self._cipher.encrypt(_nonce(number, is_last=is_last), piece, self.where.encode())

    def unseal(self, sealed: bytes, number: int, *, is_last: bool) -> bytes:
        """One piece's plain bytes; SealBrokenError when anything about it does not fit."""
        try:
            return self._cipher.decrypt(_nonce(number, is_last=is_last), sealed, self.where.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(self.where) from error


def new_sealer(key: bytes, where: str) -> Sealer:
    """For a file to be written."""
    return _sealer(_MAGIC + secrets.token_bytes(_SALT_BYTES), key, where)


def sealer_of(head: bytes, key: bytes, where: str) -> Sealer:
    """For a file that begins with this head; SealBrokenError when that is none."""
    if len(head) != HEAD_BYTES or not head.startswith(_MAGIC):
        raise SealBrokenError(where)
    return _sealer(head, key, where)


def pieces_in(sealed_bytes: int) -> int:
    """How many pieces a file of this length on disk has; an empty one has one, of nothing."""
    return max(1, -(-(sealed_bytes - HEAD_BYTES) // SEALED_PIECE_BYTES))


def plain_bytes_in(sealed_bytes: int) -> int:
    """How long a file of this length on disk is in the clear."""
    return sealed_bytes - HEAD_BYTES - pieces_in(sealed_bytes) * TAG_BYTES


def _sealer(head: bytes, key: bytes, where: str) -> Sealer:
    derived = HKDF(SHA256(), KEY_BYTES, salt=head[len(_MAGIC) :], info=b"huiyin sealed file").derive(key)
    return Sealer(head, where, AESGCM(derived))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES) + bytes([is_last])
