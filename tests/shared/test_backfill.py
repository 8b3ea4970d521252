"""A migration that fills a column reaches the rows of every tenant, though row-level security guards them."""

from collections.abc import AsyncIterator, Callable

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.ids import new_id
from shared.migrations.runner import backfill
from shared.sql import async_url
from tests.house_of_test import House

ROWS_OF_EACH = 3
MAKE = """
CREATE TABLE sample (tenant_id uuid, id uuid, given text, filled text, PRIMARY KEY (tenant_id, id));
ALTER TABLE sample ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sample
    USING (tenant_id = ANY (nullif(current_setting('app.tenant_ids', true), '')::uuid[]));
"""
FILL = "UPDATE sample SET filled = upper(given)"


@pytest.fixture
async def owner(house: House) -> AsyncIterator[AsyncConnection]:
    """The owner in a transaction that comes to nothing, with a guarded table of two tenants."""
    engine = create_async_engine(async_url(house.url("tracker", "owner")))
    async with engine.connect() as connection:
        for statement in MAKE.strip().split(";\n"):
            await connection.execute(text(statement.rstrip(";")))
        for tenant_id in (new_id(), new_id()):
            for _ in range(ROWS_OF_EACH):
                row = {"tenant_id": tenant_id, "id": new_id()}
                await connection.execute(text("INSERT INTO sample VALUES (:tenant_id, :id, 'x', NULL)"), row)
        yield connection
        await connection.rollback()
    await engine.dispose()


def in_a_migration(update: str) -> Callable[[Connection], int]:
    def run(connection: Connection) -> int:
        with Operations.context(MigrationContext.configure(connection)):
            return backfill("sample", update)

    return run


async def test_it_reaches_the_rows_of_both_tenants(owner: AsyncConnection) -> None:
    assert await owner.run_sync(in_a_migration(FILL)) == 2 * ROWS_OF_EACH
    assert await owner.scalar(text("SELECT count(*) FROM sample WHERE filled = 'X'")) == 2 * ROWS_OF_EACH


async def test_it_fails_where_rows_are_hidden_from_it(owner: AsyncConnection) -> None:
    await owner.execute(text("ALTER TABLE sample FORCE ROW LEVEL SECURITY"))
    with pytest.raises(RuntimeError, match="hides rows"):
        await owner.run_sync(in_a_migration(FILL))


async def test_it_fails_when_it_leaves_rows_out(owner: AsyncConnection) -> None:
    with pytest.raises(RuntimeError, match=r"reached \d of 6 rows"):
        await owner.run_sync(in_a_migration(FILL + " WHERE id < (SELECT max(id::text)::uuid FROM sample)"))
