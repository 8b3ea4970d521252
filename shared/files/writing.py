"""A sealed file on its way to the disk: at most one batch of it is in memory, and it has no name until it is whole."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from shared.files.kept import FileTooLargeError
from shared.files.pieces import PIECE_BYTES, Sealer

UNFINISHED = ".unfinished"
_BATCH_BYTES = 16 * PIECE_BYTES  # Sealed and written by one visit to a thread.


class Volume:
    """What the disk below is asked; a test gives one that is full."""

    def free_bytes(self, folder: Path) -> int:
        """How much fits in."""
        return shutil.disk_usage(folder).free

    def create(self, path: Path) -> BinaryIO:
        """A new file for its owner alone."""
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class Writing:
    """One file from its first byte until it is named, or dropped."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._path = path
        self._unfinished = path.with_suffix(UNFINISHED)
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
        """Makes the file under its temporary name."""
        self._path.parent.mkdir(exist_ok=True, mode=0o700)
        self._file = volume.create(self._unfinished)
        self._file.write(self._sealer.head)

    def go_on(self) -> None:
        """Writes all but the last piece, which may be the last of all."""
        whole = max(0, len(self._waiting) - 1) // PIECE_BYTES * PIECE_BYTES
        for start in range(0, whole, PIECE_BYTES):
            self._write(bytes(self._waiting[start : start + PIECE_BYTES]), is_last=False)
        del self._waiting[:whole]

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


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
