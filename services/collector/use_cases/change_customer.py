"""Changes what is known of a customer: language, region, the way they want to be reached, and their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.intake import Person
from services.collector.store.contact import add_address, drop_address
from services.collector.store.customers import change_customer_row, hold_customer_row
from services.collector.store.homes import home_country
from services.collector.store.keyring import Keyring
from services.collector.store.tables import Customer
from shared.access.audit import AuditLine, Done
from shared.database import Tx


@dataclass(frozen=True)
class ChangeCustomer:
    """The command: whose what is to be different, by the names of the parts."""

    tenant_id: UUID
    customer_id: UUID
    wanted: Mapping[str, str | None]


@dataclass(frozen=True)
class AddAddress:
    """The command: where else a customer can be reached. The company vouches for it."""

    tenant_id: UUID
    customer_id: UUID
    person: Person
    moment: datetime


async def change_customer(tx: Tx, command: ChangeCustomer) -> Done[Customer | None]:
    """The customer as they stand now; None when unknown or erased."""
    customer = await hold_customer_row(tx, command.tenant_id, command.customer_id)
    if customer is None:
        return Done(None, None)
    changed = [name for name, value in command.wanted.items() if getattr(customer, name) != value]
    for name in changed:
        setattr(customer, name, command.wanted[name])
    customer.is_language_given = customer.is_language_given or "language" in command.wanted
    await change_customer_row(tx, customer)
    line = AuditLine("customer.change", "customer", customer.id, {"changed": changed})
    return Done(customer, line if changed else None)


async def add_customer_address(tx: Tx, keyring: Keyring, command: AddAddress) -> Done[UUID | None]:
    """The address's id; None when the customer is unknown or erased, or the address has no normal form."""
    customer = await hold_customer_row(tx, command.tenant_id, command.customer_id)
    if customer is None:
        return Done(None, None)
    keys = await keyring.keys_of(tx, command.tenant_id)
    country = await home_country(tx, command.tenant_id)
    address_id = await add_address(tx, keys, customer.id, command.person, (country, command.moment))
    line = AuditLine("address.add", "customer", customer.id, {"address": str(address_id)})
    return Done(address_id, line if address_id else None)


async def drop_customer_address(
    tx: Tx, keyring: Keyring, tenant_id: UUID, customer_id: UUID, address_id: UUID
) -> Done[bool]:
    """Forgets one address of a customer, and that they are known by it; whether they had it."""
    customer = await hold_customer_row(tx, tenant_id, customer_id)
    if customer is None:
        return Done(value=False, line=None)
    was_there = await drop_address(tx, await keyring.keys_of(tx, tenant_id), customer_id, address_id)
    line = AuditLine("address.drop", "customer", customer_id, {"address": str(address_id)})
    return Done(was_there, line if was_there else None)
