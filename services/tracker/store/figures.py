"""The tracker's counts."""

from shared.database import Tx

_COUNTS = """
SELECT (SELECT count(*) FROM customer_case) AS cases, (SELECT count(*) FROM problem) AS problems,
    (SELECT count(*) FROM action) AS actions
"""


async def count_work(tx: Tx) -> dict[str, int]:
    """Cases, problems and actions of the transaction's tenants."""
    row = await tx.fetchrow(_COUNTS)
    return dict(row) if row else {}
