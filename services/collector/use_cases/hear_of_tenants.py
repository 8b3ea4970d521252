"""Takes over what the tracker says of tenants: who is let in, and which country their telephone numbers are of."""

from collections.abc import Sequence

from services.collector.store.homes import keep_home
from shared.access.held import hold_tenant
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.envelope import Envelope
from shared.contracts.events import TenantChanged
from shared.contracts.vocabulary import TenantState
from shared.database import Tx


async def hear_of_tenants(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to TenantChanged. A country that a newer tracker knows, and this release does not, changes nothing."""
    for fact in facts:
        tenant = TenantChanged.model_validate(fact.data)
        if tenant.country and tenant.country in DIAL_PLANS and tenant.state is not TenantState.DELETED:
            await keep_home(tx, fact.tenant_id, tenant.tenant_version, tenant.country, tenant.time_zone)
        await hold_tenant(tx, fact.tenant_id, tenant)
