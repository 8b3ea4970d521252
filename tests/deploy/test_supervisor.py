"""One command starts everything, keeps it alive whatever is killed, and ends it without a remnant."""

import contextlib
import json
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engine_home import open_engine_home
from deploy.embedded.keys import read_key, role_password
from deploy.postgres.roles import PARTS, SERVICES, database_name, role_name
from tests.deploy.launched import (
    Box,
    environment_of,
    family,
    last_object,
    press_ctrl_c,
    program_of,
    run_py,
    wait_for,
)

ENGINES = ("postgres", "nats")
ORPHANS_END_IN_S = 5.0
ROLES = [role_name(service, part) for service in SERVICES for part in PARTS]
SERVER_PROGRAMS = {"postgres", "nats-server", "initdb"}


@pytest.fixture(scope="module")
def start(scratch: Path) -> Iterator[tuple[Box, str]]:
    """An instance in the background, and what its start printed."""
    box = Box(scratch / "launched")
    started = box.run("--detach", "--json")
    assert started.returncode == 0, started.stderr
    yield box, started.stdout
    box.run("stop")


@pytest.fixture
def box(start: tuple[Box, str]) -> Box:
    """The instance in the background, whole again after what an earlier test did to it."""
    wait_for(start[0].runs_whole)
    return start[0]


@pytest.fixture(scope="module")
def second(scratch: Path) -> Box:
    """Another folder; each test starts it itself, and only the first start has to make the databases."""
    return Box(scratch / "second")


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def url_variable(service: str, part: str) -> str:
    return f"HUIYIN_{service}_{part}_URL".upper()


def given_engines(box: Box) -> dict[str, str]:
    """A running instance's engines as another one would be given them."""
    ports = {name: box.part(name)["port"] for name in ENGINES}
    databases = {
        url_variable(service, part): (
            f"postgresql://{role_name(service, part)}:{role_password(box.data, role_name(service, part))}"
            f"@127.0.0.1:{ports['postgres']}/{database_name(service)}"
        )
        for service in SERVICES
        for part in PARTS
    }
    password = read_key(box.data.keys / "nats.password")
    return databases | {"NATS_URL": f"nats://huiyin:{password}@127.0.0.1:{ports['nats']}"}


def test_a_start_in_the_background_answers_with_one_json_object_as_its_last_line(start: tuple[Box, str]) -> None:
    box, printed = start
    answer = last_object(printed)
    assert answer["ok"] is True
    assert answer["pid"] == box.description()["pid"]
    assert Path(answer["operator_key_file"]).is_file()
    assert set(answer["services"]) == set(SERVICES)
    assert all(answers(url) for url in answer["services"].values())


def test_ps_names_services_databases_roles_and_engines(box: Box) -> None:
    listed = box.ask("ps")
    assert Path(f"/proc/{listed['supervisor']['pid']}").exists()
    assert [service["name"] for service in listed["services"]] == list(SERVICES)
    assert {service["database"] for service in listed["services"]} == {database_name(name) for name in SERVICES}
    for service in listed["services"]:
        assert service["roles"] == {part: role_name(service["name"], part) for part in PARTS}
    assert [engine["name"] for engine in listed["engines"]] == list(ENGINES)
    everyone = [*listed["services"], *listed["engines"]]
    assert {part["state"] for part in everyone} == {"running"}
    assert len({part["pid"] for part in everyone}) == 5


def test_run_json_has_the_agreed_shape_and_holds_no_secret(box: Box) -> None:
    description = box.description()
    assert set(description) == {"pid", "started_at", "data_dir", "services", "engines"}
    assert description["data_dir"] == str(box.root)
    assert datetime.fromisoformat(description["started_at"]).utcoffset() is not None
    assert all({"url", "pid"} <= set(description["services"][name]) for name in SERVICES)
    assert all({"port", "pid"} <= set(description["engines"][name]) for name in ENGINES)
    text = box.data.run_json.read_text()
    for secret in (box.data.operator_key, box.data.keys / "nats.password", box.data.keys / "master.key"):
        assert read_key(secret) not in text


@pytest.mark.parametrize("how", [["--json"], ["--detach", "--json"]], ids=["foreground", "background"])
def test_a_second_start_names_the_first_and_fails(box: Box, how: list[str]) -> None:
    refused = box.run(*how)
    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert last_object(refused.stdout)["pid"] == box.description()["pid"]
    assert box.runs_whole()


@pytest.mark.parametrize("name", ["collector", *ENGINES])
def test_a_killed_process_comes_back_at_the_same_address(box: Box, name: str) -> None:
    before = box.part(name)
    os.kill(before["pid"], signal.SIGKILL)
    wait_for(lambda: box.part(name)["pid"] not in (None, before["pid"]) and box.runs_whole())
    after = box.part(name)
    assert after.get("url") == before.get("url")
    assert after.get("port") == before.get("port")
    assert all(answers(box.part(service)["url"]) for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_of_its_own_two_roles_and_no_other(box: Box, service: str) -> None:
    told = environment_of(box.part(service)["pid"])
    allowed = {role_name(service, part) for part in ("app", "carrier")}
    for role in ROLES:
        knows = any(role_password(box.data, role) in value for value in told.values())
        assert knows == (role in allowed), role
    assert {name for name in told if name.endswith("_OWNER_URL")} == set()


def test_secrets_are_readable_by_their_owner_alone(box: Box) -> None:
    secrets = [box.data.operator_key, *box.data.keys.iterdir()]
    assert len(secrets) >= 6
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets} == {path.name: 0o600 for path in secrets}
    assert stat.S_IMODE(box.data.keys.stat().st_mode) == 0o700


def test_the_stream_server_writes_before_it_acknowledges(box: Box) -> None:
    command = Path(f"/proc/{box.part('nats')['pid']}/cmdline").read_text().split("\0")
    config = Path(command[command.index("-c") + 1])
    assert "sync_interval: always" in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_engines_that_are_given_are_used_and_not_started(box: Box, scratch: Path) -> None:
    guest = Box(scratch / "guest")
    # A second host of one instance has that instance's keys; with its own, it would be refused.
    shutil.copytree(box.data.keys, guest.data.keys)
    shutil.copy(box.data.operator_key, guest.data.operator_key)
    with guest.in_foreground(**given_engines(box)) as process:
        engines = guest.description()["engines"]
        assert {name: engine["state"] for name, engine in engines.items()} == dict.fromkeys(ENGINES, "external")
        assert {program_of(member) for member in family(process.pid)} & SERVER_PROGRAMS == set()
        assert {answers(guest.part(service)["url"]) for service in SERVICES} == {True}
        assert guest.run("migrate", **given_engines(box)).returncode == 0
    wait_for(box.runs_whole)


@pytest.mark.parametrize("given", ["NATS_URL", "HUIYIN_"])
def test_engines_of_another_instance_are_refused_before_anything_is_changed(
    box: Box, scratch: Path, given: str
) -> None:
    stranger = Box(scratch / f"stranger-{given}")
    engines = {name: value for name, value in given_engines(box).items() if name.startswith(given)}
    refused = stranger.run("--json", **engines)
    assert refused.returncode == 1
    error = last_object(refused.stdout)["error"]
    assert f"belongs to the instance {read_key(box.data.keys / 'instance.id')}" in error
    assert read_key(stranger.data.keys / "instance.id") in error
    assert box.ask("status")["received"] >= 0, "the stranger's keys did not take the place of the host's"


def test_what_a_given_database_refuses_is_said_plainly_and_without_the_password(box: Box, scratch: Path) -> None:
    wrong = {
        name: url.replace(":", ":wrong-", 2).replace(":wrong-", ":", 1) for name, url in given_engines(box).items()
    }
    refused = Box(scratch / "refused").run("--json", **wrong)
    assert refused.returncode == 1
    assert "password authentication failed" in last_object(refused.stdout)["error"]
    assert "wrong-" not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("how", [["--json"], ["--detach", "--json"]], ids=["foreground", "background"])
def test_databases_given_in_part_are_refused_with_what_is_missing(scratch: Path, how: list[str]) -> None:
    given = {url_variable("tracker", "app"): "postgresql://somewhere/x"}
    refused = Box(scratch / "in-part").run(*how, **given)
    assert refused.returncode == 1
    missing = {url_variable(service, part) for service in SERVICES for part in ("app", "carrier")} - set(given)
    assert all(name in last_object(refused.stdout)["error"] for name in missing)


def test_the_statements_for_a_dba_mention_every_role_and_database() -> None:
    done = run_py("sql-roles")
    assert done.returncode == 0, done.stderr
    for name in (*ROLES, *(database_name(service) for service in SERVICES)):
        assert name in done.stdout
    assert done.stdout.count("CHANGE-ME") == len(ROLES)


def test_a_folder_that_cannot_be_used_is_refused_in_a_sentence() -> None:
    refused = Box(Path("/dev/null/data")).run("ps", "--json")
    assert refused.returncode == 1
    assert "/dev/null/data" in last_object(refused.stdout)["error"]
    assert "Traceback" not in refused.stderr


def test_two_folders_run_side_by_side_and_stop_ends_one_of_them(box: Box, second: Box) -> None:
    second.ask("--detach")
    first_addresses = [box.part(name).get("url") or box.part(name)["port"] for name in (*SERVICES, *ENGINES)]
    addresses = [second.part(name).get("url") or second.part(name)["port"] for name in (*SERVICES, *ENGINES)]
    assert set(first_addresses) & set(addresses) == set()
    members = family(second.description()["pid"])
    assert len(members) >= 6
    assert second.ask("stop")["stopped"] is True
    assert [member for member in members if member.is_alive()] == []
    assert not second.data.run_json.exists()
    assert box.runs_whole()
    assert second.ask("stop") == {"ok": True, "stopped": False}
    assert second.run("ps").returncode == 1


def test_ctrl_c_ends_everything_with_exit_code_0(second: Box) -> None:
    with second.in_foreground() as process:
        members = family(process.pid)
        assert press_ctrl_c(process) == 0
        assert [member for member in members if member.is_alive()] == []


def test_a_killed_supervisor_leaves_nobody_behind_and_the_next_start_works(second: Box) -> None:
    with second.in_foreground() as process:
        members = family(process.pid)
        assert {"postgres", "nats-server"} <= {program_of(member) for member in members}
        process.kill()
        wait_for(lambda: not any(member.is_alive() for member in members), ORPHANS_END_IN_S)
    assert second.data.run_json.exists()
    with second.in_foreground() as process:
        assert second.description()["pid"] == process.pid
        assert second.runs_whole()


def test_a_first_start_that_is_killed_half_way_does_not_block_the_next(scratch: Path) -> None:
    box = Box(scratch / "half-way")
    with box.begin() as process:
        wait_for(lambda: list(box.root.glob("engines/*/PG_VERSION")))
        members = family(process.pid)
        assert "initdb" in {program_of(member) for member in members}
        for member in members:
            with contextlib.suppress(ProcessLookupError):  # initdb's own children come and go.
                os.kill(member.pid, signal.SIGKILL)
        wait_for(lambda: not any(member.is_alive() for member in members), ORPHANS_END_IN_S)
    with box.in_foreground():
        assert box.runs_whole()


def test_it_starts_below_a_folder_that_nobody_else_may_enter(scratch: Path) -> None:
    private = scratch / "private"
    private.mkdir(mode=0o700)
    box = Box(private / "data")
    old = os.umask(0o077)
    try:
        with box.in_foreground():
            assert box.runs_whole()
    finally:
        os.umask(old)
        home = open_engine_home(DataDir(box.root)).root
        shutil.rmtree(home)


def test_json_of_a_failure_is_one_line(scratch: Path) -> None:
    failed = Box(scratch / "nothing").run("ps", "--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["ok"] is False
