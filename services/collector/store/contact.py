"""One address of one customer, added or taken away by somebody of the company."""

from datetime import datetime
from uuid import UUID

from services.collector.domain.identity import kinds_of, mark_of, values_of
from services.collector.domain.intake import Person
from services.collector.store.keyring import TenantKeys
from services.collector.store.people import KEEP_ADDRESS, REACHABLE
from services.collector.store.tables import Address, Identity
from shared.crypto import place, seal
from shared.database import Tx
from shared.ids import id_of_hash, new_id

_KEY = "SELECT wrapped_key FROM person_key WHERE tenant_id = $1 AND id = $2"
_HELD = "SELECT id, kind FROM address WHERE tenant_id = $1 AND customer_id = $2 AND address_id = $3"
_DROP = "DELETE FROM address WHERE tenant_id = $1 AND id = $2"
_KNOWN_BY = "SELECT blind_index FROM identity WHERE tenant_id = $1 AND customer_id = $2 AND kind = ANY ($3)"
_UNKNOW = (
    "DELETE FROM identity WHERE tenant_id = $1 AND customer_id = $2 AND kind = ANY ($3) AND blind_index = ANY ($4)"
)


async def add_address(
    tx: Tx, keys: TenantKeys, customer_id: UUID, person: Person, about: tuple[str, datetime]
) -> UUID | None:
    """Keeps the person's e-mail or phone, verified; its id, or None where it has no normal form.

    `about` is the tenant's country and the moment. Who else is known by it, stays so: it is shared from now on.
    """
    country, moment = about
    values = [(kind, value) for kind, value in values_of(person, country) if kind in REACHABLE]
    if not values:
        return None
    [(kind, value)] = values
    index = keys.index(kind, value)
    mark = mark_of(kind, index, is_vouched=True)
    common = {"tenant_id": keys.tenant_id, "customer_id": customer_id}
    known = {**common, "id": new_id(), "kind": mark.kind, "blind_index": mark.blind_index}
    await tx.insert(Identity, [known], tail="ON CONFLICT DO NOTHING")
    row_id, written = new_id(), (person.email or person.phone or value).strip()
    sealed = seal(await _key_of(tx, keys, customer_id), written.encode(), _where(keys, row_id))
    where = {"kind": kind, "address_id": id_of_hash(index), "sealed": sealed, "verified_at": moment}
    await tx.insert(Address, [{**common, "id": row_id, **where}], tail=KEEP_ADDRESS)
    return id_of_hash(index)


async def drop_address(tx: Tx, keys: TenantKeys, customer_id: UUID, address_id: UUID) -> bool:
    """Deletes the address and the keyed hashes by which the customer was known through it; whether it was there."""
    held = await tx.fetchrow(_HELD, keys.tenant_id, customer_id, address_id)
    if held is None:
        return False
    kinds = list(kinds_of(held["kind"]))
    marks = await tx.fetch(_KNOWN_BY, keys.tenant_id, customer_id, kinds)
    indexes = [row["blind_index"] for row in marks if id_of_hash(row["blind_index"]) == address_id]
    await tx.execute(_UNKNOW, keys.tenant_id, customer_id, kinds, indexes)
    await tx.execute(_DROP, keys.tenant_id, held["id"])
    return True


async def _key_of(tx: Tx, keys: TenantKeys, customer_id: UUID) -> bytes:
    return keys.unwrap_person_key(await tx.fetchval(_KEY, keys.tenant_id, customer_id), customer_id)


def _where(keys: TenantKeys, row_id: UUID) -> str:
    return place(keys.tenant_id, "address", "sealed", row_id)
