"""The country that a tenant is at home in: what a telephone number without a country's code is read by."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from shared.contracts.countries import HOME_COUNTRY
from shared.database import Tx

_READ = "SELECT country FROM tenant_home WHERE tenant_id = $1 AND id = $1"
_READ_ALL = """
SELECT h.tenant_id, h.country FROM tenant_home h JOIN unnest($1::uuid[]) AS wanted (id)
    ON h.tenant_id = wanted.id AND h.id = wanted.id
"""
_KEEP = """
INSERT INTO tenant_home (tenant_id, id, version, country, time_zone) VALUES ($1, $1, $2, $3, $4)
ON CONFLICT (tenant_id, id)
DO UPDATE SET version = excluded.version, country = excluded.country, time_zone = excluded.time_zone
WHERE tenant_home.version < excluded.version
"""


async def home_country(tx: Tx, tenant_id: UUID) -> str:
    """The tenant's country; the usual one until something else was heard."""
    found: str | None = await tx.fetchval(_READ, tenant_id)
    return found or HOME_COUNTRY


async def home_countries(tx: Tx, tenant_ids: AbstractSet[UUID]) -> dict[UUID, str]:
    """The countries of several tenants; those that nothing was heard of are left out."""
    rows = await tx.fetch(_READ_ALL, list(tenant_ids)) if tenant_ids else []
    return {row["tenant_id"]: row["country"] for row in rows}


async def keep_home(tx: Tx, tenant_id: UUID, version: int, country: str, time_zone: str) -> None:
    """Keeps the tenant's country and time zone; an older version changes nothing."""
    await tx.execute(_KEEP, tenant_id, version, country, time_zone)
