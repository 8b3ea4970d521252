"""Whether every tenant's keys open under the master key that this process holds."""

from uuid import UUID

from services.collector.store.keyring import Keyring
from services.collector.store.tables import TenantKey
from shared.crypto import SealBrokenError
from shared.database import Database

TENANTS_MAX = 10_000

_TENANTS = "SELECT DISTINCT tenant_id FROM credential ORDER BY tenant_id LIMIT $1"
_KEYS = "SELECT * FROM tenant_key"


async def count_keys(database: Database, carrier: Database, keyring: Keyring) -> tuple[int, int]:
    """How many tenants' keys there are, and how many of them do not open. The carrier knows the tenants' ids."""
    async with carrier.transaction() as tx:
        tenants: list[UUID] = [row["tenant_id"] for row in await tx.fetch(_TENANTS, TENANTS_MAX)]
    if not tenants:
        return 0, 0
    async with database.transaction(*tenants) as tx:
        rows = await tx.rows(TenantKey, _KEYS)
    return len(rows), sum(not _opens(keyring, row) for row in rows)


def _opens(keyring: Keyring, row: TenantKey) -> bool:
    try:
        keyring.unwrap(row)
    except SealBrokenError:
        return False
    return True
