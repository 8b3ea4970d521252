"""Makes tenants and changes them; each change is told to all services."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tracker.domain.tenancy import check_state
from services.tracker.store.identity_tables import Tenant
from services.tracker.store.tenants import add_tenant, change_tenant_row, hold_tenant_row
from shared.access.audit import AuditLine, Done
from shared.access.held import hold_tenant
from shared.contracts.events import TenantChanged
from shared.contracts.vocabulary import Language, TenantState
from shared.database import Tx
from shared.ids import new_id
from shared.messaging import outbox
from shared.versions import Expected


class UnknownTenantError(Exception):
    """There is no such tenant."""


class SlugTakenError(Exception):
    """Another tenant has this slug."""


# How a tenant is to be; a part that is not there stays as it is.
TenantWanted = Mapping[str, Any]


async def make_tenant(tx: Tx, tenant_id: UUID, slug: str, wanted: TenantWanted, moment: datetime) -> Done[Tenant]:
    """A new active tenant. Raises SlugTakenError."""
    tenant = Tenant(
        tenant_id=tenant_id,
        id=tenant_id,
        slug=slug,
        state=TenantState.ACTIVE,
        version=1,
        changed_at=moment,
        **wanted,
    )
    added = await add_tenant(tx, tenant)
    if added is None:
        raise SlugTakenError
    await _tell(tx, added)
    after = {"state": added.state, "slug": slug, "is_demo": added.is_demo}
    return Done(added, AuditLine("tenant.make", "tenant", tenant_id, after=after))


async def change_tenant(tx: Tx, tenant_id: UUID, wanted: TenantWanted, expected: Expected) -> Done[Tenant]:
    """Changes parts of a tenant. Raises UnknownTenantError, StaleVersionError."""
    tenant = await _held(tx, tenant_id)
    expected.check(tenant.version)
    after = dict(wanted)
    before = {name: getattr(tenant, name) for name in after}
    for name, value in after.items():
        setattr(tenant, name, value)
    line = AuditLine("tenant.change", "tenant", tenant_id, before=before, after=after)
    return Done(await _write(tx, tenant), line)


async def set_tenant_state(tx: Tx, tenant_id: UUID, to: TenantState, reason: str) -> Done[Tenant]:
    """Suspends, wakes or deletes a tenant. Raises UnknownTenantError, IllegalTenantStateError."""
    tenant = await _held(tx, tenant_id)
    before = TenantState(tenant.state)
    check_state(before, to)
    tenant.state = to
    line = AuditLine(f"tenant.{to}", "tenant", tenant_id, before={"state": before}, after={"state": to}, why=reason)
    return Done(await _write(tx, tenant), line)


async def note_deletion(_: Tx, tenant_id: UUID, reason: str) -> Done[None]:
    """What the operator's own audit keeps of it, for the tenant's goes with the tenant."""
    return Done(None, AuditLine("tenant.delete_asked", "tenant", tenant_id, why=reason))


async def _held(tx: Tx, tenant_id: UUID) -> Tenant:
    tenant = await hold_tenant_row(tx, tenant_id)
    if tenant is None or tenant.state == TenantState.DELETED:  # Its rows go as soon as the job comes to them.
        raise UnknownTenantError
    return tenant


async def _write(tx: Tx, tenant: Tenant) -> Tenant:
    changed = await change_tenant_row(tx, tenant)
    if changed is None:
        raise UnknownTenantError
    await _tell(tx, changed)
    return changed


async def _tell(tx: Tx, tenant: Tenant) -> None:
    """The tracker's own copy is changed here and now; the other services hear of it."""
    event = TenantChanged(
        tenant_version=tenant.version,
        state=TenantState(tenant.state),
        time_zone=tenant.time_zone,
        languages=[Language(language) for language in tenant.languages],
        changed_at=tenant.changed_at,
        country=tenant.country,
    )
    await hold_tenant(tx, tenant.id, event)
    await outbox.put(tx, [outbox.seal(tenant.id, event, at=tenant.changed_at, trace_id=new_id().hex)])
