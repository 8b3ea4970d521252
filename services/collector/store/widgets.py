"""Keeps what a company says in its widgets, and every wording that customers were asked to agree to."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.widget import FIRST_VERSION, SHIPPED
from services.collector.store.tables import ConsentText
from shared.database import Tx
from shared.ids import new_id
from shared.paging import Place

_READ = "SELECT version, settings FROM widget_setting WHERE tenant_id = $1"
_BEGIN = f"""
INSERT INTO widget_setting (tenant_id, id, version, settings, changed_at) VALUES ($1, $1, {FIRST_VERSION}, $2, $3)
ON CONFLICT DO NOTHING
"""
_KEEP = "UPDATE widget_setting SET version = version + 1, settings = $2, changed_at = $3 WHERE tenant_id = $1"
_TEXT = "SELECT * FROM consent_text WHERE tenant_id = $1 AND version = $2"
_TEXTS = """
SELECT * FROM consent_text
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
Settings = dict[str, Any]


async def read_settings(tx: Tx, tenant_id: UUID) -> tuple[int, Settings]:
    """Their version and the settings; those shipped where nobody has touched them."""
    row = await tx.fetchrow(_READ, tenant_id)
    return (row["version"], json.loads(row["settings"])) if row else (FIRST_VERSION, dict(SHIPPED))


async def hold_settings(tx: Tx, tenant_id: UUID, moment: datetime) -> tuple[int, Settings]:
    """As they are, and nobody else changes them until the transaction ends."""
    await tx.execute(_BEGIN, tenant_id, json.dumps(SHIPPED), moment)
    row = await tx.fetchrow(f"{_READ} FOR UPDATE", tenant_id)
    if row is None:
        raise LookupError("the settings that were put down a moment ago are not there")
    return row["version"], json.loads(row["settings"])


async def keep_settings(tx: Tx, tenant_id: UUID, settings: Settings, moment: datetime) -> None:
    """Puts others in their place, as the next version."""
    await tx.execute(_KEEP, tenant_id, json.dumps(settings, ensure_ascii=False), moment)


async def read_consent_text(tx: Tx, tenant_id: UUID, version: str) -> dict[str, dict[str, str]] | None:
    """A wording by its name: texts by language and purpose."""
    row = await tx.row(ConsentText, _TEXT, tenant_id, version)
    return None if row is None else texts_in(row)


async def add_consent_text(tx: Tx, tenant_id: UUID, version: str, texts: Mapping[str, Any]) -> None:
    """Adds a wording. There is no way to change one: customers have agreed to it as it is."""
    row = {"tenant_id": tenant_id, "id": new_id(), "version": version, "texts": json.dumps(texts, ensure_ascii=False)}
    await tx.insert(ConsentText, [row])


async def list_consent_texts(tx: Tx, tenant_id: UUID, place: Place | None, rows_max: int) -> list[ConsentText]:
    """Wordings, newest first."""
    after = (place.at, place.id) if place else (None, None)
    return await tx.rows(ConsentText, _TEXTS, tenant_id, *after, rows_max)


def texts_in(row: ConsentText) -> dict[str, dict[str, str]]:
    """The wording of a row; the driver hands JSON over as text."""
    found: dict[str, dict[str, str]] = json.loads(row.texts) if isinstance(row.texts, str) else row.texts
    return found
