"""The tenants' keys, unwrapped in memory: the data key wraps persons' keys, the index key makes blind indexes."""

from dataclasses import dataclass
from uuid import UUID

from services.collector.store.tables import TenantKey
from shared.crypto import SealBrokenError, blind_index, new_key, place, seal, unseal
from shared.database import Tx
from shared.ids import new_id

TENANTS_MAX = 10_000

_ANY = "SELECT * FROM any_tenant_key()"
_READ = "SELECT * FROM tenant_key WHERE tenant_id = $1"


@dataclass(frozen=True)
class TenantKeys:
    """Both keys of one tenant."""

    tenant_id: UUID
    data_key: bytes
    index_key: bytes

    def index(self, kind: str, value: str) -> bytes:
        """The blind index of a value."""
        return blind_index(self.index_key, kind, value)

    def wrap_person_key(self, person_key: bytes, customer_id: UUID) -> bytes:
        """A person's key, as it is stored."""
        return seal(self.data_key, person_key, place(self.tenant_id, "person_key", "wrapped_key", customer_id))

    def unwrap_person_key(self, wrapped: bytes, customer_id: UUID) -> bytes:
        """A person's key, to read or seal what is theirs."""
        return unseal(self.data_key, wrapped, place(self.tenant_id, "person_key", "wrapped_key", customer_id))

    def wrap_feedback_key(self, feedback_key: bytes, feedback_id: UUID) -> bytes:
        """The key of a feedback that nobody is named in, as it stands in its row."""
        return seal(self.data_key, feedback_key, place(self.tenant_id, "feedback", "wrapped_key", feedback_id))

    def unwrap_feedback_key(self, wrapped: bytes, feedback_id: UUID) -> bytes:
        """The key of a feedback that nobody is named in, to read its original."""
        return unseal(self.data_key, wrapped, place(self.tenant_id, "feedback", "wrapped_key", feedback_id))


class ForeignMasterKeyError(Exception):
    """The master key opens nothing that this database holds: it is lost or another instance's."""

    def __init__(self) -> None:
        super().__init__(
            "the master key does not open what this database holds; put back the copy of keys/master.key that belongs"
            " to these databases. Without it no address can be read again"
        )


class Keyring:
    """Reads a tenant's keys once, and makes them when the tenant has none yet."""

    def __init__(self, master_key: bytes) -> None:
        self._master_key = master_key
        self._known: dict[UUID, TenantKeys] = {}

    async def keys_of(self, tx: Tx, tenant_id: UUID) -> TenantKeys:
        """The tenant's keys. What is made here counts only once the transaction has committed, so it is read again."""
        known = self._known.get(tenant_id)
        if known is not None:
            return known
        row = await tx.row(TenantKey, _READ, tenant_id)
        if row is None:
            return await self._make(tx, tenant_id)
        if len(self._known) >= TENANTS_MAX:
            self._known.clear()
        self._known[tenant_id] = self.unwrap(row)
        return self._known[tenant_id]

    async def prove(self, tx: Tx) -> None:
        """Opens any wrapped key that is there; ForeignMasterKeyError when the master key is not theirs."""
        row = await tx.row(TenantKey, _ANY)
        try:
            if row is not None:
                self.unwrap(row)
        except SealBrokenError:
            raise ForeignMasterKeyError from None

    async def _make(self, tx: Tx, tenant_id: UUID) -> TenantKeys:
        await self.prove(tx)  # Keys under two master keys could never be mended.
        row_id = new_id()
        row = {
            "tenant_id": tenant_id,
            "id": row_id,
            "wrapped_data_key": self._wrap(new_key(), tenant_id, "wrapped_data_key", row_id),
            "wrapped_index_key": self._wrap(new_key(), tenant_id, "wrapped_index_key", row_id),
        }
        await tx.insert(TenantKey, [row], tail="ON CONFLICT (tenant_id) DO NOTHING")
        kept = await tx.row(TenantKey, _READ, tenant_id)  # Another process may have been first; its keys count.
        if kept is None:
            raise RuntimeError("a tenant's keys were neither there nor could be made")
        return self.unwrap(kept)

    def _wrap(self, key: bytes, tenant_id: UUID, column: str, row_id: UUID) -> bytes:
        return seal(self._master_key, key, place(tenant_id, "tenant_key", column, row_id))

    def unwrap(self, row: TenantKey) -> TenantKeys:
        """Both keys of a stored row. SealBrokenError when this master key did not wrap them."""

        def open_key(wrapped: bytes, column: str) -> bytes:
            return unseal(self._master_key, wrapped, place(row.tenant_id, "tenant_key", column, row.id))

        return TenantKeys(
            row.tenant_id,
            data_key=open_key(row.wrapped_data_key, "wrapped_data_key"),
            index_key=open_key(row.wrapped_index_key, "wrapped_index_key"),
        )
