"""Finds and holds who is to be erased, and writes the ledger."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.collector.domain.erasure import ErasureKind, ErasureReason, LedgerEntry
from services.collector.store.carrier_tables import Erasure
from services.collector.store.feedback import external_mac
from services.collector.store.keyring import TenantKeys
from shared.database import Database, Tx

_HOLD = {
    ErasureKind.CUSTOMER: "SELECT erased_at, now() AS moment FROM customer WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
    ErasureKind.FEEDBACK: "SELECT erased_at, now() AS moment FROM feedback WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
}
_MARKS = "SELECT kind, blind_index FROM identity WHERE tenant_id = $1 AND customer_id = $2 ORDER BY kind, blind_index"
_UNHASHED = """
SELECT id, source, external_id FROM feedback
WHERE tenant_id = $1 AND (customer_id = $2 OR id = $2) AND external_id IS NOT NULL AND external_mac IS NULL
"""
_HASH = "UPDATE feedback SET external_mac = $3 WHERE tenant_id = $1 AND id = $2"
_SAME_PERSON = """
SELECT DISTINCT i.customer_id FROM identity i
JOIN unnest($2::text[], $3::bytea[]) AS wanted (kind, blind_index)
    ON i.kind = wanted.kind AND i.blind_index = wanted.blind_index
WHERE i.tenant_id = $1 AND i.created_at <= $4
"""
_FORGOTTEN = "SELECT tenant_id FROM forgotten_tenant"
_LEDGER = "SELECT id, tenant_id, kind, subject_id, marks::text AS marks, reason, erased_at FROM erasure"


async def hold(tx: Tx, kind: ErasureKind, tenant_id: UUID, subject_id: UUID) -> asyncpg.Record | None:
    """When it was erased, and the moment now, in a row that is nobody else's until the transaction ends; or None."""
    return await tx.fetchrow(_HOLD[kind], tenant_id, subject_id)


async def marks_of(tx: Tx, tenant_id: UUID, customer_id: UUID) -> tuple[tuple[str, str], ...]:
    """What the customer is known by, in hex."""
    rows = await tx.fetch(_MARKS, tenant_id, customer_id)
    return tuple((row["kind"], row["blind_index"].hex()) for row in rows)


async def keep_repeats_known(tx: Tx, keys: TenantKeys, subject_id: UUID) -> None:
    """Hashes ids from before the masking, which are blanked now: the same row sent again must not come in anew."""
    for row in await tx.fetch(_UNHASHED, keys.tenant_id, subject_id):
        mac = external_mac(keys, row["source"] or "", row["external_id"])
        await tx.execute(_HASH, keys.tenant_id, row["id"], mac)


async def customers_with(tx: Tx, tenant_id: UUID, marks: Sequence[tuple[str, str]], before: datetime) -> list[UUID]:
    """Customers known by one of the marks since before a moment."""
    kinds, indexes = [kind for kind, _ in marks], [bytes.fromhex(index) for _, index in marks]
    return [row["customer_id"] for row in await tx.fetch(_SAME_PERSON, tenant_id, kinds, indexes, before)]


async def enter(tx: Tx, entry: LedgerEntry) -> None:
    """Adds an erasure to the ledger; one that stands there stays."""
    row = vars(entry) | {"marks": json.dumps(entry.marks)}
    await tx.insert(Erasure, [row], tail="ON CONFLICT DO NOTHING")


async def forgotten_tenants(carrier: Database) -> set[UUID]:
    """Tenants that were deleted with everything of theirs."""
    async with carrier.transaction() as tx:
        return {row["tenant_id"] for row in await tx.fetch(_FORGOTTEN)}


async def read_ledger_of(carrier: Database, tenant_id: UUID) -> list[LedgerEntry]:
    """All erasures of one tenant, oldest first."""
    async with carrier.transaction() as tx:
        rows = await tx.fetch(f"{_LEDGER} WHERE tenant_id = $1 ORDER BY id", tenant_id)
    return [_entry(row) for row in rows]


async def read_ledger(carrier: Database) -> list[LedgerEntry]:
    """All erasures of all tenants, oldest first."""
    async with carrier.transaction() as tx:
        rows = await tx.fetch(f"{_LEDGER} ORDER BY id")
    return [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> LedgerEntry:
    marks = tuple((kind, index) for kind, index in json.loads(row["marks"]))
    kind, reason = ErasureKind(row["kind"]), ErasureReason(row["reason"])
    return LedgerEntry(row["id"], row["tenant_id"], kind, row["subject_id"], marks, reason, row["erased_at"])
