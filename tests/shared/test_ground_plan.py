"""The ground plan of the three databases: who may see what, and that the tables are what the code says."""

from uuid import UUID

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from deploy.postgres.roles import SERVICES, database_name
from services.classifier.store.tables import ClassifierTable
from services.collector.store.tables import CollectorTable
from services.tracker.store.tables import TrackerTable
from shared.access import tables as access_tables
from shared.access.export import Exported
from shared.ids import new_id
from shared.messaging import tables as messaging_tables
from shared.privacy import tables as privacy_tables
from shared.sql import async_engine
from shared.tables import GroundTable
from shared.web import tables as web_tables
from tests.house_of_test import House

TABLES: dict[str, MetaData] = {
    "collector": CollectorTable.metadata,
    "classifier": ClassifierTable.metadata,
    "tracker": TrackerTable.metadata,
}
CARRIER_TABLES = {
    "outbox", "inbox", "dead_letter", "job", "stream_mark", "credential", "public_code", "forgotten_tenant", "erasure",
    "alembic_version", "instance", "sign_in_count",
}  # fmt: skip
# The app role writes these in its own transaction; the policies hold it to that transaction's tenants.
GUARDED_CARRIERS = {"outbox", "inbox", "job"}
# Keyed by what is looked up, for a second index of so many rows would cost more than all else; made of texts, so it
# is not exported either.
LOOKED_UP_BY = {"duplicate_band": ["tenant_id", "band", "feedback_id"]}
PARTS_THAT_SERVE = ("app", "carrier")
GROUND = (access_tables, messaging_tables, privacy_tables, web_tables)

_CATALOGUE = """
SELECT c.relname AS name, c.relrowsecurity AS has_policy, c.relforcerowsecurity AS is_forced,
    pg_get_userbyid(c.relowner) AS owner,
    (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname) AS policies,
    (SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int[], a.attnum::int))
     FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = c.oid AND i.indisprimary) AS key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""


async def catalogue(house: House, service: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(house.url(service, "owner"))
    try:
        return await connection.fetch(_CATALOGUE)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_a_carrier_or_guarded_by_tenant(house: House, service: str) -> None:
    for table in await catalogue(house, service):
        if table["name"] in CARRIER_TABLES:
            guarded = table["name"] in GUARDED_CARRIERS
            assert table["has_policy"] == guarded, f"{table['name']}: which carriers have policies stands in a list"
            assert table["policies"] == (2 if guarded else 0)
            assert not table["is_forced"]
        else:
            assert table["has_policy"], f"{table['name']} is neither guarded nor listed as a carrier table"
            assert table["policies"] == 1
            assert not table["is_forced"], f"a backfill of {table['name']} by its owner would see nothing"
            assert table["key"] == LOOKED_UP_BY.get(table["name"], ["tenant_id", "id"]), table["name"]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_tenant_takes_along_every_table_of_its_own(house: House, service: str) -> None:
    exported: Exported = house.app(service).state.exported
    guarded = {table["name"] for table in await catalogue(house, service) if table["has_policy"]}
    post = GUARDED_CARRIERS | {"idempotency", "audit_seal", "erased"} | LOOKED_UP_BY.keys()
    assert {table.name for table in exported.tables()} == guarded - post


@pytest.mark.parametrize("service", SERVICES)
async def test_the_serving_roles_own_nothing_and_bypass_nothing(house: House, service: str) -> None:
    owners = {table["owner"] for table in await catalogue(house, service)}
    assert owners == {f"huiyin_{service}_owner"}
    connection = await asyncpg.connect(house.url(service, "owner"))
    rights = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'huiyin_%' AND rolname <> 'huiyin_superuser'"
        " AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)"
    )
    await connection.close()
    assert rights == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("part", PARTS_THAT_SERVE)
async def test_a_services_roles_are_refused_by_the_other_databases(house: House, service: str, part: str) -> None:
    for other in set(SERVICES) - {service}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(house.url(service, part), database=database_name(other))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("part", PARTS_THAT_SERVE)
@pytest.mark.parametrize("database", ["postgres", "template1"])
async def test_a_services_roles_are_refused_by_the_servers_own_databases(
    house: House, service: str, part: str, database: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(house.url(service, part), database=database)


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_make_the_tables_that_the_code_describes(house: House, service: str) -> None:
    engine = async_engine(house.url(service, "owner"))

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        return list(compare_metadata(context, [GroundTable.metadata, TABLES[service]]))  # type: ignore[arg-type]  # its hint forgets that several are allowed

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


FORBIDDEN_TO_APP = [
    "SELECT * FROM outbox",
    "UPDATE outbox SET sent_at = now()",
    "SELECT * FROM job",
    "SELECT tenant_id FROM inbox",
    "SELECT * FROM credential",
    "SELECT * FROM dead_letter",
    "DELETE FROM audit",
    "UPDATE audit SET actor = 'x'",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
]


@pytest.mark.parametrize("statement", FORBIDDEN_TO_APP)
@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_role_may_not(house: House, service: str, statement: str) -> None:
    connection = await asyncpg.connect(house.url(service, "app"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_carrier_sees_no_tenant_table(house: House, service: str) -> None:
    connection = await asyncpg.connect(house.url(service, "carrier"))
    try:
        for name in TABLES[service].tables:
            if name not in CARRIER_TABLES:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"SELECT 1 FROM {name}")
    finally:
        await connection.close()


@pytest.mark.parametrize("column", ["scopes", "kind", "tenant_id", "secret_sha256", "member_id", "expires_at"])
@pytest.mark.parametrize("service", SERVICES)
async def test_the_carrier_may_end_a_credential_and_not_widen_it(house: House, service: str, column: str) -> None:
    async with house.query(service, "carrier") as carrier:
        assert await carrier.execute("UPDATE credential SET revoked_at = now() WHERE id = $1", new_id()) == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await carrier.execute(f"UPDATE credential SET {column} = {column}")


async def test_rows_are_seen_by_their_tenant_alone(house: House) -> None:
    mine, other = new_id(), new_id()
    insert = "INSERT INTO problem (tenant_id, id, title) VALUES ($1, $2, 'x')"
    connection = await asyncpg.connect(house.url("tracker", "app"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{mine}}}")
            await connection.execute(insert, mine, new_id())
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(insert, other, new_id())
        # After a pooled transaction the setting is '', which must mean nobody and not an error.
        assert await connection.fetchval("SELECT count(*) FROM problem") == 0
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{other}}}")
            assert await connection.fetchval("SELECT count(*) FROM problem WHERE tenant_id = $1", mine) == 0
    finally:
        await connection.close()


PUT_BY_APP = {
    "outbox": "INSERT INTO outbox (tenant_id, id, subject, body) VALUES ($1, $2, 'x', '{}')",
    "job": "INSERT INTO job (tenant_id, id, kind, dedupe_key, args) VALUES ($1, $2, 'guard', gen_random_uuid(), '{}')",
    "inbox": "INSERT INTO inbox (tenant_id, msg_id, consumer) VALUES ($1, $2, 'guard') ON CONFLICT DO NOTHING",
}


@pytest.mark.parametrize("table", PUT_BY_APP)
@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_role_puts_down_for_the_tenants_of_its_transaction_only(
    house: House, tenant_id: UUID, service: str, table: str
) -> None:
    async with house.query(service, "app") as app, house.query(service, "carrier") as carrier:
        for given in ("", f"{{{new_id()}}}"):
            async with app.transaction():
                await app.execute("SELECT set_config('app.tenant_ids', $1, true)", given)
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with app.transaction():
                        await app.execute(PUT_BY_APP[table], tenant_id, new_id())
        undo = app.transaction()
        await undo.start()
        await app.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{new_id()},{tenant_id}}}")
        assert await app.execute(PUT_BY_APP[table], tenant_id, new_id()) == "INSERT 0 1"
        await undo.rollback()
        undo = carrier.transaction()
        await undo.start()
        assert await carrier.execute(PUT_BY_APP[table], tenant_id, new_id()) == "INSERT 0 1"
        assert await carrier.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant_id) == 1
        await undo.rollback()
