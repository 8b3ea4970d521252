"""A form with one file in it (RFC 7578), passed on as it comes: the file is never held, in memory or on a disk."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request

from shared.web.problems import Problem
from shared.web.same_origin import is_same_origin

FIELDS_BYTES_MAX = 16_384  # One field in front of the file.
PIECE_BYTES_MAX = 1024 * 1024  # What the server hands over at once is less.
TYPE_LENGTH_MAX = 300
_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,70})"?')
_NAME = re.compile(r'[;\s]name="([^"]*)"')
_FILE_NAME = re.compile(r'[;\s]filename="([^"]*)"')
_LINE = b"\r\n"


@dataclass(frozen=True)
class SentFile:
    """The fields in front of the file, the file's name, and its bytes."""

    fields: dict[str, str]
    name: str
    pieces: AsyncIterator[bytes]


async def read_file_form(request: Request) -> SentFile:
    """Reads up to the file, which must be the last part. Raises 403 for a form of another site's, 413, 415, 400."""
    if not is_same_origin(request):
        raise Problem("cross_site", 403)
    declared = request.headers.get("content-type", "")
    found = _BOUNDARY.search(declared[:TYPE_LENGTH_MAX])
    if found is None or not declared.lower().startswith("multipart/form-data"):
        raise Problem("unsupported_type", 415)
    boundary = _LINE + b"--" + found.group(1).encode("latin-1")
    return await _Parts(request.stream(), boundary).up_to_file()


class _Parts:
    """The parts of a form, one after another."""

    def __init__(self, stream: AsyncIterator[bytes], boundary: bytes) -> None:
        self._stream = stream
        self._boundary = boundary
        self._waiting = bytearray(_LINE)  # So that the first boundary begins a line, as the others do.

    async def up_to_file(self) -> SentFile:
        fields: dict[str, str] = {}
        await self._until(self._boundary)
        while True:
            head = (await self._until(_LINE * 2)).decode("utf-8", "replace")
            name, file_name = _NAME.search(head), _FILE_NAME.search(head)
            if name is None:
                raise Problem("bad_request", 400)
            if file_name is not None:
                return SentFile(fields, file_name.group(1), self._file())
            fields[name.group(1)] = (await self._until(self._boundary)).decode("utf-8", "replace")

    async def _until(self, mark: bytes) -> bytes:
        """What stands before the mark, and the mark is gone. Nothing in front of the file may be long."""
        while (at := self._waiting.find(mark)) < 0:
            if len(self._waiting) > FIELDS_BYTES_MAX + PIECE_BYTES_MAX or not await self._more():
                raise Problem("bad_request", 400)
        found = bytes(self._waiting[:at])
        del self._waiting[: at + len(mark)]
        return found

    async def _file(self) -> AsyncIterator[bytes]:
        """The bytes up to the boundary, which may lie across two pieces."""
        keep = len(self._boundary) - 1
        while (at := self._waiting.find(self._boundary)) < 0:
            if len(self._waiting) > keep:
                yield bytes(self._waiting[:-keep])
                del self._waiting[:-keep]
            if not await self._more():
                raise Problem("bad_request", 400)  # The form was cut off.
        yield bytes(self._waiting[:at])

    async def _more(self) -> bool:
        piece = await anext(self._stream, b"")
        self._waiting += piece
        return bool(piece)
