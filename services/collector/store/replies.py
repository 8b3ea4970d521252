"""Keeps what customers answered to mails of ours: masked, the original sealed as a feedback's is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.masked_intake import MaskedIntake
from services.collector.store.keyring import TenantKeys
from services.collector.store.mail_tables import CustomerReply
from shared.crypto import new_key, place, seal, unseal
from shared.database import Tx
from shared.ids import id_of_hash, new_id

_FEEDBACK = """
SELECT f.id, f.customer_id, f.erased_at, k.wrapped_key FROM feedback f
LEFT JOIN person_key k ON k.tenant_id = f.tenant_id AND k.id = f.customer_id
WHERE f.tenant_id = $1 AND f.id = $2 FOR KEY SHARE OF f
"""
_IS_THEIRS = "SELECT EXISTS (SELECT 1 FROM address WHERE tenant_id = $1 AND customer_id = $2 AND address_id = $3)"
_KNOWN = "SELECT 1 FROM customer_reply WHERE tenant_id = $1 AND external_mac = $2"
_ONE = "SELECT * FROM customer_reply WHERE tenant_id = $1 AND id = $2"
_PERSON_KEY = "SELECT wrapped_key FROM person_key WHERE tenant_id = $1 AND id = $2"


@dataclass(frozen=True)
class Answered:
    """The feedback whose case somebody answers; its customer, and the key to seal under."""

    feedback_id: UUID
    customer_id: UUID | None
    person_key: bytes | None


async def find_answered(tx: Tx, keys: TenantKeys, feedback_id: UUID) -> Answered | None:
    """Whose case it is; None when there is no such feedback, or none any more."""
    row = await tx.fetchrow(_FEEDBACK, keys.tenant_id, feedback_id)
    if row is None or row["erased_at"] is not None:
        return None
    customer_id = row["customer_id"]
    key = keys.unwrap_person_key(row["wrapped_key"], customer_id) if row["wrapped_key"] else None
    return Answered(feedback_id, customer_id if key else None, key)


async def is_known(tx: Tx, keys: TenantKeys, masked: MaskedIntake) -> bool:
    """Whether this very answer was kept before, also where its words were erased since."""
    return bool(await tx.fetchval(_KNOWN, keys.tenant_id, _mac(keys, masked)))


async def is_their_address(tx: Tx, keys: TenantKeys, customer_id: UUID | None, address_index: bytes) -> bool:
    """Whether the customer can be reached there."""
    asked = (keys.tenant_id, customer_id, id_of_hash(address_index))
    return bool(await tx.fetchval(_IS_THEIRS, *asked)) if customer_id else False


async def keep_reply(
    tx: Tx, keys: TenantKeys, answered: Answered, masked: MaskedIntake, moment: datetime
) -> UUID | None:
    """The id of the new reply; None when the same one is there."""
    reply_id = new_id()
    original, clear = masked.original, masked.clear
    spans = [{"kind": one.kind, "original": one.original, "masked": one.masked} for one in masked.spans]
    row = {
        "tenant_id": keys.tenant_id,
        "id": reply_id,
        "feedback_id": answered.feedback_id,
        "customer_id": answered.customer_id,
        "external_mac": _mac(keys, masked),
        "text": clear.text,
        "masked_spans": json.dumps(spans) if spans else None,
        **_sealed(keys, answered.person_key, reply_id, {"text": original.text} if clear.text != original.text else {}),
        "language": clear.language,
        "occurred_at": clear.occurred_at,
        "received_at": moment,
    }
    kept = await tx.insert(CustomerReply, [row], tail="ON CONFLICT DO NOTHING RETURNING id")
    return reply_id if kept else None


async def read_reply(tx: Tx, tenant_id: UUID, reply_id: UUID) -> CustomerReply | None:
    """One reply as it is stored."""
    return await tx.row(CustomerReply, _ONE, tenant_id, reply_id)


async def read_hidden_of_reply(tx: Tx, keys: TenantKeys, reply: CustomerReply) -> dict[str, Any]:
    """What masking took out of a reply; nothing where it changed nothing."""
    if reply.sealed_original is None:
        return {}
    if reply.wrapped_key is not None:
        key = unseal(keys.data_key, reply.wrapped_key, _place(keys, "wrapped_key", reply.id))
    elif reply.customer_id is not None:
        wrapped = await tx.fetchval(_PERSON_KEY, keys.tenant_id, reply.customer_id)
        key = keys.unwrap_person_key(wrapped, reply.customer_id)
    hidden: dict[str, Any] = json.loads(unseal(key, reply.sealed_original, _place(keys, "sealed_original", reply.id)))
    return hidden


def _mac(keys: TenantKeys, masked: MaskedIntake) -> bytes:
    return keys.index("reply_external", f"{masked.original.source}\0{masked.original.external_id}")


def _sealed(keys: TenantKeys, person_key: bytes | None, reply_id: UUID, hidden: dict[str, Any]) -> dict[str, object]:
    """The two columns: under the customer's key, or under one of the row's own where nobody is known."""
    if not hidden:
        return {"sealed_original": None, "wrapped_key": None}
    own_key = None if person_key else new_key()
    plain = json.dumps(hidden, ensure_ascii=False).encode()
    return {
        "sealed_original": seal(person_key or own_key or b"", plain, _place(keys, "sealed_original", reply_id)),
        "wrapped_key": seal(keys.data_key, own_key, _place(keys, "wrapped_key", reply_id)) if own_key else None,
    }


def _place(keys: TenantKeys, column: str, reply_id: UUID) -> str:
    return place(keys.tenant_id, "customer_reply", column, reply_id)
