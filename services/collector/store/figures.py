"""The collector's counts."""

from shared.database import Tx


async def count_feedback(tx: Tx) -> int:
    """How many feedbacks the transaction's tenants have."""
    return int(await tx.fetchval("SELECT count(*) FROM feedback"))
