"""Identifiers that sort by the time they were made, so that indexes grow at one end."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()


def id_of_hash(digest: bytes) -> UUID:
    """A UUIDv8 (RFC 9562) made of the first 16 bytes of a hash: the same for the same thing."""
    number = int.from_bytes(digest[:16])
    number = number & ~(0xF << 76) | (8 << 76)
    return UUID(int=number & ~(0x3 << 62) | (0x2 << 62))
