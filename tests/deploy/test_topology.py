"""What `deploy/compose.yaml` starts, started from what stands there: TLS both ways, and who is refused without it."""

import asyncio
import gc
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.certificates import Pair, ensure_authority
from deploy.embedded.keys import read_key
from deploy.embedded.ports import free_port
from shared.database import Database, is_transient
from shared.messaging.stream import Stream
from tests.deploy.compose_file import Container
from tests.deploy.image import Image
from tests.deploy.test_image import is_ready, run
from tests.deploy.tls_engines import HOST, nats, postgres, secrets_at
from tests.house_of_test import WAIT_S, eventually

# Less than the 2 s after which the server itself gives up a handshake.
REFUSED_WITHIN_S = 1
# The client leaves the sockets of refused handshakes to the garbage collector, which tells of each.
LEAVES_SOCKETS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The certificate of an authority that signed nothing of ours."""
    pair = Pair(tmp_path, "stranger")
    ensure_authority(pair)
    return pair.certificate


@pytest.fixture(scope="module")
def variables(scratch: Path) -> dict[str, str]:
    return secrets_at(scratch / "secrets")


@pytest.fixture(scope="module")
async def nats_url(scratch: Path, variables: dict[str, str]) -> AsyncIterator[str]:
    given = read_key(Path(variables["SECRETS"]) / "keys" / "nats.url")
    async with nats(scratch / "tls-nats", variables) as port:
        yield given.replace("nats:4222", f"{HOST}:{port}")


@pytest.fixture(scope="module")
async def with_postgres(scratch: Path, variables: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    async with postgres(scratch / "tls-postgres", variables):
        yield variables


def authority(variables: dict[str, str]) -> Path:
    return Path(variables["POSTGRES_CA"])


async def test_the_stream_is_reached_over_tls(nats_url: str, variables: dict[str, str]) -> None:
    stream = Stream(nats_url, "HUIYIN", ca_file=authority(variables))
    await asyncio.wait_for(stream.state(), WAIT_S)  # By itself it would try for ever.
    published = await stream.publish("huiyin.trial", b"x", "1")
    assert (await stream.state()).last_seq == published
    await stream.close()


async def refusal(url: str, ca_file: Path | None) -> BaseException | None:
    """Why the stream is not reached in time; the connection itself would go on trying for ever."""
    stream = Stream(url, "HUIYIN", ca_file=ca_file)
    try:
        await asyncio.wait_for(stream.state(), REFUSED_WITHIN_S)
    except Exception as error:  # noqa: BLE001 - the test looks at what it is
        return error
    finally:
        await stream.close()
    return None


@pytest.fixture
def swept() -> Iterator[None]:
    yield
    gc.collect()


@LEAVES_SOCKETS
@pytest.mark.usefixtures("swept")
async def test_a_stream_that_cannot_prove_itself_is_not_spoken_to(
    nats_url: str, variables: dict[str, str], stranger: Path
) -> None:
    ours = authority(variables)
    wrong_password = nats_url.replace(read_key(Path(variables["SECRETS"]) / "keys" / "nats.password"), "x")
    asked = {
        "another authority": (nats_url, stranger),
        "the system's authorities": (nats_url, None),
        "another host": (nats_url.replace(HOST, "127.0.0.1"), ours),
        "no TLS": (nats_url.replace("tls://", "nats://"), ours),
        "a wrong password": (wrong_password, ours),
    }
    refused = await asyncio.gather(*(refusal(url, ca_file) for url, ca_file in asked.values()))
    assert [name for name, error in zip(asked, refused, strict=True) if error is None] == []


def database_url(variables: dict[str, str], part: str = "APP") -> str:
    return Container("migrate", variables).environment()[f"HUIYIN_COLLECTOR_{part}_URL"]


async def answer(url: str) -> object:
    database = Database(url)
    await database.open()
    try:
        async with database.transaction() as tx:
            return await tx.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    finally:
        await database.close()


@pytest.mark.needs("postgres15")
async def test_a_database_is_reached_over_tls(with_postgres: dict[str, str]) -> None:
    assert await answer(database_url(with_postgres)) is True


@pytest.mark.needs("postgres15")
async def test_a_database_that_cannot_prove_itself_is_not_spoken_to(
    with_postgres: dict[str, str], stranger: Path
) -> None:
    url = database_url(with_postgres)
    with pytest.raises(ssl.SSLCertVerificationError) as refused:
        await answer(url.replace(str(authority(with_postgres)), str(stranger)))
    assert is_transient(refused.value), "doors answer 503 meanwhile"
    with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"):
        await answer(url.replace(HOST, "127.0.0.1"))


@pytest.mark.needs("postgres15")
async def test_nobody_comes_to_a_database_without_tls(with_postgres: dict[str, str]) -> None:
    url = database_url(with_postgres).replace("sslmode=verify-full", "sslmode=disable")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="no encryption"):
        await answer(url)


@pytest.mark.needs("postgres15")
async def test_from_empty_engines_to_a_feedback_on_the_stream(
    with_postgres: dict[str, str], nats_url: str, tmp_path: Path
) -> None:
    await migrate(with_postgres, tmp_path / "migrate")
    image, port = Image(tmp_path / "collector", "service", "collector").build(), free_port()
    (tmp_path / "nats.url").write_text(nats_url)
    told = Container("collector", with_postgres).environment() | {
        "HUIYIN_COLLECTOR_HOST": "127.0.0.1",
        "HUIYIN_COLLECTOR_PORT": str(port),
        "NATS_URL_FILE": str(tmp_path / "nats.url"),
    }
    key = read_key(Path(with_postgres["SECRETS"]) / "operator.key")
    headers = {"Authorization": f"Bearer {key}"}
    with image.start(image.command(), told) as process:
        try:
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False
            ) as client:
                await eventually(lambda: is_ready(client), 200)
                assert (await client.post("/v1/feedback", json={"text": "the heater trips"})).status_code == 201
                await eventually(lambda: waiting(client), 0)
        finally:
            process.terminate()


async def migrate(variables: dict[str, str], folder: Path) -> None:
    """The one-shot job, with what is mounted into it and nothing else."""
    container = Container("migrate", variables)
    job = Image(folder, "migrate", "collector").build()
    for target, source in container.files().items():
        if target.startswith("/data/"):
            place = job.root / target.removeprefix("/")
            place.parent.mkdir(exist_ok=True)
            shutil.copy(source, place)
    done = await asyncio.to_thread(run, job, job.command(), container.environment())
    assert done.returncode == 0, done.stderr


async def waiting(client: httpx.AsyncClient) -> object:
    return (await client.get("/v1/figures")).json()["outbox_pending"]
