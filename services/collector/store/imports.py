"""Imports: their rows in the database, what of them is sealed, and how they move."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.import_states import Counts, ImportState
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import TenantKeys
from shared.crypto import place, seal, unseal
from shared.database import Tx
from shared.paging import Place, after

_ONE = "SELECT * FROM import_run WHERE tenant_id = $1 AND id = $2"
_LOCKED = f"{_ONE} FOR UPDATE"
_LIST = """
SELECT * FROM import_run
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_MOVE = """
UPDATE import_run SET state = $3, fault = $4, changed_at = now(),
    started_at = CASE WHEN $3 = 'running' THEN now() ELSE started_at END,
    finished_at = CASE WHEN $3 IN ('done', 'failed', 'cancelled') THEN now() END
WHERE tenant_id = $1 AND id = $2
"""
_SET_PLAN = """
UPDATE import_run SET sealed_plan = $3, changed_at = now() WHERE tenant_id = $1 AND id = $2
"""
_SET_FILES = """
UPDATE import_run SET file_id = $3, rows_file_id = $4, size_bytes = $5 WHERE tenant_id = $1 AND id = $2
"""
_BEGIN = """
UPDATE import_run SET is_dry = $3, slice = slice + 1, at_byte = $4, at_row = $5, rows_read = 0, new_rows = 0,
    duplicate_rows = 0, invalid_rows = 0, repeated_rows = 0, rejects_kept = 0, rejects_bytes = 0, busy_s = 0
WHERE tenant_id = $1 AND id = $2
"""
_ADVANCE = """
UPDATE import_run SET at_byte = $3, at_row = $4, rows_read = rows_read + $5, new_rows = new_rows + $6,
    duplicate_rows = duplicate_rows + $7, invalid_rows = invalid_rows + $8, repeated_rows = repeated_rows + $9,
    rejects_kept = rejects_kept + $10, rejects_bytes = rejects_bytes + $11, busy_s = busy_s + $12, changed_at = now()
WHERE tenant_id = $1 AND id = $2
"""
_NEXT_SLICE = "UPDATE import_run SET slice = slice + 1 WHERE tenant_id = $1 AND id = $2 RETURNING slice"
_SET_DRY_COUNTS = "UPDATE import_run SET dry_counts = $3, is_dry = false WHERE tenant_id = $1 AND id = $2"
_IS_SHUT = "SELECT tenant_is_shut($1)"
_FORGET_WORDS = """
UPDATE import_run SET wrapped_key = NULL, sealed_plan = NULL, file_id = NULL, rows_file_id = NULL
WHERE tenant_id = $1 AND id = $2
"""
_NAMED_FILES = """
SELECT file_id AS id FROM import_run WHERE tenant_id = $1 AND file_id = ANY ($2) UNION
SELECT rows_file_id FROM import_run WHERE tenant_id = $1 AND rows_file_id = ANY ($2)
"""
_LEFT_LYING = """
SELECT * FROM import_run
WHERE tenant_id = $1 AND state IN ('uploaded', 'ready', 'failed') AND changed_at < $2 AND file_id IS NOT NULL
FOR UPDATE SKIP LOCKED
"""
_LONG_OVER = """
SELECT * FROM import_run WHERE tenant_id = $1 AND finished_at < $2 AND wrapped_key IS NOT NULL FOR UPDATE SKIP LOCKED
"""


async def add_import(tx: Tx, row: Mapping[str, object]) -> None:
    """A new import, whose file is on disk."""
    await tx.insert(ImportRun, [row])


async def read_import(tx: Tx, tenant_id: UUID, import_id: UUID, *, locked: bool = False) -> ImportRun | None:
    """One import; `locked` until the end of the transaction."""
    return _parsed(await tx.row(ImportRun, _LOCKED if locked else _ONE, tenant_id, import_id))


async def list_imports(tx: Tx, tenant_id: UUID, place_: Place | None, limit: int) -> list[ImportRun]:
    """Imports, newest first."""
    found = await tx.rows(ImportRun, _LIST, tenant_id, *after(place_), limit)
    return [run for run in map(_parsed, found) if run]


async def move(tx: Tx, run: ImportRun, state: ImportState, fault: str | None = None) -> None:
    """Another state."""
    await tx.execute(_MOVE, run.tenant_id, run.id, state, fault)


async def begin(tx: Tx, run: ImportRun, *, is_dry: bool, at: tuple[int, int]) -> int:
    """Counts from nothing, from the first row on; gives the number of the first slice."""
    await tx.execute(_BEGIN, run.tenant_id, run.id, is_dry, *at)
    return run.slice + 1


async def advance(tx: Tx, run: ImportRun, at: tuple[int, int], counts: Counts, kept: tuple[int, int, float]) -> None:
    """A chunk's rows are in: position and counts in the transaction of the rows. `kept`: rejects, bytes, seconds."""
    counted = (counts.rows, counts.new, counts.duplicate, counts.invalid, counts.repeated)
    await tx.execute(_ADVANCE, run.tenant_id, run.id, *at, *counted, *kept)


async def next_slice(tx: Tx, run: ImportRun) -> int:
    """The number of the next slice, which names its job."""
    return int(await tx.fetchval(_NEXT_SLICE, run.tenant_id, run.id))


async def keep_dry_counts(tx: Tx, run: ImportRun, counts: Counts) -> None:
    """What a dry run found."""
    await tx.execute(_SET_DRY_COUNTS, run.tenant_id, run.id, json.dumps(asdict(counts)))


async def set_files(tx: Tx, run: ImportRun, file_id: UUID | None, rows_file_id: UUID | None, size_bytes: int) -> None:
    """Which sealed files the rows are read from, and how long what is read is."""
    await tx.execute(_SET_FILES, run.tenant_id, run.id, file_id, rows_file_id, size_bytes)


async def set_plan(tx: Tx, keys: TenantKeys, run: ImportRun, plan: Mapping[str, Any]) -> None:
    """How the file is read and mapped."""
    await tx.execute(_SET_PLAN, run.tenant_id, run.id, sealed_plan(import_key(keys, run), run, plan))


def sealed_plan(key: bytes, run: ImportRun, plan: Mapping[str, Any]) -> bytes:
    """The plan as it is stored."""
    return seal(key, json.dumps(plan, ensure_ascii=False).encode(), place(run.tenant_id, "import_run", "plan", run.id))


def opened_plan(keys: TenantKeys, run: ImportRun) -> dict[str, Any]:
    """The plan; nothing when the import's words are forgotten."""
    if run.sealed_plan is None or run.wrapped_key is None:
        return {}
    where = place(run.tenant_id, "import_run", "plan", run.id)
    plan: dict[str, Any] = json.loads(unseal(import_key(keys, run), run.sealed_plan, where))
    return plan


def wrap_import_key(keys: TenantKeys, key: bytes, import_id: UUID) -> bytes:
    """An import's own key, as it is stored."""
    return seal(keys.data_key, key, place(keys.tenant_id, "import_run", "wrapped_key", import_id))


def import_key(keys: TenantKeys, run: ImportRun) -> bytes:
    """The key of the import's file, plan and rejected rows."""
    return unseal(keys.data_key, run.wrapped_key or b"", place(keys.tenant_id, "import_run", "wrapped_key", run.id))


async def is_shut(tx: Tx, tenant_id: UUID) -> bool:
    """Whether the tenant is suspended or deleted."""
    return bool(await tx.fetchval(_IS_SHUT, tenant_id))


async def named_files(tx: Tx, tenant_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these files an import still names."""
    return {row["id"] for row in await tx.fetch(_NAMED_FILES, tenant_id, list(ids))}


async def left_lying(tx: Tx, tenant_id: UUID, before: datetime) -> list[ImportRun]:
    """Files that nobody has started, or mended, since."""
    return await tx.rows(ImportRun, _LEFT_LYING, tenant_id, before)


async def long_over(tx: Tx, tenant_id: UUID, before: datetime) -> list[ImportRun]:
    """Imports that ended before, and whose words are still there."""
    return await tx.rows(ImportRun, _LONG_OVER, tenant_id, before)


async def forget_words(tx: Tx, run: ImportRun) -> None:
    """Without its key, nothing of the file can be read again."""
    await tx.execute(_FORGET_WORDS, run.tenant_id, run.id)


def _parsed(run: ImportRun | None) -> ImportRun | None:
    """The driver hands JSON over as text."""
    if run is not None and isinstance(run.dry_counts, str):
        run.dry_counts = json.loads(run.dry_counts)
    return run
