"""All that a service holds of a tenant, row by row, for a tenant that leaves or wants to see."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Table
from sqlmodel import SQLModel

from shared.access.tables import Audit
from shared.database import Database, Tx

ROWS_AT_ONCE = 500
_FIRST = UUID(int=0)
# Of no use to anybody but whoever wants to break in.
_LEFT_OUT = {"password_hash"}

# What is sealed in some rows of a table, in the clear, by the row's id.
Opened = Callable[[Tx, UUID, str, Sequence[UUID]], Awaitable[Mapping[UUID, Mapping[str, Any]]]]


async def nothing_sealed(_: Tx, __: UUID, ___: str, ____: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Of a service that seals nothing."""
    return {}


# Rows of a tenant that stand in no table, such as the contents of files.
Beside = Callable[[UUID], AsyncIterator[Mapping[str, Any]]]


@dataclass(frozen=True)
class Exported:
    """What a service exports: its tables but for its carriers, how it opens what is sealed, and what lies beside."""

    base: type[SQLModel]
    opened: Opened = nothing_sealed
    carriers: frozenset[str] = frozenset()
    beside: Beside | None = None

    def tables(self) -> list[Table]:
        """The tables that hold rows of tenants, and the audit, which every service has; not the post on its way."""
        known = self.base.metadata.tables.values()
        guarded = [table for table in known if table.name not in self.carriers and "id" in table.columns]
        return sorted([*guarded, Audit.metadata.tables[str(Audit.__tablename__)]], key=lambda table: table.name)


async def export_rows(database: Database, tenant_id: UUID, exported: Exported) -> AsyncIterator[bytes]:
    """One line of JSON for each row: `{"table", "row"}`. Pieces are read one by one, so later changes may show."""
    for table in exported.tables():
        after = _FIRST
        while True:
            async with database.transaction(tenant_id) as tx:
                rows = await tx.fetch(_statement(table), tenant_id, after, ROWS_AT_ONCE)
                opened = await exported.opened(tx, tenant_id, table.name, [row["id"] for row in rows])
            for row in rows:
                whole = json.loads(row["row"]) | dict(opened.get(row["id"], {}))
                yield json.dumps({"table": table.name, "row": whole}, ensure_ascii=False).encode() + b"\n"
            if len(rows) < ROWS_AT_ONCE:
                break
            after = rows[-1]["id"]
    if exported.beside is None:
        return
    async for beside in exported.beside(tenant_id):
        yield json.dumps(beside, ensure_ascii=False).encode() + b"\n"


def _statement(table: Table) -> str:
    """Hashes, wrapped keys and what is sealed are left out; the opener gives what can be read."""
    columns = [
        column.name
        for column in table.columns
        if not isinstance(column.type, LargeBinary) and column.name not in _LEFT_OUT
    ]
    chosen = f"SELECT {', '.join(columns)} FROM {table.name} WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
    return f"SELECT id, to_jsonb(t)::text AS row FROM ({chosen}) AS t ORDER BY id"
