"""One way into a database: a transaction, opened for named tenants and committed here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
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
# What a database that is away, restarting, overrun or at work for somebody else looks like from here.
TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without anybody changing anything."""
    return isinstance(error, TRANSIENT)


@dataclass(frozen=True)
class Rows:
    """Rows of one table, all with the same columns; `tail` is what follows their INSERT, such as ON CONFLICT."""

    table: type[SQLModel]
    rows: Sequence[Values]
    tail: str = ""


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
        return await self.insert_all(Rows(table, rows, tail))

    async def insert_all(self, first: Rows, *others: Rows) -> list[asyncpg.Record]:
        """Adds rows of several tables in one statement, so in one round trip; gives what `first` returns, if it does.

        Tables without rows are left out. References between the rows hold, for they are checked at the end.
        """
        parts = [part for part in (first, *others) if part.rows]
        if not parts:
            return []
        shapes = tuple((part.table, tuple(part.rows[0]), part.tail) for part in parts)
        values = (
            [row[column] for row in part.rows]
            for part, (_, columns, _) in zip(parts, shapes, strict=True)
            for column in columns
        )
        return await self._connection.fetch(_insert_statement(shapes), *values)


_Shape = tuple[type[SQLModel], tuple[str, ...], str]


@cache
def _insert_statement(shapes: tuple[_Shape, ...]) -> str:
    """The last part is the statement itself, so the first one's answer is selected when there are others."""
    numbers = count(1)
    inserts = [_insert_of(shape, numbers) for shape in shapes]
    if len(inserts) == 1:
        return inserts[0]
    named = ", ".join(f"part_{index} AS ({insert})" for index, insert in enumerate(inserts))
    return f"WITH {named} SELECT {'* FROM part_0' if 'RETURNING' in shapes[0][2] else ''}"


def _insert_of(shape: _Shape, numbers: Iterator[int]) -> str:
    table, columns, tail = shape
    known = table.metadata.tables[str(table.__tablename__)].columns
    types = [known[column].type.compile(dialect=_DIALECT) for column in columns]
    values = ", ".join(f"${next(numbers)}::{kind}[]" for kind in types)
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
            reset=_leave_as_it_is,
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
    async def transaction(self, *tenant_ids: UUID, lock_timeout_ms: int | None = None) -> AsyncIterator[Tx]:
        """One transaction that sees exactly the rows of these tenants (none for a carrier).

        It commits when the block ends and rolls back when the block raises. The caller may tell the outside world
        only after the block: an error of the commit itself is raised here. `lock_timeout_ms` is for who may not wait
        as long for others as the role may.
        """
        if self._pool is None:
            raise RuntimeError("Database.open() comes first")
        begin = _begin(tenant_ids, lock_timeout_ms)
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, _begun(connection, begin):
                yield Tx(connection)
        except TimeoutError:
            # A network that forgot one connection has forgotten its neighbours: none of them is asked again.
            await self._pool.expire_connections()
            raise


async def _leave_as_it_is(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing here changes a session: settings are the transaction's, so there is nothing to ask back."""


def _begin(tenant_ids: Sequence[UUID], lock_timeout_ms: int | None) -> str:
    """The first words of a transaction, in one round trip."""
    settings = {"lock_timeout": str(lock_timeout_ms)} if lock_timeout_ms is not None else {}
    if tenant_ids:
        settings["app.tenant_ids"] = "{" + ",".join(map(str, sorted(set(tenant_ids)))) + "}"
    told = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"BEGIN; SELECT {told}" if told else "BEGIN"


@asynccontextmanager
async def _begun(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", begin: str) -> AsyncIterator[None]:
    """A transaction. A connection that gives no answer is thrown away, for asking it to roll back would wait, too."""
    try:
        try:
            # These are the first words on the wire, and a living server answers them at once.
            await connection.execute(begin, timeout=BEGIN_TIMEOUT_S)
            yield
        except Exception as error:
            if not isinstance(error, TimeoutError):
                await connection.execute("ROLLBACK")
            raise
        await _commit(connection)
    except (TimeoutError, asyncio.CancelledError, GeneratorExit):
        # A rollback that waits in vain would also turn a cancellation into an error.
        connection.terminate()
        raise


async def _commit(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
    """PostgreSQL answers the COMMIT of a transaction that has failed with ROLLBACK, and with no error."""
    if await connection.execute("COMMIT") != "COMMIT":
        raise RuntimeError("the transaction had failed before its commit, and was rolled back")
