"""Where one instance keeps everything: keys, engines, logs, models, and what is running now."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DataDir:
    """The folder of one instance. Two folders are two instances, side by side."""

    root: Path

    @property
    def keys(self) -> Path:
        """Secrets, readable by their owner alone; never part of a backup."""
        return self.root / "keys"

    @property
    def operator_key(self) -> Path:
        """The key that commands sign in with."""
        return self.root / "operator.key"

    @property
    def logs(self) -> Path:
        """One file for each child process."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.root / "run.lock"

    @property
    def run_json(self) -> Path:
        """What is running: process ids, URLs and ports."""
        return self.root / "run.json"


def default_data_dir() -> Path:
    """`/var/lib/huiyin` for root, else `$XDG_DATA_HOME/huiyin`."""
    if os.geteuid() == 0:
        return Path("/var/lib/huiyin")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "huiyin"


def open_data_dir(root: Path) -> DataDir:
    """Makes the folder and its private parts where they are missing."""
    data = DataDir(root.expanduser().resolve())
    data.root.mkdir(parents=True, exist_ok=True, mode=0o711)
    for private in (data.keys, data.logs):
        private.mkdir(exist_ok=True, mode=0o700)
    return data
