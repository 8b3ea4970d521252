"""What the chunks of an import leave behind until it ends: digests of rows without an id, and rejected rows."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.collector.store.import_tables import ImportChunk, ImportRun
from shared.crypto import place, seal, unseal
from shared.database import Tx
from shared.ids import new_id

CHUNKS_AT_ONCE = 200
DIGEST_BYTES = 16

_PIECES = """
SELECT id, at_row, digests, sealed_rejects FROM import_chunk
WHERE tenant_id = $1 AND import_id = $2 AND at_row > $3
ORDER BY at_row LIMIT $4
"""
_DROP_DIGESTS = """
DELETE FROM import_chunk WHERE tenant_id = $1 AND import_id = $2 AND sealed_rejects IS NULL
"""
_DROP = "DELETE FROM import_chunk WHERE tenant_id = $1 AND import_id = $2"


async def add_chunk(tx: Tx, run: ImportRun, at_row: int, digests: bytes, sealed: tuple[UUID, bytes | None]) -> None:
    """One chunk, in the transaction of its rows; nothing when it leaves nothing behind."""
    chunk_id, rejects = sealed
    if not digests and rejects is None:
        return
    row = {"tenant_id": run.tenant_id, "id": chunk_id, "import_id": run.id, "at_row": at_row}
    await tx.insert(ImportChunk, [row | {"digests": digests or None, "sealed_rejects": rejects}])


def seal_rejects(key: bytes, run: ImportRun, rejects: Sequence[Mapping[str, Any]]) -> tuple[UUID, bytes | None]:
    """A chunk's id, and its rejected rows sealed for it."""
    chunk_id = new_id()
    if not rejects:
        return chunk_id, None
    plain = json.dumps(list(rejects), ensure_ascii=False).encode(errors="replace")
    return chunk_id, seal(key, plain, place(run.tenant_id, "import_chunk", "sealed_rejects", chunk_id))


def open_rejects(key: bytes, tenant_id: UUID, chunk_id: UUID, sealed: bytes) -> list[dict[str, Any]]:
    """The rejected rows of a chunk."""
    plain = unseal(key, sealed, place(tenant_id, "import_chunk", "sealed_rejects", chunk_id))
    rejects: list[dict[str, Any]] = json.loads(plain)
    return rejects


async def read_chunks(tx: Tx, run: ImportRun, after_row: int) -> list[Any]:
    """The next chunks, in the order of the file."""
    return await tx.fetch(_PIECES, run.tenant_id, run.id, after_row, CHUNKS_AT_ONCE)


async def walk_digests(tx: Tx, run: ImportRun) -> AsyncIterator[bytes]:
    """The digests of all rows so far, chunk by chunk."""
    after_row = -1
    while rows := await read_chunks(tx, run, after_row):
        for row in rows:
            if row["digests"]:
                yield row["digests"]
        after_row = rows[-1]["at_row"]


async def drop_digests(tx: Tx, run: ImportRun) -> None:
    """The import is over: nobody counts equal rows any more."""
    await tx.execute(_DROP_DIGESTS, run.tenant_id, run.id)


async def drop_chunks(tx: Tx, run: ImportRun) -> None:
    """Nothing of the chunks is left."""
    await tx.execute(_DROP, run.tenant_id, run.id)
