"""Reads audit lines, as the app role and under row-level security: a tenant sees its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.access.tables import Audit
from shared.database import Tx
from shared.paging import Place

_LIST = """
SELECT * FROM audit
WHERE tenant_id = $1
    AND ($2::text IS NULL OR actor = $2)
    AND ($3::text IS NULL OR verb = $3)
    AND ($4::uuid IS NULL OR object_id = $4)
    AND ($5::timestamptz IS NULL OR at >= $5)
    AND ($6::uuid IS NULL OR id < $6)
ORDER BY id DESC LIMIT $7
"""


@dataclass(frozen=True)
class AuditFilter:
    """What a list is narrowed to; None means all."""

    actor: str | None = None
    verb: str | None = None
    object_id: UUID | None = None
    since: datetime | None = None


async def list_audit(tx: Tx, tenant_id: UUID, wanted: AuditFilter, place: Place | None, limit: int) -> list[Audit]:
    """Newest first, by their ids, which sort by the time they were made."""
    narrowed = (wanted.actor, wanted.verb, wanted.object_id, wanted.since)
    return await tx.rows(Audit, _LIST, tenant_id, *narrowed, place and place.id, limit)


def states_of(line: Audit) -> dict[str, Any]:
    """A line's documents. The driver hands JSON over as text."""
    documents = {"detail": line.detail, "before": line.before, "after": line.after}
    return {name: json.loads(known) if isinstance(known, str) else known for name, known in documents.items()}
