"""Every door, knocked at with another company's ids, by every role and every kind of key: nothing leaks.

The doors, their bodies and their scopes come from the API descriptions, so a new door is probed without a line here.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from shared.access.credentials import Limits
from shared.access.kinds import Kind
from shared.access.scopes import ROLES, SCOPES_OF_SECRET_KEYS, Role, Scope
from shared.contracts.vocabulary import Channel
from tests.contracts.samples import Operation
from tests.contracts.two_tenants import CANARY, TABLE_OF_ID, TwoTenants, tenant_tables, two_tenants
from tests.house_of_test import SERVICES, House

PUBLISHABLE = Limits(Channel.WIDGET, frozenset(), 100_000)
REFUSED = {401, 403}
REACHED = (
    "tracker GET /v1/cases",
    "tracker GET /v1/cases/{case_id}",
    "tracker GET /v1/problems/{problem_id}",
    "tracker GET /v1/actions/{action_id}",
    "tracker GET /v1/keys/{key_id}",
    "tracker GET /v1/tenants/{tenant_id}",
    "tracker GET /v1/members/{member_id}",
)
# These ask who somebody is and not what they may; tests/tracker/test_sessions.py knocks at them.
ASK_WHO = {
    "tracker POST /v1/sign-in",
    "tracker POST /v1/sign-out",
    "tracker GET /v1/me",
    "tracker PATCH /v1/me",
    "tracker POST /v1/mail-tests",
    "tracker POST /v1/me/password",
    "tracker GET /v1/sessions",
    "tracker DELETE /v1/sessions/{session_id}",
}


@pytest.fixture
async def two(house: House) -> AsyncIterator[TwoTenants]:
    async with two_tenants(house) as found:
        yield found


async def keys_of(house: House, tenant_id: UUID) -> dict[str, tuple[str | None, frozenset[Scope]]]:
    """A key of every kind and of every role, and what it may."""
    server = frozenset(SCOPES_OF_SECRET_KEYS)
    app = frozenset({Scope.FEEDBACK_SEND})
    keys: dict[str, tuple[str | None, frozenset[Scope]]] = {
        "nobody": (None, frozenset()),
        "forged": ("hy_" + "0" * 32 + "_" + "0" * 64, frozenset()),
        "server": (await house.new_key(tenant_id, *server), server),
        "app": (await house.new_key(tenant_id, *app, kind=Kind.PUBLISHABLE, limits=PUBLISHABLE), app),
    }
    for role in Role:
        keys[role] = (await house.new_key(tenant_id, *ROLES[role], kind=Kind.SESSION), ROLES[role])
    return keys


def opens(operation: Operation, scopes: frozenset[Scope]) -> bool:
    return operation.is_public or bool(operation.scopes & scopes)


async def test_nobody_sees_or_changes_anything_of_another_company(two: TwoTenants) -> None:
    before = await two.rows_of_rich()
    told = set(two.ids.values())
    leaks = []
    for who, (key, _) in (await keys_of(two.house, two.poor)).items():
        for operation in two.operations():
            answer = await two.knock(operation, key, two.ids)
            assert answer.status_code < 500, f"{who}: {operation} -> {answer.text}"
            # A company's own export holds its audit, and that the ids that it was refused.
            seen = {one for one in told if one in answer.text and not operation.path.endswith("/tenant-export")}
            if CANARY in answer.text or (answer.is_success and seen):
                leaks.append(f"{who}: {operation} -> {answer.status_code}")
    assert leaks == []
    assert await two.rows_of_rich() == before


async def test_each_door_opens_for_exactly_the_scopes_that_it_names(two: TwoTenants) -> None:
    wrong = []
    for who, (key, scopes) in (await keys_of(two.house, two.poor)).items():
        for operation in two.operations():
            status = (await two.knock(operation, key, two.ids)).status_code
            if str(operation) not in ASK_WHO and (status not in REFUSED) != opens(operation, scopes):
                wrong.append(f"{who}: {operation} -> {status}")
    assert wrong == []


async def test_the_probes_reach_what_they_would_have_to_find(two: TwoTenants) -> None:
    """The same requests by the company itself find its things; without this, a probe that breaks would pass."""
    everything = frozenset(Scope) - {Scope.OPERATOR}
    key = await two.house.new_key(two.rich, *everything, kind=Kind.SESSION)
    answers = {str(operation): (await two.knock(operation, key, two.ids)).text for operation in two.operations()}
    assert [door for door in REACHED if CANARY not in answers[door]] == []


async def test_every_id_in_a_path_has_a_thing_behind_it(two: TwoTenants) -> None:
    names = {one["name"] for operation in two.operations() for one in operation.parameters("path")}
    # Codes and tokens are their own permissions, presets are everybody's; dead letters are for operators, who see all.
    assert names - set(TABLE_OF_ID) - {"code", "token", "preset", "consumer", "msg_id"} == set()


async def leaking_tables(two: TwoTenants, service: str) -> list[str]:
    """Tables in which the app role, at work for the poor company, sees or changes rows of the rich one."""
    connection = await asyncpg.connect(two.house.url(service, "app"))
    try:
        tables = await tenant_tables(two.house, service)
        return [table for table in tables if await _leaks(connection, table, two)]
    finally:
        await connection.close()


async def _leaks(connection: "asyncpg.Connection[asyncpg.Record]", table: str, two: TwoTenants) -> bool:
    statements = ("SELECT 1 FROM {} WHERE tenant_id = $1", "DELETE FROM {} WHERE tenant_id = $1 RETURNING 1")
    for statement in statements:
        attempt = connection.transaction()
        await attempt.start()
        try:
            await connection.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{two.poor}}}")
            if await connection.fetch(statement.format(table), two.rich):
                return True
        except asyncpg.InsufficientPrivilegeError:
            continue
        finally:
            await attempt.rollback()
    return False


async def test_a_statement_that_forgets_its_tenant_still_sees_its_own_alone(two: TwoTenants) -> None:
    for service in SERVICES:
        assert await leaking_tables(two, service) == []


async def test_with_one_policy_gone_the_probe_fails(two: TwoTenants) -> None:
    async with two.house.query("tracker") as owner:
        await owner.execute("ALTER TABLE problem DISABLE ROW LEVEL SECURITY")
        try:
            found = await owner.fetchval("SELECT count(*) FROM problem WHERE tenant_id = $1", two.rich)
            assert found
            connection = await asyncpg.connect(two.house.url("tracker", "app"))
            assert await _leaks(connection, "problem", two)
            await connection.close()
        finally:
            await owner.execute("ALTER TABLE problem ENABLE ROW LEVEL SECURITY")
