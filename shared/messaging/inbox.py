"""Remembers which facts have had their effect, in the transaction of the effect."""

from collections.abc import Sequence

from shared.contracts.envelope import Envelope
from shared.database import Tx

_TAKE = """
INSERT INTO inbox (consumer, msg_id, tenant_id)
SELECT DISTINCT ON (fact.id) $1, fact.id, fact.tenant_id FROM unnest($2::uuid[], $3::uuid[]) AS fact (id, tenant_id)
WHERE NOT EXISTS (SELECT 1 FROM forgotten_tenant AS gone WHERE gone.tenant_id = fact.tenant_id)
ORDER BY fact.id
ON CONFLICT (consumer, msg_id) DO NOTHING
RETURNING msg_id
"""


async def take_in(tx: Tx, consumer: str, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The facts that this consumer has not had before, of tenants that still are.

    Ordered by id, so that two replicas never deadlock.
    """
    ids = [envelope.id for envelope in envelopes]
    rows = await tx.fetch(_TAKE, consumer, ids, [envelope.tenant_id for envelope in envelopes])
    taken = {row["msg_id"] for row in rows}
    return list({envelope.id: envelope for envelope in envelopes if envelope.id in taken}.values())
