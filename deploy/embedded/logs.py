"""Keeps the children's log files small while they are being written."""

import asyncio
import shutil
from pathlib import Path

LOG_BYTES_MAX = 20_000_000
LOOK_S = 30.0


async def keep_logs_small(folder: Path) -> None:
    """Looks at the files now and then; runs until cancelled."""
    while True:
        await asyncio.to_thread(turn_over, folder)
        await asyncio.sleep(LOOK_S)


def turn_over(folder: Path, *, bytes_max: int = LOG_BYTES_MAX) -> None:
    """Moves the content of each file over the limit to its `.old` neighbour.

    The file itself stays, for its writer holds it open; it appends, so it goes on at the beginning.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > bytes_max:
            shutil.copyfile(log, log.with_suffix(".old"))
            with log.open("r+b") as file:
                file.truncate()
