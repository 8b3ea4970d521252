"""Keys of servers and apps in the database."""

from datetime import datetime
from uuid import UUID

from services.tracker.store.identity_tables import ApiKey
from shared.database import Tx
from shared.paging import Place, after

_ADDED = (
    "tenant_id", "id", "version", "kind", "label", "secret_sha256", "scopes", "channel", "origins",
    "requests_per_minute", "replaces", "made_by", "expires_at",
)  # fmt: skip
_ADD = f"""
INSERT INTO api_key ({", ".join(_ADDED)})
VALUES ({", ".join(f"${number}" for number in range(1, len(_ADDED) + 1))}) RETURNING *
"""
_ONE = "SELECT * FROM api_key WHERE tenant_id = $1 AND id = $2"
_LIST = """
SELECT * FROM api_key
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_END = """
UPDATE api_key SET version = version + 1, expires_at = least(expires_at, $3), revoked_at = coalesce(revoked_at, $4)
WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_FOLLOWED = "SELECT EXISTS (SELECT 1 FROM api_key WHERE tenant_id = $1 AND replaces = $2)"
_USED = """
UPDATE api_key SET last_used_at = greatest(last_used_at, $3) WHERE tenant_id = $1 AND id = $2
"""


async def add_key(tx: Tx, key: ApiKey) -> ApiKey:
    """A new key."""
    columns = key.model_dump(exclude={"created_at", "revoked_at", "last_used_at"})
    return await tx.row(ApiKey, _ADD, *(columns[name] for name in _ADDED)) or key


async def hold_key_row(tx: Tx, tenant_id: UUID, key_id: UUID) -> ApiKey | None:
    """One key, which nobody else can change until the transaction ends."""
    return await tx.row(ApiKey, _ONE + " FOR UPDATE", tenant_id, key_id)


async def read_key_row(tx: Tx, tenant_id: UUID, key_id: UUID) -> ApiKey | None:
    """One key."""
    return await tx.row(ApiKey, _ONE, tenant_id, key_id)


async def list_keys(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[ApiKey]:
    """Newest first."""
    return await tx.rows(ApiKey, _LIST, tenant_id, *after(place), limit)


async def end_key(
    tx: Tx, key: ApiKey, *, expires_at: datetime | None = None, revoked_at: datetime | None = None
) -> ApiKey:
    """Lets a key end at a time, but never later than it would have, or at once."""
    ended = await tx.row(ApiKey, _END, key.tenant_id, key.id, expires_at, revoked_at)
    return ended or key


async def has_successor(tx: Tx, tenant_id: UUID, key_id: UUID) -> bool:
    """Whether another key follows this one already."""
    return bool(await tx.fetchval(_FOLLOWED, tenant_id, key_id))


async def note_use(tx: Tx, tenant_id: UUID, key_id: UUID, used_at: datetime) -> None:
    """When a key was last used; an older time changes nothing."""
    await tx.execute(_USED, tenant_id, key_id, used_at)
