"""A sealed file as plain bytes, from anywhere in it: one opened piece is remembered."""

import io
import os
from typing import BinaryIO

from shared.crypto import SealBrokenError
from shared.files.pieces import HEAD_BYTES, PIECE_BYTES, SEALED_PIECE_BYTES, pieces_in, plain_bytes_in, sealer_of


class Reading(io.RawIOBase):
    """A sealed file, as the standard library reads files. Its end is looked at first: what was cut is not begun."""

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
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where in the plain bytes reading goes on."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place in the plain bytes; one beyond the end reads as nothing."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise ValueError("a file begins at 0")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # typeshed's WriteableBuffer
        """Fills the buffer up to the end of a piece."""
        if self._position >= self._size_bytes:
            return 0
        number, offset = divmod(self._position, PIECE_BYTES)
        self._turn_to(number)
        some = self._piece[offset : offset + len(buffer)]
        buffer[: len(some)] = some
        self._position += len(some)
        return len(some)

    def close(self) -> None:
        """Closes the sealed file, too."""
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
