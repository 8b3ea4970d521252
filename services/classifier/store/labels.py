"""Keeps what people say of feedback: the words to learn from, and what they are about."""

from collections.abc import Sequence
from uuid import UUID

from services.classifier.store.tables import Label
from shared.database import Tx, Values

_LATEST_HOLDS = """
ON CONFLICT (tenant_id, id) DO UPDATE SET category = excluded.category, urgency = excluded.urgency,
    corrected_by = excluded.corrected_by, corrected_at = excluded.corrected_at
WHERE label.corrected_at < excluded.corrected_at
RETURNING tenant_id, id
"""


async def put_labels(tx: Tx, labels: Sequence[Values]) -> list[tuple[UUID, UUID]]:
    """Adds labels, at most one for each feedback; the latest holds. Returns what is new, as tenant and feedback."""
    ordered = sorted(labels, key=lambda label: (str(label["tenant_id"]), str(label["id"])))
    return [(row["tenant_id"], row["id"]) for row in await tx.insert(Label, ordered, tail=_LATEST_HOLDS)]


async def count_labels(tx: Tx) -> int:
    """How many feedbacks of the transaction's tenants have a label."""
    return int(await tx.fetchval("SELECT count(*) FROM label"))
