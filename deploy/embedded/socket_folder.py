"""A private folder for PostgreSQL's Unix socket: whoever cannot enter it can neither answer there nor ask."""

import os
import tempfile
from pathlib import Path

from deploy.embedded.engine_home import EngineHome

SOCKET_PATH_BYTES_MAX = 107
_LONGEST_NAME = "/.s.PGSQL.65535.lock"


def socket_folder(home: EngineHome) -> Path:
    """Inside the engines' home, or where paths are short when that one's is too long for a socket's address."""
    folder = home.root / "socket"
    if _fits(folder):
        return home.folder("socket")
    # Its name cannot be guessed, so nobody can have made it first.
    folder = Path(tempfile.mkdtemp(prefix="huiyin-", dir=_runtime_folder()))
    home.give(folder)
    return folder


def is_of_this_run(folder: Path, home: EngineHome) -> bool:
    """Whether the folder is to go when the server has ended."""
    return folder.parent != home.root


def _fits(folder: Path) -> bool:
    """PostgreSQL and its drivers also take a comma for the beginning of another path."""
    path = f"{folder}{_LONGEST_NAME}"
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX and "," not in path


def _runtime_folder() -> str | None:
    return "/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR")
