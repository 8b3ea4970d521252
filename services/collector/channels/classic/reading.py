"""Reads the classic tables as records, page by page in the order of their key, so that reading on needs only a key."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from services.collector.channels.classic.connections import Connection, connected
from services.collector.channels.classic.schema import Classic, Table, find, statement
from services.collector.channels.classic.urls import read_url
from services.collector.channels.files.reading import Position, Record

PAGE_ROWS = 1_000
BEGINNING = Position(0, 0)


@dataclass(frozen=True)
class Source:
    """A database whose classic tables were found."""

    name: str
    classic: Classic
    _connection: Connection

    def explained(self) -> list[str]:
        """What was found, for people: each table with what its columns become."""
        tables = (self.classic.feedback, self.classic.customer, self.classic.product)
        return [_explained(table) for table in tables if table is not None]

    async def records(self, start: Position = BEGINNING, *, page_rows: int = PAGE_ROWS) -> AsyncIterator[Record]:
        """The feedbacks behind a position, each with its customer and its product. Only one page is held."""
        key = json.loads(start.key) if start.key is not None else None
        number = start.number
        while True:
            page = await self._page(key, page_rows)
            for row in page:
                number += 1
                key = _key(row["feedback_id"])
                cells = {name: _cell(value) for name, value in row.items() if value is not None}
                yield Record(number, cells, None, Position(0, number, json.dumps(key)))
            if len(page) < page_rows:
                return

    async def _page(self, key: int | str | None, page_rows: int) -> list[Mapping[str, Any]]:
        connection = self._connection
        place = None if key is None else connection.place
        text = statement(self.classic, connection.quote, place, page_rows)
        return await connection.rows(text, () if key is None else (key,))


@asynccontextmanager
async def classic_source(url: str) -> AsyncIterator[Source]:
    """The database at an address. Raises UnreadableSourceError."""
    read = read_url(url)
    async with connected(read) as connection:
        found = find(await connection.catalog())
        yield Source(read.database.rpartition("/")[2], found, connection)


def _explained(table: Table) -> str:
    columns = ", ".join(
        column if column == becomes else f"{column} as {becomes}" for becomes, column in table.columns.items()
    )
    return f"{f'{table.schema}.' if table.schema else ''}{table.name}: {columns}"


def _key(value: Any) -> int | str:  # noqa: ANN401 - any key of a database
    return value if isinstance(value, int) else str(value)


def _cell(value: Any) -> object:  # noqa: ANN401 - any value of a database
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
