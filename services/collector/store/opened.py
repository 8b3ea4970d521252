"""Opens what is sealed, for a tenant that takes its data along."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.collector.store.imports import opened_plan, read_import
from services.collector.store.keyring import Keyring, TenantKeys
from services.collector.store.originals import read_hidden
from services.collector.store.tables import Feedback
from shared.crypto import place, unseal
from shared.database import Tx

_PROFILES = """
SELECT c.id, c.id AS customer_id, c.sealed_profile AS sealed, k.wrapped_key FROM customer c
JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.tenant_id = $1 AND c.id = ANY ($2) AND c.sealed_profile IS NOT NULL
"""
_ADDRESSES = """
SELECT a.id, a.customer_id, a.sealed, k.wrapped_key FROM address a
JOIN person_key k ON k.tenant_id = a.tenant_id AND k.id = a.customer_id
WHERE a.tenant_id = $1 AND a.id = ANY ($2)
"""
_ORIGINALS = "SELECT * FROM feedback WHERE tenant_id = $1 AND id = ANY ($2) AND sealed_original IS NOT NULL"
# Which statement finds a table's sealed cells, in which column they stand, and what they are called in the clear.
_OF_PERSONS = {
    "customer": (_PROFILES, "sealed_profile", "profile"),
    "address": (_ADDRESSES, "sealed", "value"),
}

Clear = Mapping[UUID, Mapping[str, Any]]


class Opener:
    """What is sealed in the collector's rows, in the clear, by the row's id."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def __call__(self, tx: Tx, tenant_id: UUID, table: str, ids: Sequence[UUID]) -> Clear:
        """The clear cells of some rows of one table; nothing for a table that seals nothing."""
        if table not in ("feedback", "import_run", *_OF_PERSONS) or not ids:
            return {}
        keys = await self._keyring.keys_of(tx, tenant_id)
        if table == "import_run":
            return await _plans(tx, keys, ids)
        return await (_originals(tx, keys, ids) if table == "feedback" else _of_persons(tx, keys, table, ids))


async def _originals(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    found = await tx.rows(Feedback, _ORIGINALS, keys.tenant_id, list(ids))
    return {feedback.id: {"original": await read_hidden(tx, keys, feedback)} for feedback in found}


async def _plans(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    found = [await read_import(tx, keys.tenant_id, import_id) for import_id in ids]
    return {run.id: {"plan": opened_plan(keys, run)} for run in found if run is not None}


async def _of_persons(tx: Tx, keys: TenantKeys, table: str, ids: Sequence[UUID]) -> Clear:
    statement, column, name = _OF_PERSONS[table]
    clear = {}
    for row in await tx.fetch(statement, keys.tenant_id, list(ids)):
        key = keys.unwrap_person_key(row["wrapped_key"], row["customer_id"])
        plain = unseal(key, row["sealed"], place(keys.tenant_id, table, column, row["id"])).decode()
        clear[row["id"]] = {name: json.loads(plain) if name == "profile" else plain}
    return clear
