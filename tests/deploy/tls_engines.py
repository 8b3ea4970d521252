"""The engines of `deploy/compose.yaml`, started from what stands there: TLS, their configuration, their secrets."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from deploy.embedded.data_dir import open_data_dir
from deploy.embedded.engine_home import EngineHome, open_engine_home
from deploy.embedded.keys import ensure_keys, read_key
from deploy.embedded.nats import Nats
from deploy.embedded.ports import free_port
from deploy.secrets_folder import make_secrets
from shared.tether import dies_with_parent
from tests.deploy.compose_file import DEPLOY, Container
from tests.house_of_test import eventually

PROGRAMS = Path("/usr/lib/postgresql/15/bin")  # Debian's.
HOST = "localhost"
STOP_TIMEOUT_S = 20


def secrets_at(folder: Path) -> dict[str, str]:
    """A folder of secrets whose engines are called `localhost`, and the variables of an `.env` for it."""
    make_secrets(folder, engine_hosts=[HOST], public_hosts=["intake.test", "desk.test"])
    return {
        "SECRETS": str(folder),
        "POSTGRES_CA": str(folder / "tls" / "ca.crt"),
        "POSTGRES_HOST": HOST,
        "POSTGRES_PORT": str(free_port()),
        "INTAKE_NAME": "intake.test",
        "DESK_NAME": "desk.test",
    }


def home_at(folder: Path) -> EngineHome:
    data = open_data_dir(folder)
    ensure_keys(data)
    return open_engine_home(data)


@contextmanager
def program(home: EngineHome, command: list[str], stop_signal: signal.Signals) -> Iterator[Callable[[], None]]:
    """A server as the engines' user, ended with the block. What it yields fails once the server has ended by itself."""
    log_file = home.root / "server.log"

    def lives() -> None:
        assert process.poll() is None, log_file.read_text()

    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd="/",
            user=home.user,
            group=home.group,
            extra_groups=home.extra_groups,
            preexec_fn=dies_with_parent(stop_signal),  # noqa: PLW1509 - it calls nothing that a lock could hold
        )
    try:
        yield lives
    finally:
        process.send_signal(stop_signal)
        process.wait(STOP_TIMEOUT_S)


def _lend(home: EngineHome) -> Callable[[Path], Path]:
    """Copies of secrets that the engines' user, and nobody else, can read: what mounting does in a container."""
    return lambda path: home.private_file(path.name, path.read_text())


@asynccontextmanager
async def postgres(folder: Path, variables: Mapping[str, str]) -> AsyncIterator[None]:
    """PostgreSQL 15 with compose's own arguments, and the roles and databases of `deploy/postgres/roles.sql`."""
    home, container = home_at(folder), Container("postgres", variables)
    cluster, described = home.folder("cluster"), container.environment()
    await asyncio.to_thread(_make_cluster, home, cluster, described)
    arguments = [container.outside(argument, _lend(home)) for argument in container.described["command"][1:]]
    places = ["-cunix_socket_directories=", f"-cport={variables['POSTGRES_PORT']}", "-D", str(cluster)]
    with program(home, [str(PROGRAMS / "postgres"), *arguments, *places], signal.SIGINT) as lives:
        await eventually(lambda: _answers(described, variables, lives), wanted=True)
        await asyncio.to_thread(_make_roles, described, variables)
        yield


def _make_cluster(home: EngineHome, cluster: Path, described: Mapping[str, str]) -> None:
    """As the image does it, without what PostgreSQL 15 does not know yet."""
    password = _lend(home)(Path(described["POSTGRES_PASSWORD_FILE"]))
    known = [word for word in described["POSTGRES_INITDB_ARGS"].split() if "builtin" not in word]
    command = [str(PROGRAMS / "initdb"), "-D", str(cluster), "--username", described["POSTGRES_USER"], *known]
    done = subprocess.run(
        [*command, f"--pwfile={password}"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=home.user,
        group=home.group,
        extra_groups=home.extra_groups,
    )
    assert done.returncode == 0, done.stderr


async def _answers(described: Mapping[str, str], variables: Mapping[str, str], lives: Callable[[], None]) -> bool:
    lives()
    try:
        connection = await asyncpg.connect(
            host=HOST,
            port=int(variables["POSTGRES_PORT"]),
            user=described["POSTGRES_USER"],
            password=read_key(Path(described["POSTGRES_PASSWORD_FILE"])),
            database="postgres",
            ssl="require",
        )
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def _make_roles(described: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """As the image's first start does it."""
    environment = {
        "PATH": os.defpath,
        "PGPASSWORD": read_key(Path(described["POSTGRES_PASSWORD_FILE"])),
        "PGPASS_FOLDER": str(Path(variables["SECRETS"]) / "pgpass"),
    }
    where = ["-h", HOST, "-p", variables["POSTGRES_PORT"], "-U", described["POSTGRES_USER"], "-d", "postgres"]
    command = [str(PROGRAMS / "psql"), "-v", "ON_ERROR_STOP=1", "--no-psqlrc", *where, "-f"]
    done = subprocess.run(
        [*command, str(DEPLOY / "postgres" / "roles.sql")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def nats(folder: Path, variables: Mapping[str, str]) -> AsyncIterator[int]:
    """The NATS of the lock with `deploy/nats/nats.conf`; its port."""
    home, container, port = home_at(folder), Container("nats", variables), free_port()
    text = (DEPLOY / "nats" / "nats.conf").read_text()
    text = text.replace("0.0.0.0:4222", f"127.0.0.1:{port}").replace("127.0.0.1:8222", f"127.0.0.1:{free_port()}")
    text = container.outside(text.replace('"/data"', f'"{home.folder("store")}"'), _lend(home))
    _lend(home)(container.files()["/etc/nats/nats.users.conf"])  # It is looked for beside the configuration.
    config = home.private_file("nats-tls.conf", text)
    server = Nats(open_data_dir(folder), home).command[0]
    with program(home, [server, "-c", str(config)], signal.SIGTERM) as lives:
        await eventually(lambda: _listens(port, lives), wanted=True)
        yield port


async def _listens(port: int, lives: Callable[[], None]) -> bool:
    lives()
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
