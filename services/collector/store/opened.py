"""Opens what is sealed, for a tenant that takes its data along."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from services.collector.store.attachment_keys import KeyGoneError, open_key
from services.collector.store.attachment_tables import Attachment
from services.collector.store.imports import opened_plan, read_import
from services.collector.store.keyring import Keyring, TenantKeys
from services.collector.store.mail_tables import CustomerReply
from services.collector.store.originals import read_hidden
from services.collector.store.replies import read_hidden_of_reply
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
_ATTACHMENTS = "SELECT * FROM attachment WHERE tenant_id = $1 AND id = ANY ($2)"
_REPLIES = "SELECT * FROM customer_reply WHERE tenant_id = $1 AND id = ANY ($2) AND sealed_original IS NOT NULL"
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
        if table not in ("feedback", "attachment", "customer_reply", "import_run", *_OF_PERSONS) or not ids:
            return {}
        keys = await self._keyring.keys_of(tx, tenant_id)
        if table == "attachment":
            return await _names(tx, keys, ids)
        if table == "customer_reply":
            return await _replies(tx, keys, ids)
        if table == "import_run":
            return await _plans(tx, keys, ids)
        return await (_originals(tx, keys, ids) if table == "feedback" else _of_persons(tx, keys, table, ids))


async def _originals(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    found = await tx.rows(Feedback, _ORIGINALS, keys.tenant_id, list(ids))
    return {feedback.id: {"original": await read_hidden(tx, keys, feedback)} for feedback in found}


async def _plans(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    found = [await read_import(tx, keys.tenant_id, import_id) for import_id in ids]
    return {run.id: {"plan": opened_plan(keys, run)} for run in found if run is not None}


async def _names(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    clear = {}
    for row in await tx.rows(Attachment, _ATTACHMENTS, keys.tenant_id, list(ids)):
        with suppress(KeyGoneError):
            file_key = await open_key(tx, keys, row)
            clear[row.id] = {"filename": file_key.unseal_name(row.sealed_name), "sha256": (row.sha256 or b"").hex()}
    return clear


async def _replies(tx: Tx, keys: TenantKeys, ids: Sequence[UUID]) -> Clear:
    found = await tx.rows(CustomerReply, _REPLIES, keys.tenant_id, list(ids))
    return {reply.id: {"original": await read_hidden_of_reply(tx, keys, reply)} for reply in found}


async def _of_persons(tx: Tx, keys: TenantKeys, table: str, ids: Sequence[UUID]) -> Clear:
    statement, column, name = _OF_PERSONS[table]
    clear = {}
    for row in await tx.fetch(statement, keys.tenant_id, list(ids)):
        key = keys.unwrap_person_key(row["wrapped_key"], row["customer_id"])
        plain = unseal(key, row["sealed"], place(keys.tenant_id, table, column, row["id"])).decode()
        clear[row["id"]] = {name: json.loads(plain) if name == "profile" else plain}
    return clear
