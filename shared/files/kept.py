"""What a place for files promises, so that a cluster can put an object store where one box has a folder."""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID


class FileTooLargeError(Exception):
    """More bytes came than are allowed; nothing of them is kept."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(f"more than {bytes_max} bytes")
        self.bytes_max = bytes_max


class NoRoomError(Exception):
    """The volume is full, or so nearly that a file must not take what is left; nothing is kept."""


class FilesAwayError(Exception):
    """The volume is not there, or refuses to be written or read."""


class FileGoneError(Exception):
    """There is no such file, or none any more."""


@dataclass(frozen=True)
class KeptFile:
    """A file on disk. The hash is that of its plain bytes."""

    id: UUID
    sha256: bytes
    size_bytes: int


# Which of these ids somebody still names.
IsNamed = Callable[[Sequence[UUID]], Awaitable[set[UUID]]]


class Files(Protocol):
    """Sealed files by id."""

    async def write(self, chunks: AsyncIterable[bytes], key: bytes, where: str, bytes_max: int) -> KeptFile:
        """Keeps the bytes under a new id, whole and on disk, or not at all."""

    def open(self, file_id: UUID, key: bytes, where: str) -> BinaryIO:
        """The plain bytes, seekable. FileGoneError, SealBrokenError."""

    def delete(self, file_id: UUID) -> None:
        """Takes the file away; one that is gone already is no mistake."""

    async def sweep(self, is_named: IsNamed, before: datetime) -> int:
        """Deletes what was begun before and never ended, and what nobody names; gives how many."""
