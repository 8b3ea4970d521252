"""The image of one service holds what that service needs, and nothing else: it runs from these files alone."""

import asyncio
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from deploy.embedded.ports import free_port
from deploy.postgres.roles import PARTS, SERVICES
from tests.deploy.image import Image, enters_the_context
from tests.house_of_test import House, eventually

TIMEOUT_S = 60
STOP_GRACE_S = 20


def urls(house: House, *services: str) -> dict[str, str]:
    names = [f"HUIYIN_{service.upper()}_{part.upper()}_URL" for service in services for part in PARTS]
    return {name: house.environment[name] for name in names}


def run(image: Image, command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    with image.start(command, environment) as process:
        output, errors = process.communicate(timeout=TIMEOUT_S)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


async def is_ready(client: httpx.AsyncClient) -> int:
    try:
        return (await client.get("/readyz")).status_code
    except httpx.TransportError:
        return 0


async def test_the_collectors_image_serves_and_stops_when_told(house: House, tmp_path: Path) -> None:
    image = Image(tmp_path / "image", "service", "collector").build()
    before, port = image.files(), free_port()
    environment = {
        "NATS_URL": house.environment["NATS_URL"],
        "HUIYIN_COLLECTOR_APP_URL": house.url("collector", "app"),
        "HUIYIN_COLLECTOR_CARRIER_URL": house.url("collector", "carrier"),
        "HUIYIN_COLLECTOR_MASTER_KEY_FILE": str(house.data.keys / "master.key"),
        "HUIYIN_COLLECTOR_CURSOR_KEY_FILE": str(house.data.keys / "cursor.key"),
        "HUIYIN_COLLECTOR_PORT": str(port),
    }
    with image.start(image.command(), environment) as process:
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                await eventually(lambda: is_ready(client), 200)
            checked = await asyncio.to_thread(run, image, image.health_check(), environment)
            assert checked.returncode == 0, checked.stderr
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.to_thread(process.communicate, timeout=STOP_GRACE_S)
    # The server raises the signal again when it has finished.
    assert process.returncode == -signal.SIGTERM, errors
    assert image.files() == before, "a container's root is read-only"
    checked = await asyncio.to_thread(run, image, image.health_check(), environment)
    assert checked.returncode != 0, "what does not answer is not healthy"


async def test_the_job_migrates_with_a_services_packages_alone(house: House, tmp_path: Path) -> None:
    image = Image(tmp_path / "image", "migrate", "collector").build()
    shutil.copy(house.data.operator_key, image.root / "data" / "operator.key")
    (image.root / "data" / "keys").mkdir()
    for key in ("tracker.peer.key", "instance.id"):
        shutil.copy(house.data.keys / key, image.root / "data" / "keys" / key)
    done = await asyncio.to_thread(run, image, image.command(), urls(house, *SERVICES))
    assert done.returncode == 0, done.stderr
    refused = await asyncio.to_thread(run, image, image.command(), urls(house, "collector", "classifier"))
    assert refused.returncode == 1
    assert "HUIYIN_TRACKER_" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_no_other_service_and_no_launcher(service: str, tmp_path: Path) -> None:
    image = Image(tmp_path / "image", "service", service).build()
    assert {path.name for path in (image.root / "app").iterdir()} == {"services", "shared"}
    assert {path.name for path in (image.root / "app" / "services").iterdir()} == {"__init__.py", service}


def test_scikit_learn_is_in_the_classifiers_image_alone(tmp_path: Path) -> None:
    holding = [
        service
        for service in SERVICES
        if (Image(tmp_path / service, "service", service).build().root / "packages" / "sklearn").exists()
    ]
    assert holding == ["classifier"]


@pytest.mark.parametrize(
    "secret",
    [
        ".git/config",
        ".venv/bin/python",
        ".tools/uv",
        "deploy/secrets/keys/master.key",
        "docs/deploy.md",
        "x.key",
        "tests/a",
    ],
)
def test_what_no_image_needs_never_enters_the_build(secret: str) -> None:
    assert not enters_the_context(Path(secret))
    assert enters_the_context(Path("services/collector/main.py"))
