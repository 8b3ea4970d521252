"""One way into a database: a transaction, opened for named tenants and committed here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)
Values = Mapping[str, object]
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
CONNECT_TIMEOUT_S = 5
BEGIN_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 10
CARRIER_STATEMENT_TIMEOUT_S = 30
ACQUIRE_TIMEOUT_S = 10
CLOSE_TIMEOUT_S = 2
# What a database that is away, restarting or overrun looks like from here (each seen under kill -9).
TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without anybody changing anything."""
    return isinstance(error, TRANSIENT)


class Tx:
    """One open transaction. Use cases and stores get it as an argument; they never commit."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
        self._connection = connection

    async def execute(self, sql: str, *args: object) -> str:
        """Runs one statement; the answer is PostgreSQL's command tag."""
        return await self._connection.execute(sql, *args)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """All rows of one statement."""
        return await self._connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:  # noqa: ANN401 - a column's type is the statement's
        """The first column of the first row, or None."""
        return await self._connection.fetchval(sql, *args)

    async def rows(self, table: type[Row], sql: str, *args: object) -> list[Row]:
        """All rows as objects of a table class; the statement selects that table's columns."""
        return [table(**record) for record in await self._connection.fetch(sql, *args)]

    async def row(self, table: type[Row], sql: str, *args: object) -> Row | None:
        """The first row as an object of a table class, or None."""
        record = await self._connection.fetchrow(sql, *args)
        return None if record is None else table(**record)

    async def insert(self, table: type[SQLModel], rows: Sequence[Values], *, tail: str = "") -> list[asyncpg.Record]:
        """Adds rows (all with the same columns) in one statement; `tail` is what follows, such as ON CONFLICT."""
        if not rows:
            return []
        columns = tuple(rows[0])
        statement = _insert_statement(table, columns, tail)
        return await self._connection.fetch(statement, *([row[column] for row in rows] for column in columns))


@cache
def _insert_statement(table: type[SQLModel], columns: tuple[str, ...], tail: str) -> str:
    known = table.metadata.tables[str(table.__tablename__)].columns
    types = [known[column].type.compile(dialect=_DIALECT) for column in columns]
    values = ", ".join(f"${position}::{kind}[]" for position, kind in enumerate(types, start=1))
    return f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) SELECT * FROM unnest({values}) {tail}"


class Database:
    """A pool of connections in one role. It connects when first used, so a service can start before its database."""

    def __init__(
        self, url: str, *, connections_max: int = 10, statement_timeout_s: float = STATEMENT_TIMEOUT_S
    ) -> None:
        self._url = url
        self._connections_max = connections_max
        self._statement_timeout_s = statement_timeout_s
        self._pool: "asyncpg.Pool[asyncpg.Record] | None" = None

    async def open(self) -> None:
        """Makes the pool without connecting yet."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._connections_max,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=self._statement_timeout_s,
        )

    async def close(self) -> None:
        """Ends all connections; what is not committed after `CLOSE_TIMEOUT_S` is rolled back."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), CLOSE_TIMEOUT_S)
        except (*TRANSIENT, asyncpg.PostgresError):
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self, *tenant_ids: UUID) -> AsyncIterator[Tx]:
        """One transaction that sees exactly the rows of these tenants (none for a carrier).

        It commits when the block ends and rolls back when the block raises. The caller may tell the outside world
        only after the block: an error of the commit itself is raised here.
        """
        if self._pool is None:
            raise RuntimeError("Database.open() comes first")
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, _begun(connection):
                if tenant_ids:
                    setting = "{" + ",".join(str(tenant_id) for tenant_id in sorted(set(tenant_ids))) + "}"
                    await connection.execute("SELECT set_config('app.tenant_ids', $1, true)", setting)
                yield Tx(connection)
        except TimeoutError:
            # A network that forgot one connection has forgotten its neighbours: none of them is asked again.
            await self._pool.expire_connections()
            raise


@asynccontextmanager
async def _begun(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> AsyncIterator[None]:
    """A transaction. A connection that gives no answer is thrown away, for asking it to roll back would wait, too."""
    transaction = connection.transaction()
    try:
        # BEGIN is the first word on the wire, and a living server answers it at once.
        await asyncio.wait_for(transaction.start(), BEGIN_TIMEOUT_S)
        try:
            yield
        except Exception as error:
            if not isinstance(error, TimeoutError):
                await transaction.rollback()
            raise
        await transaction.commit()
    except (TimeoutError, asyncio.CancelledError, GeneratorExit):
        # A rollback that waits in vain would also turn a cancellation into an error.
        connection.terminate()
        raise
