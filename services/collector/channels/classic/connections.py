"""Three databases behind one face: what tables there are, and a page of rows, in a transaction that only reads."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import pymysql
import pymysql.cursors

from services.collector.channels.classic.schema import Catalog
from services.collector.channels.classic.urls import SourceUrl, UnreadableSourceError

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 120
_CATALOG = "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE {} ORDER BY 1, 2, 3"
_OF_POSTGRES = "table_schema NOT IN ('pg_catalog', 'information_schema')"
_OF_MYSQL = "table_schema = DATABASE()"
_OF_SQLITE = """
SELECT NULL AS a, m.name AS b, p.name AS c FROM sqlite_schema m, pragma_table_info(m.name) p
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' ORDER BY 2, 3
"""

Row = Mapping[str, Any]
Fetch = Callable[[str, Sequence[object]], list[Row]]


class Connection(Protocol):
    """A connection that reads."""

    quote: str
    place: str

    async def catalog(self) -> Catalog:
        """The columns of each table."""

    async def rows(self, statement: str, arguments: Sequence[object]) -> list[Row]:
        """The rows of a statement."""


@asynccontextmanager
async def connected(url: SourceUrl) -> AsyncIterator[Connection]:
    """A connection whose transaction sees one state of the database. Raises UnreadableSourceError, without secrets."""
    opener = {"postgresql": _postgres, "mysql": _mysql, "sqlite": _sqlite}[url.kind]
    async with AsyncExitStack() as stack:
        with _told(url):
            connection = await stack.enter_async_context(opener(url))
        yield _Telling(connection, url)


class _Telling:
    """A connection whose errors are said as the reader's own."""

    def __init__(self, connection: Connection, url: SourceUrl) -> None:
        self.quote, self.place = connection.quote, connection.place
        self._connection = connection
        self._url = url

    async def catalog(self) -> Catalog:
        with _told(self._url):
            return await self._connection.catalog()

    async def rows(self, statement: str, arguments: Sequence[object]) -> list[Row]:
        with _told(self._url):
            return await self._connection.rows(statement, arguments)


@contextmanager
def _told(url: SourceUrl) -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, pymysql.MySQLError, sqlite3.Error, OSError) as error:
        raise UnreadableSourceError("source_unreachable", source=url.shown, reason=_reason(error, url)) from None


def _reason(error: Exception, url: SourceUrl) -> str:
    """What the database says, which may repeat what it was told."""
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return said.replace(url.password, "***") if url.password else said


def _grouped(found: Iterable[Iterable[Any]]) -> Catalog:
    tables: dict[tuple[str | None, str], list[str]] = {}
    for schema, table, column in found:
        tables.setdefault((schema, table), []).append(column)
    return tables


class _Postgres:
    quote, place = '"', "$1"

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def catalog(self) -> Catalog:
        found = await self._connection.fetch(_CATALOG.format(_OF_POSTGRES))
        return _grouped(row.values() for row in found)

    async def rows(self, statement: str, arguments: Sequence[object]) -> list[Row]:
        return [dict(row.items()) for row in await self._connection.fetch(statement, *arguments)]


@asynccontextmanager
async def _postgres(url: SourceUrl) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=url.user or None,
        password=url.password or None,
        database=url.database,
        ssl=url.tls_context() or False,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=STATEMENT_TIMEOUT_S,
        server_settings={"default_transaction_read_only": "on", "application_name": "huiyin import"},
    )
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield _Postgres(connection)
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


class _InThread:
    """A connection of a driver that blocks: each page is fetched beside the event loop."""

    def __init__(
        self, quote: str, place: str, catalog: str, fetch: Callable[[str, Sequence[object]], list[Row]]
    ) -> None:
        self.quote, self.place = quote, place
        self._catalog = catalog
        self._fetch = fetch

    async def catalog(self) -> Catalog:
        found = await self.rows(self._catalog, ())
        return _grouped(row.values() for row in found)

    async def rows(self, statement: str, arguments: Sequence[object]) -> list[Row]:
        return await asyncio.to_thread(self._fetch, statement, arguments)


@asynccontextmanager
async def _mysql(url: SourceUrl) -> AsyncIterator[Connection]:
    def connect() -> Any:  # noqa: ANN401 - pymysql has no types
        return pymysql.connect(
            host=url.host,
            port=url.port,
            unix_socket=url.host if url.host.startswith("/") else None,
            user=url.user,
            password=url.password,
            database=url.database,
            charset="utf8mb4",
            ssl=url.tls_context(),
            ssl_disabled=url.tls == "disable",
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=STATEMENT_TIMEOUT_S,
            cursorclass=pymysql.cursors.DictCursor,
            local_infile=False,  # A server may ask for files of ours, and gets none.
        )

    connection = await asyncio.to_thread(connect)

    def fetch(statement: str, arguments: Sequence[object]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(statement, tuple(arguments) or None)
            return list(cursor.fetchall())

    try:
        await asyncio.to_thread(fetch, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", ())
        yield _InThread("`", "%s", _CATALOG.format(_OF_MYSQL), fetch)
    finally:
        await asyncio.to_thread(connection.close)


@asynccontextmanager
async def _sqlite(url: SourceUrl) -> AsyncIterator[Connection]:
    connection = await asyncio.to_thread(_open_sqlite, Path(url.database))

    def fetch(statement: str, arguments: Sequence[object]) -> list[Row]:
        return [dict(zip(row.keys(), row, strict=True)) for row in connection.execute(statement, arguments)]

    try:
        yield _InThread('"', "?", _OF_SQLITE, fetch)
    finally:
        connection.close()


def _open_sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise FileNotFoundError("there is no such file")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("BEGIN")
    return connection
