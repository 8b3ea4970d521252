"""Files in a folder, sealed: written under a temporary name, on disk before they are named, opened by pieces."""

import asyncio
import errno
import hashlib
import io
import os
import shutil
from collections.abc import AsyncIterable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from shared.crypto import SealBrokenError
from shared.files.kept import FileGoneError, FilesAwayError, FileTooLargeError, IsNamed, KeptFile, NoRoomError
from shared.files.pieces import (
    HEAD_BYTES,
    PIECE_BYTES,
    SEALED_PIECE_BYTES,
    Sealer,
    new_sealer,
    pieces_in,
    plain_bytes_in,
    sealer_of,
)

FREE_BYTES_MIN = 256 * 1024 * 1024  # On one box the databases live on the same volume; files leave them this much.
_BATCH_BYTES = 16 * PIECE_BYTES  # Sealed and written by one visit to a thread.
_SWEEP_IDS_MAX = 1_000
_UNFINISHED = ".unfinished"
_SEALED = ".sealed"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Volume:
    """What the disk below is asked; a test gives one that is full."""

    def free_bytes(self, folder: Path) -> int:
        """How much fits in."""
        return shutil.disk_usage(folder).free

    def create(self, path: Path) -> BinaryIO:
        """A new file for its owner alone."""
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class SealedFiles:
    """One folder. Names are random: who sees the folder learns how large files are, and not which are equal."""

    def __init__(self, folder: Path, *, free_bytes_min: int = FREE_BYTES_MIN, volume: "Volume | None" = None) -> None:
        self._folder = folder
        self._free_bytes_min = free_bytes_min
        self._volume = volume or Volume()

    async def write(self, chunks: AsyncIterable[bytes], key: bytes, where: str, bytes_max: int) -> KeptFile:
        """Keeps the bytes under a new id, whole and on disk, or not at all."""
        file_id = uuid4()
        writing = _Writing(self._path(file_id), new_sealer(key, where))
        try:
            await _threaded(self._begin, writing)
            async for chunk in chunks:
                if writing.take(chunk, bytes_max):
                    await _threaded(self._go_on, writing)
            await _threaded(writing.end)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(writing.drop))
            raise
        return KeptFile(file_id, writing.digest.digest(), writing.size_bytes)

    def open(self, file_id: UUID, key: bytes, where: str) -> BinaryIO:
        """The plain bytes, seekable; the end is looked at first, so that what was cut short is not begun."""
        try:
            return io.BufferedReader(_Reading(self._path(file_id).open("rb"), key, where), PIECE_BYTES)
        except FileNotFoundError:
            raise FileGoneError(str(file_id)) from None
        except OSError as error:
            raise FilesAwayError(type(error).__name__) from error

    def delete(self, file_id: UUID) -> None:
        """Takes the file away; one that is gone already is no mistake."""
        try:
            self._path(file_id).unlink(missing_ok=True)
        except OSError as error:
            raise FilesAwayError(type(error).__name__) from error

    async def sweep(self, is_named: IsNamed, before: datetime) -> int:
        """Deletes what was begun before and never ended, and what nobody names; gives how many."""
        swept = await asyncio.to_thread(self._sweep_unfinished, before)
        old = self._ids(before)
        while ids := await asyncio.to_thread(lambda: list(islice(old, _SWEEP_IDS_MAX))):
            named = await is_named(ids)
            for file_id in ids:
                if file_id not in named:
                    self.delete(file_id)
                    swept += 1
        return swept

    def _begin(self, writing: "_Writing") -> None:
        self._check_room()
        writing.begin(self._volume)

    def _go_on(self, writing: "_Writing") -> None:
        self._check_room()
        writing.go_on()

    def _check_room(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._volume.free_bytes(self._folder) < self._free_bytes_min:
            raise NoRoomError

    def _path(self, file_id: UUID) -> Path:
        return self._folder / file_id.hex[:2] / f"{file_id.hex}{_SEALED}"

    def _ids(self, before: datetime) -> Iterator[UUID]:
        for path in _older(self._folder, _SEALED, before):
            yield UUID(path.stem)

    def _sweep_unfinished(self, before: datetime) -> int:
        old = list(_older(self._folder, _UNFINISHED, before))
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


class _Writing:
    """A file on its way: at most one batch of it is in memory."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._path = path
        self._unfinished = path.with_suffix(_UNFINISHED)
        self._sealer = sealer
        self._waiting = bytearray()
        self._number = 0
        self._file: BinaryIO | None = None
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def take(self, chunk: bytes, bytes_max: int) -> bool:
        """Adds a chunk; True when it is time to go on writing."""
        self.size_bytes += len(chunk)
        if self.size_bytes > bytes_max:
            raise FileTooLargeError(bytes_max)
        self._waiting += chunk
        return len(self._waiting) > _BATCH_BYTES

    def begin(self, volume: Volume) -> None:
        self._path.parent.mkdir(exist_ok=True, mode=0o700)
        self._file = volume.create(self._unfinished)
        self._file.write(self._sealer.head)

    def go_on(self) -> None:
        """Writes all but the last piece, which may be the last of all."""
        while len(self._waiting) > PIECE_BYTES:
            self._write(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]

    def end(self) -> None:
        """On disk under its name, and the name itself on disk."""
        self.go_on()
        self._write(bytes(self._waiting), is_last=True)
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._unfinished.rename(self._path)
        for folder in (self._path.parent, self._path.parent.parent):
            _sync(folder)

    def drop(self) -> None:
        """Leaves nothing behind; what cannot be closed or unlinked now is swept later."""
        for undo in (self._close, self._unfinished.unlink):
            try:
                undo()
            except OSError:
                continue

    def _write(self, piece: bytes, *, is_last: bool) -> None:
        self.digest.update(piece)
        self._opened().write(self._sealer.seal(piece, self._number, is_last=is_last))
        self._number += 1

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("begin() comes first")
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


class _Reading(io.RawIOBase):
    """A sealed file as plain bytes; one opened piece is remembered."""

    def __init__(self, file: BinaryIO, key: bytes, where: str) -> None:
        self._file = file
        try:
            sealed_bytes = os.fstat(file.fileno()).st_size
            self._sealer = sealer_of(file.read(HEAD_BYTES), key, where)
            self._pieces = pieces_in(sealed_bytes)
            self._size_bytes = plain_bytes_in(sealed_bytes)
            self._position = 0
            self._number = -1
            self._piece = b""
            self._turn_to(self._pieces - 1)
        except BaseException:
            file.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise ValueError("a file begins at 0")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed's WriteableBuffer
        if self._position >= self._size_bytes:
            return 0
        number, offset = divmod(self._position, PIECE_BYTES)
        self._turn_to(number)
        some = self._piece[offset : offset + len(buffer)]
        buffer[: len(some)] = some
        self._position += len(some)
        return len(some)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _turn_to(self, number: int) -> None:
        if number == self._number:
            return
        self._file.seek(HEAD_BYTES + number * SEALED_PIECE_BYTES)
        sealed = self._file.read(SEALED_PIECE_BYTES)
        self._piece = self._sealer.unseal(sealed, number, is_last=number == self._pieces - 1)
        self._number = number
        if len(self._piece) != PIECE_BYTES and number != self._pieces - 1:
            raise SealBrokenError(self._sealer.where)


async def _threaded(work: Callable[..., None], *args: object) -> None:
    """Disk work off the event loop; a full volume and one that is away are told apart."""
    try:
        await asyncio.to_thread(work, *args)
    except OSError as error:
        raise (NoRoomError() if error.errno in _NO_ROOM else FilesAwayError(type(error).__name__)) from error


def _older(folder: Path, suffix: str, before: datetime) -> Iterator[Path]:
    for path in folder.glob(f"??/*{suffix}"):
        try:
            changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue  # Somebody else was quicker.
        if changed_at < before:
            yield path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
