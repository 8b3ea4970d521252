"""A real MariaDB on a free port of this machine, without privileges, gone with its folder."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "mariadb-install-db"
SERVER = "/usr/sbin/mariadbd"
READY_WAIT_S = 60.0
STOP_WAIT_S = 30.0
POLL_S = 0.1
USER, PASSWORD = "reader", "p@ss:w/rd%"


@contextmanager
def mariadb(folder: Path, *statements: str) -> Iterator[str]:
    """An empty server whose statements were run as root; gives the address, with a user who may only read `shop`."""
    assert shutil.which(INSTALL), "install Debian's package mariadb-server"
    port = _free_port()
    data = folder / "data"
    # Debian's programs refuse to run as root unless they are told so.
    common = ["--no-defaults", f"--datadir={data}", f"--user={getpass.getuser()}"]
    install = [INSTALL, *common, "--auth-root-authentication-method=normal", "--skip-test-db", "--force"]
    subprocess.run(install, check=True, capture_output=True, timeout=READY_WAIT_S)
    begin = folder / "begin.sql"
    made = "SET NAMES utf8mb4", "CREATE DATABASE shop CHARACTER SET utf8mb4", "USE shop"
    rights = f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'", f"GRANT SELECT ON shop.* TO '{USER}'@'%'"
    begin.write_text("".join(f"{line.strip()};\n" for line in (*made, *statements, *rights)))
    told = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 's'}", f"--init-file={begin}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([SERVER, *common, *told], stdout=log, stderr=log)
    try:
        _wait(port, server)
        yield f"mysql://{USER}:p%40ss%3Aw%2Frd%25@127.0.0.1:{port}/shop"
    finally:
        server.terminate()
        server.wait(STOP_WAIT_S)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    """It listens only after its statements have run."""
    deadline = time.monotonic() + READY_WAIT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(POLL_S)
        else:
            return
    raise AssertionError("MariaDB did not begin to listen")
