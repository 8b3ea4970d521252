"""Pictures drawn anew in a child process, a few at a time: what comes out holds pixels and nothing else."""

import asyncio
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from shared.tether import dies_with_parent

DRAWN_AT_ONCE_MAX = 2  # Each may take a processor and some hundred megabytes.
DRAWING_TIMEOUT_S = 30.0
TURN_WAIT_S = 20.0
ROOT = Path(__file__).parents[2]


class PictureRefusedError(Exception):
    """The bytes are no picture that can be drawn; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PicturesBusyError(Exception):
    """Too many pictures are being drawn; it is worth another try soon."""


@dataclass(frozen=True)
class Picture:
    """A picture that was drawn anew, and a small one of it (JPEG)."""

    media_type: str
    width: int
    height: int
    content: bytes
    preview: bytes


class Pictures:
    """Draws each in a process of its own, which a picture made to break it may break."""

    def __init__(self, *, timeout_s: float = DRAWING_TIMEOUT_S, turn_wait_s: float = TURN_WAIT_S) -> None:
        self._timeout_s = timeout_s
        self._turn_wait_s = turn_wait_s
        self._turns = asyncio.Semaphore(DRAWN_AT_ONCE_MAX)

    async def draw(self, given: bytes) -> Picture:
        """The picture without anything else. Raises PictureRefusedError, PicturesBusyError."""
        try:
            await asyncio.wait_for(self._turns.acquire(), self._turn_wait_s)
        except TimeoutError:
            raise PicturesBusyError from None
        try:
            return _read(await self._drawn(given))
        finally:
            self._turns.release()

    async def _drawn(self, given: bytes) -> bytes:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); from shared.files.picture_child import main; main()",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # No setting and no secret of ours is of any use to a picture.
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        try:
            answer, _ = await asyncio.wait_for(child.communicate(given), self._timeout_s)
        except TimeoutError:
            raise PictureRefusedError("too_many_pixels") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return answer


def _read(answer: bytes) -> Picture:
    line, _, rest = answer.partition(b"\n")
    if not line:  # The child was ended by its own limits.
        raise PictureRefusedError("too_many_pixels")
    told = json.loads(line)
    if "refused" in told:
        raise PictureRefusedError(told["refused"])
    size = told["bytes"]
    return Picture(told["type"], told["width"], told["height"], rest[:size], rest[size:])
