"""Where the engines' socket lies, who may come near it, and as whom the engines run."""

import os
import pwd
import socket
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from deploy.embedded.data_dir import DataDir, open_data_dir
from deploy.embedded.engine_home import EngineHome, open_engine_home
from deploy.embedded.keys import ensure_keys
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgres import Postgres
from deploy.embedded.socket_folder import SOCKET_PATH_BYTES_MAX, is_of_this_run, socket_folder
from deploy.postgres.roles import PARTS, SERVICES
from shared.ids import new_id
from tests.house_of_test import House


def folder_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


async def test_services_reach_their_database_by_a_socket_that_nobody_else_can_come_near(house: House) -> None:
    folders = {folder_of(house.url(service, part)) for service in SERVICES for part in PARTS}
    [folder] = folders
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    [listening] = [path for path in folder.iterdir() if path.is_socket()]
    assert stat.S_IMODE(listening.stat().st_mode) == 0o700
    async with house.query("tracker", "app") as app:
        assert await app.fetchval("SELECT inet_client_addr()") is None


async def test_who_holds_the_servers_port_is_asked_nothing_and_told_nothing(house: House) -> None:
    """What the launcher knows of the server it learns by the socket; an impostor at the port hears no word."""
    data = open_data_dir(house.data.root.parent / "impostor")
    ensure_keys(data)
    with socket.socket() as impostor:
        impostor.bind((LOOPBACK, 0))
        impostor.listen()
        impostor.settimeout(0.2)
        postgres = Postgres(data, open_engine_home(data))
        postgres.port = impostor.getsockname()[1]
        assert not await postgres.is_ready()
        with pytest.raises(OSError, match=r"\.s\.PGSQL\.|No such file"):
            await asyncpg.connect(postgres.url("tracker", "app"))
        with pytest.raises(TimeoutError):
            impostor.accept()


@pytest.fixture
def far_away(tmp_path: Path) -> EngineHome:
    root = tmp_path / ("long" * 20) / "home"
    root.mkdir(parents=True)
    return EngineHome(root, None)


def test_a_home_with_a_long_path_has_its_socket_where_paths_are_short(far_away: EngineHome) -> None:
    folder, other = socket_folder(far_away), socket_folder(far_away)
    assert is_of_this_run(folder, far_away)
    assert len(os.fsencode(f"{folder}/.s.PGSQL.65535.lock")) <= SOCKET_PATH_BYTES_MAX
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert other != folder, "its name must not be guessed"
    folder.rmdir()
    other.rmdir()


def test_a_comma_is_no_part_of_a_sockets_address(tmp_path: Path) -> None:
    root = tmp_path / "a,b"
    root.mkdir()
    folder = socket_folder(EngineHome(root, None))
    assert "," not in str(folder)
    folder.rmdir()


@pytest.fixture
def fresh(scratch: Path) -> DataDir:
    """A folder of its own where engine users may pass."""
    data = open_data_dir(scratch / f"home-{new_id()}")
    ensure_keys(data)
    return data


@pytest.mark.parametrize("user", ["root", "nobody-knows-him"])
def test_an_engine_user_that_cannot_be_is_refused_by_name(
    fresh: DataDir, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setenv("HUIYIN_ENGINE_USER", user)
    if os.geteuid() != 0:
        assert open_engine_home(fresh).user is None  # An ordinary user runs the engines himself.
        return
    with pytest.raises(ValueError, match=f"HUIYIN_ENGINE_USER names {user}"):
        open_engine_home(fresh)


def test_what_another_engine_user_left_is_handed_over(fresh: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = open_engine_home(fresh).folder("postgres") / "file"
    inside.touch()
    monkeypatch.setenv("HUIYIN_ENGINE_USER", "daemon")
    open_engine_home(fresh).folder("postgres")
    runs_them = pwd.getpwnam("daemon").pw_uid if os.geteuid() == 0 else os.geteuid()
    assert inside.stat().st_uid == inside.parent.stat().st_uid == runs_them
