"""Tenants in the database."""

from collections.abc import Sequence
from uuid import UUID

from services.tracker.store.identity_tables import Tenant
from shared.database import Database, Tx
from shared.paging import Place, after

_ADD = """
INSERT INTO tenant (
    tenant_id, id, slug, name, time_zone, languages, state, version, country, changed_at, is_demo, brand
) VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (slug) DO NOTHING RETURNING *
"""
_IS_SHUT = """
SELECT EXISTS (SELECT 1 FROM tenant WHERE tenant_id = $1 AND state <> 'active')
    OR EXISTS (SELECT 1 FROM forgotten_tenant WHERE tenant_id = $1)
"""
_IS_OPEN = f"SELECT tenant_is_known($1) AND NOT ({_IS_SHUT})"
_ONE = "SELECT * FROM tenant WHERE tenant_id = $1 AND id = $1"
_ALL = "SELECT * FROM tenant WHERE tenant_id = ANY ($1) ORDER BY array_position($1, id)"
_CHANGE = """
UPDATE tenant SET name = $2, time_zone = $3, languages = $4, state = $5, slug = $6, country = $7, is_demo = $8,
    brand = $9, version = version + 1, changed_at = now()
WHERE tenant_id = $1 AND id = $1 RETURNING *
"""
_KNOWN = """
SELECT created_at, id FROM credential
WHERE kind = 'tenant' AND ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid))
ORDER BY created_at DESC, id DESC LIMIT $3
"""


async def is_shut(tx: Tx, tenant_id: UUID) -> bool:
    """Whether the tenant is suspended or deleted; one that never was has nobody who could come in."""
    return bool(await tx.fetchval(_IS_SHUT, tenant_id))


async def is_open(tx: Tx, tenant_id: UUID) -> bool:
    """Whether there is such a tenant, and its people are let in."""
    return bool(await tx.fetchval(_IS_OPEN, tenant_id))


async def add_tenant(tx: Tx, tenant: Tenant) -> Tenant | None:
    """A new tenant as it was written; None when the slug is taken."""
    parts = (tenant.slug, tenant.name, tenant.time_zone, tenant.languages, tenant.state, tenant.version)
    more = (tenant.country, tenant.changed_at, tenant.is_demo, tenant.brand)
    return await tx.row(Tenant, _ADD, tenant.id, *parts, *more)


async def read_tenant(tx: Tx, tenant_id: UUID) -> Tenant | None:
    """One tenant, which the transaction is open for."""
    return await tx.row(Tenant, _ONE, tenant_id)


async def hold_tenant_row(tx: Tx, tenant_id: UUID) -> Tenant | None:
    """One tenant, which nobody else can change until the transaction ends."""
    return await tx.row(Tenant, _ONE + " FOR UPDATE", tenant_id)


async def change_tenant_row(tx: Tx, tenant: Tenant) -> Tenant | None:
    """Writes the tenant as it is to be; its version grows by one."""
    parts = (tenant.name, tenant.time_zone, tenant.languages, tenant.state, tenant.slug, tenant.country)
    return await tx.row(Tenant, _CHANGE, tenant.id, *parts, tenant.is_demo, tenant.brand)


async def list_tenants(tx: Tx, tenant_ids: Sequence[UUID]) -> list[Tenant]:
    """Tenants that the transaction is open for, in the order given; a deleted one is not there."""
    return await tx.rows(Tenant, _ALL, list(tenant_ids))


async def tenant_places(carrier: Database, place: Place | None, limit: int) -> list[Place]:
    """The instance's tenants, newest first, which only the carrier can see: when each came, and its id."""
    async with carrier.transaction() as tx:
        return [Place(row["created_at"], row["id"]) for row in await tx.fetch(_KNOWN, *after(place), limit)]
