"""Which customers are one person: whoever they were merged into, and whoever was merged into them."""

from collections.abc import Sequence
from uuid import UUID

from services.collector.domain.merging import CHAIN_MAX
from shared.database import Tx

_GROUPS = f"""
WITH RECURSIVE up AS (
    SELECT id AS origin, id, merged_into, 0 AS depth FROM customer WHERE tenant_id = $1 AND id = ANY ($2)
    UNION ALL
    SELECT up.origin, c.id, c.merged_into, up.depth + 1 FROM up
    JOIN customer c ON c.tenant_id = $1 AND c.id = up.merged_into WHERE up.depth < {CHAIN_MAX}
), down AS (
    SELECT origin, id, 0 AS depth FROM up WHERE merged_into IS NULL
    UNION ALL
    SELECT down.origin, c.id, down.depth + 1 FROM down
    JOIN customer c ON c.tenant_id = $1 AND c.merged_into = down.id WHERE down.depth < {CHAIN_MAX}
)
SELECT origin, id, depth FROM down ORDER BY origin, depth, id
"""


async def groups_of(tx: Tx, tenant_id: UUID, customer_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """For each known customer all ids of that person, the kept one first; alone, only their own."""
    groups: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_GROUPS, tenant_id, list(customer_ids)):
        groups.setdefault(row["origin"], []).append(row["id"])
    return groups
