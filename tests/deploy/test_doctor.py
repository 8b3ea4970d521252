"""The doctor: every check is broken once and must say so, with a remedy; a fresh instance is healthy."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from deploy.doctor import databases, machine, services
from deploy.doctor.all import CHECKS, examine
from deploy.doctor.patient import Check, Finding, Patient, State
from deploy.embedded.keys import ensure_keys, superuser_password
from deploy.embedded.postgres import SUPERUSER
from shared.access.heads import Heads
from shared.access.scopes import Scope
from shared.access.sealing import Sealer
from shared.clock import now
from shared.crypto import new_key
from shared.database import Database
from shared.ids import new_id
from tests.fakes.mail_server import mail_server
from tests.house_of_test import SERVICES, TRAINING_WAIT_S, House, eventually
from tests.instance import run_py, running_instance, until


def port_of(house: House) -> int:
    port: int = house.engines.describe()["postgres"]["port"]
    return port


def described(house: House) -> dict[str, Any]:
    return {
        "services": {name: {"url": "http://127.0.0.1:9", "pid": 1, "state": "running"} for name in SERVICES},
        "engines": {"postgres": {"port": port_of(house), "state": "running"}, "nats": {"port": 1, "state": "external"}},
    }


@pytest.fixture
def patient(house: House) -> Patient:
    return Patient(house.data, described(house), environment={})


async def failures(check: Check, patient: Patient) -> list[str]:
    found = await check(patient)
    assert all(finding.remedy for finding in found if finding.state is not State.OK), "every finding has a remedy"
    return [finding.says for finding in found if finding.state is State.FAILED]


@asynccontextmanager
async def as_superuser(house: House, service: str, *statements: str) -> AsyncIterator[None]:
    """Breaks something as only a superuser can, and mends it: the second half of the statements."""
    parts = urlsplit(house.url(service, "owner"))
    password = superuser_password(house.data)
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port_of(house), user=SUPERUSER, password=password, database=parts.path[1:]
    )
    half = len(statements) // 2
    try:
        for statement in statements[:half]:
            await connection.execute(statement)
        yield
    finally:
        for statement in statements[half:]:
            await connection.execute(statement)
        await connection.close()


APP = "huiyin_tracker_app"
BROKEN_DATABASES: list[tuple[Check, list[str], str]] = [
    (
        databases.safe_in_a_power_cut,
        [f"ALTER ROLE {APP} SET synchronous_commit = off", f"ALTER ROLE {APP} RESET synchronous_commit"],
        "synchronous_commit is off",
    ),
    (databases.roles_are_small, [f"ALTER ROLE {APP} BYPASSRLS", f"ALTER ROLE {APP} NOBYPASSRLS"], "tracker's app role"),
    (
        databases.tenants_are_guarded,
        ["ALTER TABLE problem DISABLE ROW LEVEL SECURITY", "ALTER TABLE problem ENABLE ROW LEVEL SECURITY"],
        "table problem has no row-level security",
    ),
    (
        databases.app_owns_nothing,
        ["CREATE TABLE mine (id int)", f"ALTER TABLE mine OWNER TO {APP}", "DROP TABLE mine", "SELECT 1"],
        "owns mine",
    ),
    (
        databases.migrations_at_head,
        [
            "UPDATE alembic_version SET version_num = 'tracker_0000' WHERE version_num LIKE 'tracker%'",
            "UPDATE alembic_version SET version_num = 'tracker_HEAD' WHERE version_num = 'tracker_0000'",
        ],
        "has the form",
    ),
]


@pytest.mark.parametrize(
    ("check", "statements", "says"), BROKEN_DATABASES, ids=lambda one: getattr(one, "__name__", "")
)
async def test_a_database_that_is_not_as_it_must_be(
    house: House, patient: Patient, check: Check, statements: list[str], says: str
) -> None:
    assert await failures(check, patient) == []
    async with house.query("tracker") as owner:
        head = await owner.fetchval("SELECT version_num FROM alembic_version WHERE version_num LIKE 'tracker%'")
    mended = [statement.replace("tracker_HEAD", head) for statement in statements]
    async with as_superuser(house, "tracker", *mended):
        [found] = await failures(check, patient)
    assert says in found
    assert await failures(check, patient) == []


async def test_a_database_that_is_away(house: House, patient: Patient) -> None:
    assert await failures(databases.reachable, patient) == []
    away = described(house)
    away["engines"]["postgres"]["port"] = 9
    assert len(await failures(databases.reachable, replace(patient, description=away))) == 6


async def test_databases_of_ones_own_are_looked_at_as_far_as_urls_are_given(house: House, patient: Patient) -> None:
    given = {name: url for name, url in house.environment.items() if not name.endswith("OWNER_URL")}
    outside = replace(patient, environment=given)
    assert await failures(databases.tenants_are_guarded, outside) == []
    for check in (databases.migrations_at_head, databases.audit_is_sealed):
        [found] = await check(outside)
        assert found.state is State.SKIPPED
        assert "OWNER_URL" in found.remedy


async def test_a_clock_that_is_off(patient: Patient) -> None:
    assert await failures(databases.clocks_agree, patient) == []
    late = replace(patient, clock=lambda: now() + timedelta(minutes=10))
    assert "600 s off" in (await failures(databases.clocks_agree, late))[0]


_OLD_LINE = """
INSERT INTO audit (tenant_id, id, at, actor, verb, object_kind, detail)
VALUES ($1, $2, now() - interval '1 day', 'test', 'x', 'x', '{}')
"""


async def test_audit_lines_that_nobody_seals(house: House, patient: Patient, tenant_id: UUID) -> None:
    async with house.query("tracker") as owner:
        await owner.execute(_OLD_LINE, tenant_id, new_id())
    assert any("tracker" in found for found in await failures(databases.audit_is_sealed, patient))
    carrier = Database(house.url("tracker", "carrier"))
    await carrier.open()
    await Sealer(carrier, Heads(house.data.root / "audit" / "tracker.heads")).seal()
    await carrier.close()
    assert not any("tracker" in found for found in await failures(databases.audit_is_sealed, patient))


def disk_of(free: int, total: int) -> Callable[[Path], tuple[int, int]]:
    return lambda _: (free, total)


async def test_a_process_that_keeps_dying_a_full_disk_and_a_key_for_all(house: House, patient: Patient) -> None:
    assert await failures(machine.processes_live, patient) == []
    dying = described(house)
    dying["services"]["classifier"]["state"] = "failing"
    assert "classifier is failing" in (await failures(machine.processes_live, replace(patient, description=dying)))[0]
    assert await failures(machine.disk_has_room, replace(patient, disk=disk_of(2 * 10**9, 10**10))) == []
    for free, total in ((5 * 10**8, 10**9), (2 * 10**9, 10**12)):
        assert "free where" in (await failures(machine.disk_has_room, replace(patient, disk=disk_of(free, total))))[0]
    ensure_keys(house.data)
    master = house.data.keys / "master.key"
    assert not any("master.key" in found for found in await failures(machine.keys_are_private, patient))
    master.chmod(0o640)
    assert any(
        "master.key can be read by others" in found for found in await failures(machine.keys_are_private, patient)
    )
    master.chmod(0o600)


@pytest.mark.parametrize(
    ("python", "state"),
    [((3, 11, 9), State.NOTE), ((3, 11, 10), State.OK), ((3, 12, 5), State.NOTE), ((3, 13, 0), State.OK)],
)
async def test_a_python_with_known_faults_is_noted(patient: Patient, python: tuple[int, ...], state: State) -> None:
    [found] = await machine.python_is_mended(replace(patient, python=python))
    assert found.state is state


async def test_no_noted_ends_of_the_audit(patient: Patient, tmp_path: Path) -> None:
    [found] = await machine.heads_are_noted(replace(patient, data=replace(patient.data, root=tmp_path)))
    assert found.state is State.NOTE


@asynccontextmanager
async def answering(house: House, patient: Patient, **apps: FastAPI) -> AsyncIterator[Patient]:
    """The patient with services that answer; named ones instead of healthy ones."""
    key = await house.new_key(new_id(), Scope.OPERATOR)
    headers = {"Authorization": f"Bearer {key}"}
    built = {name: apps.get(name) or house.app(name) for name in SERVICES}
    async with AsyncExitStack() as stack:
        for app in built.values():
            await stack.enter_async_context(app.router.lifespan_context(app))

        def client(name: str) -> httpx.AsyncClient:
            return httpx.AsyncClient(transport=httpx.ASGITransport(built[name]), base_url="http://x", headers=headers)

        yield replace(patient, client_of=client)


async def said(patient: Patient) -> list[Finding]:
    return await services.services_say(patient)


async def test_a_master_key_that_does_not_belong_to_the_databases(
    house: House, patient: Patient, tenant_id: UUID, tmp_path: Path
) -> None:
    writer = house.app("collector")
    async with writer.router.lifespan_context(writer):
        key = await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)
        transport = httpx.ASGITransport(writer)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            posted = await client.post("/v1/feedback", json={"text": "x"}, headers={"Authorization": f"Bearer {key}"})
            assert posted.status_code == 201
    other = tmp_path / "master.key"
    other.write_text(base64.b64encode(new_key()).decode())
    async with answering(house, patient, collector=house.app("collector", master_key_file=other)) as seen:
        assert any("does not open the keys of" in finding.says for finding in await said(seen))
    async with answering(house, patient) as seen:
        assert any("opens every tenant's keys" in finding.says for finding in await said(seen))


async def test_a_model_file_that_was_changed(house: House, patient: Patient) -> None:
    async with answering(house, patient, classifier=house.app("classifier", lanes="api,jobs")) as seen:
        client = seen.client("classifier")

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await eventually(is_ready, wanted=True, wait_s=TRAINING_WAIT_S)
        assert any("file is what was trained" in finding.says for finding in await said(seen))
        files = list((house.data.root / "models").glob("*.npz"))
        whole = {path: path.read_bytes() for path in files}
        for path in files:
            path.write_bytes(whole[path][:-1] + b"x")
        broken = await said(seen)
        for path in files:
            path.write_bytes(whole[path])
        assert any("not what was trained" in finding.says for finding in broken)


async def test_a_mail_server_that_is_unset_away_or_there(house: House, patient: Patient) -> None:
    async with answering(house, patient) as seen:
        assert [one.state for one in await said(seen) if "run.py mails" in one.says] == [State.NOTE]
    away = house.app("tracker", smtp_host="127.0.0.1", smtp_port=9, smtp_security="none")
    async with answering(house, patient, tracker=away) as seen:
        assert any("does not let us in" in one.says for one in await said(seen) if one.state is State.FAILED)
    with mail_server() as mails:
        there: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_security": "none"}
        async with answering(house, patient, tracker=house.app("tracker", **there)) as seen:
            assert any("lets us in" in one.says for one in await said(seen) if one.state is State.OK)
        signed = there | {"smtp_username": "a", "smtp_password": "b"}
        async with answering(house, patient, tracker=house.app("tracker", **signed)) as seen:
            assert any("does not let us in" in one.says for one in await said(seen) if one.state is State.FAILED)
        assert mails.mails == []


_WAITS = {
    "waited": """
        INSERT INTO outbox (tenant_id, id, subject, body, created_at)
        VALUES ($1, $2, 's', '{}', now() - interval '1 h')
    """,
    "set aside": """
        INSERT INTO dead_letter (tenant_id, msg_id, consumer, subject, body, tries, error, dead_at)
        VALUES ($1, $2, 'x', 's', '{}', 5, 'E', now())
    """,
    "given up": """
        INSERT INTO job (tenant_id, id, kind, dedupe_key, args, dead_at) VALUES ($1, $2, 'x', 'x', '{}', now())
    """,
}


@pytest.mark.parametrize("what", _WAITS)
async def test_what_waits_too_long_or_was_given_up(house: House, patient: Patient, tenant_id: UUID, what: str) -> None:
    async with answering(house, patient) as seen, house.query("tracker", "carrier") as carrier:
        await carrier.execute(_WAITS[what], tenant_id, new_id())
        found = await failures(services.nothing_waits_long, seen)
        for table in ("outbox", "dead_letter", "job"):
            await carrier.execute(f"DELETE FROM {table} WHERE tenant_id = $1", tenant_id)
    assert any(what in says and "tracker" in says for says in found)


async def test_a_page_that_loads_from_elsewhere(house: House, patient: Patient) -> None:
    async with answering(house, patient, tracker=house.app("tracker")) as seen:
        assert await failures(services.pages_stay_at_home, seen) == []
    page = '<script src="https://cdn.example/x.js"></script><link href=//fonts.example/f.css><img src="/here.png">'
    other = FastAPI(docs_url=None)
    other.add_api_route("/docs", lambda: HTMLResponse(page), methods=["GET"])
    async with answering(house, patient, tracker=other) as seen:
        found = await failures(services.pages_stay_at_home, seen)
    for url in ("//fonts.example", "https://cdn.example"):
        assert [says for says in found if url in says], found


async def test_a_check_that_cannot_look_is_a_finding(house: House, patient: Patient) -> None:
    away = described(house)
    away["engines"]["postgres"]["port"] = 9
    report = await examine(replace(patient, description=away))
    assert not report.is_healthy
    assert {name for name, _ in report.findings} == set(CHECKS)


def test_a_fresh_instance_is_healthy_until_it_is_not(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data") as instance:

        def doctor() -> tuple[int, dict[str, Any]]:
            done = run_py("doctor", "--data-dir", str(instance.data), "--json")
            document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
            return done.returncode, document

        until(lambda: doctor()[0] == 0, "the doctor finds nothing, for the model is trained", wait_s=TRAINING_WAIT_S)
        checks = doctor()[1]["checks"]
        assert {check["name"] for check in checks} == set(CHECKS)
        (instance.data / "keys" / "master.key").chmod(0o644)
        status, document = doctor()
        assert (status, document["ok"]) == (1, False)
        [broken] = [check for check in document["checks"] if check["state"] == "failed"]
        assert broken["remedy"].startswith("chmod 600")
    assert run_py("doctor", "--data-dir", str(tmp_path / "data"), "--json").returncode == 1
