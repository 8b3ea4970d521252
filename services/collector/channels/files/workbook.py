"""Has a workbook turned into JSON lines by a process of its own, which ends with the file whatever the file does."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

from services.collector.channels.files.reading import Told, UnreadableFileError
from services.collector.channels.files.workbook_limits import CPU_S_MAX, MEMORY_BYTES_MAX, MIB, WALL_S_MAX
from services.collector.channels.files.workbook_limits import WORKBOOK_BYTES_MAX as BYTES_MAX

ROOT = Path(__file__).resolve().parents[4]
PIECE_BYTES = 64 * 1024
_MODULE = "services.collector.channels.files.workbook_child"
_EXIT_REFUSED = 3
_COMPLAINT_BYTES_MAX = 16 * 1024


async def lines_of(file: BinaryIO, told: Told, *, wall_s: float = WALL_S_MAX) -> AsyncIterator[bytes]:
    """The workbook as JSON lines, piece by piece: what it is, then a list of cells for each row.

    Raises UnreadableFileError, also after some pieces: then what came so far is worth nothing.
    """
    with _unnamed() as plain:
        await asyncio.to_thread(_copy, file, plain)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _MODULE, json.dumps({"sheet": told.sheet})),
            stdin=plain,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=_bare_environment(),
        )
        try:
            async with asyncio.timeout(wall_s):
                while piece := await child.stdout.read(PIECE_BYTES):  # type: ignore[union-attr]  # it is a pipe
                    yield piece
                complaint = await child.stderr.read(_COMPLAINT_BYTES_MAX)  # type: ignore[union-attr]  # it is a pipe
                status = await child.wait()
        except TimeoutError:
            raise _too_much() from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if status:
        raise _refusal(status, complaint)


def _bare_environment() -> dict[str, str]:
    """Where modules are, wherever they were installed, and none of the settings: no address, no key."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _unnamed() -> BinaryIO:
    """A file without a name: in memory where the system can, so that nothing of it is ever on a disk in clear."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("workbook"), "w+b")
    return tempfile.TemporaryFile()


def _copy(file: BinaryIO, plain: BinaryIO) -> None:
    file.seek(0)
    while piece := file.read(MIB):
        plain.write(piece)
        if plain.tell() > BYTES_MAX:
            raise UnreadableFileError("workbook_too_large", max_mib=BYTES_MAX // MIB)
    plain.flush()
    plain.seek(0)


def _refusal(status: int, complaint: bytes) -> Exception:
    if status == _EXIT_REFUSED:
        said: dict[str, Any] = json.loads(complaint)
        return UnreadableFileError(said["code"], **said["about"])
    return _too_much() if status < 0 else RuntimeError(f"the reader of workbooks did not begin: status {status}")


def _too_much() -> UnreadableFileError:
    return UnreadableFileError("takes_too_long", max_s=CPU_S_MAX, max_mib=MEMORY_BYTES_MAX // MIB)
