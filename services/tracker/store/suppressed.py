"""Which addresses are written to no more."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.tracker.store.mail_tables import SuppressedAddress
from shared.contracts.reach import PersonOut
from shared.database import Tx

_OF = "SELECT id FROM suppressed_address WHERE tenant_id = $1 AND id = ANY ($2)"


async def suppress(tx: Tx, tenant_id: UUID, address_id: UUID, status: str, bounced_at: datetime) -> bool:
    """Writes to the address no more; whether that is new."""
    row = {"tenant_id": tenant_id, "id": address_id, "status": status, "bounced_at": bounced_at}
    added = await tx.insert(SuppressedAddress, [row], tail="ON CONFLICT DO NOTHING RETURNING id")
    return bool(added)


async def suppressed_of(tx: Tx, tenant_id: UUID, people: Iterable[PersonOut | None]) -> frozenset[UUID]:
    """Those of the people's addresses that are written to no more."""
    asked = [address.address_id for person in people if person for address in person.addresses]
    return frozenset(row["id"] for row in await tx.fetch(_OF, tenant_id, asked)) if asked else frozenset()
