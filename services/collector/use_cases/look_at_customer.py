"""Shows who a customer is, or who it is that an address belongs to; both are noted, the address itself is not."""

from dataclasses import dataclass
from uuid import UUID

from services.collector.domain.identity import normal_form
from services.collector.store.customers import CustomerSeen, find_customers, read_customer
from services.collector.store.homes import home_country
from services.collector.store.keyring import Keyring
from shared.access.audit import AuditLine, Done
from shared.database import Tx

FOUND_MAX = 100


@dataclass(frozen=True)
class Sought:
    """What somebody is looked for by: `email`, `phone` or `external_id`, and its full value."""

    kind: str
    value: str


async def look_at_customer(tx: Tx, keyring: Keyring, tenant_id: UUID, customer_id: UUID) -> Done[CustomerSeen | None]:
    """One customer in the clear, or None when unknown or erased."""
    seen = await read_customer(tx, await keyring.keys_of(tx, tenant_id), customer_id)
    return Done(seen, AuditLine("customer.read", "customer", customer_id) if seen else None)


async def look_for_customers(tx: Tx, keyring: Keyring, tenant_id: UUID, sought: Sought) -> Done[list[UUID]]:
    """Who is known by the value. That nobody is, is noted as well: asking is a reading."""
    keys = await keyring.keys_of(tx, tenant_id)
    value = normal_form(sought.kind, sought.value, await home_country(tx, tenant_id))
    found = await find_customers(tx, keys, sought.kind, value, FOUND_MAX)
    detail = {"by": sought.kind, "found": [str(customer_id) for customer_id in found]}
    return Done(found, AuditLine("customer.find", "customer", detail=detail))
