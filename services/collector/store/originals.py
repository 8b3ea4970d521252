"""Keeps what masking took out of a feedback, sealed under its customer's key or under one of the row's own."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.collector.store.keyring import TenantKeys
from services.collector.store.tables import Feedback
from shared.crypto import new_key, place, seal, unseal
from shared.database import Tx, Values

_FEEDBACK = "SELECT * FROM feedback WHERE tenant_id = $1 AND id = $2"
_PERSON_KEY = "SELECT wrapped_key FROM person_key WHERE tenant_id = $1 AND id = $2"


def sealed(keys: TenantKeys, person_key: bytes | None, feedback_id: UUID, hidden: Mapping[str, Any]) -> Values:
    """The two columns of the row. Where masking changed nothing there is nothing to seal, and so no second copy."""
    if not hidden:
        return {"sealed_original": None, "wrapped_key": None}
    own_key = None if person_key else new_key()
    plain = json.dumps(hidden, ensure_ascii=False).encode()
    return {
        "sealed_original": seal(person_key or own_key or b"", plain, _where(keys, feedback_id)),
        "wrapped_key": keys.wrap_feedback_key(own_key, feedback_id) if own_key else None,
    }


async def read_feedback(tx: Tx, tenant_id: UUID, feedback_id: UUID) -> Feedback | None:
    """One feedback as it is stored."""
    return await tx.row(Feedback, _FEEDBACK, tenant_id, feedback_id)


async def read_hidden(tx: Tx, keys: TenantKeys, feedback: Feedback) -> dict[str, Any]:
    """What masking took out, by field; nothing where it changed nothing."""
    if feedback.sealed_original is None:
        return {}
    if feedback.wrapped_key is not None:
        key = keys.unwrap_feedback_key(feedback.wrapped_key, feedback.id)
    elif feedback.customer_id is not None:
        wrapped = await tx.fetchval(_PERSON_KEY, keys.tenant_id, feedback.customer_id)
        key = keys.unwrap_person_key(wrapped, feedback.customer_id)
    hidden: dict[str, Any] = json.loads(unseal(key, feedback.sealed_original, _where(keys, feedback.id)))
    return hidden


def _where(keys: TenantKeys, feedback_id: UUID) -> str:
    return place(keys.tenant_id, "feedback", "sealed_original", feedback_id)
