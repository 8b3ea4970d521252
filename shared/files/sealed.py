"""Files in a folder, sealed: written under a temporary name, on disk before they are named, opened by pieces."""

import asyncio
import errno
import io
from collections.abc import AsyncIterable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from shared.files.kept import FileGoneError, FilesAwayError, IsNamed, KeptFile, NoRoomError
from shared.files.pieces import PIECE_BYTES, new_sealer
from shared.files.reading import Reading
from shared.files.writing import UNFINISHED, Volume, Writing

FREE_BYTES_MIN = 256 * 1024 * 1024  # On one box the databases live on the same volume; files leave them this much.
_SWEEP_IDS_MAX = 1_000
_SEALED = ".sealed"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SealedFiles:
    """One folder. Names are random: who sees the folder learns how large files are, and not which are equal."""

    def __init__(self, folder: Path, *, free_bytes_min: int = FREE_BYTES_MIN, volume: Volume | None = None) -> None:
        self._folder = folder
        self._free_bytes_min = free_bytes_min
        self._volume = volume or Volume()

    async def write(self, chunks: AsyncIterable[bytes], key: bytes, where: str, bytes_max: int) -> KeptFile:
        """Keeps the bytes under a new id, whole and on disk, or not at all."""
        file_id = uuid4()
        writing = Writing(self._path(file_id), new_sealer(key, where))
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
            return io.BufferedReader(Reading(self._path(file_id).open("rb"), key, where), PIECE_BYTES)
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

    def _begin(self, writing: Writing) -> None:
        self._check_room()
        writing.begin(self._volume)

    def _go_on(self, writing: Writing) -> None:
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
        old = list(_older(self._folder, UNFINISHED, before))
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


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
