"""What each service holds of keys, members and tenants: filled by events, so that a check asks nobody else."""

from collections.abc import Sequence
from uuid import UUID

from shared.access.forgetting import order_forgetting
from shared.access.kinds import Kind
from shared.contracts.envelope import Envelope
from shared.contracts.events import KeyChanged, MemberChanged, TenantChanged
from shared.contracts.vocabulary import TenantState
from shared.database import Tx

_PUT = "SELECT credential_put($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
_PUT_STATE = """
SELECT credential_put($1, $2, $3, $4, $4 || ':' || $1::uuid::text, NULL, $5, NULL, NULL, NULL, NULL, NULL, $6)
"""


async def hold_key(tx: Tx, tenant_id: UUID, key: KeyChanged) -> None:
    """Keeps a key or session as it is now; an older version changes nothing."""
    await tx.execute(
        _PUT,
        key.key_id,
        tenant_id,
        key.key_version,
        key.kind,
        # What a session's person does stands under the person's id in the audit, whichever device they used.
        f"{key.kind}:{key.key_id}" if key.member_id is None else f"{Kind.MEMBER}:{key.member_id}",
        bytes.fromhex(key.secret_sha256),
        key.scopes,
        key.member_id,
        key.channel,
        key.origins,
        key.requests_per_minute,
        key.expires_at,
        key.revoked_at,
    )


async def hold_member(tx: Tx, tenant_id: UUID, member: MemberChanged) -> None:
    """Keeps what a member may now."""
    await tx.execute(
        _PUT_STATE, member.member_id, tenant_id, member.member_version, Kind.MEMBER, member.scopes, member.revoked_at
    )


async def hold_tenant(tx: Tx, tenant_id: UUID, tenant: TenantChanged) -> None:
    """Keeps whether a tenant is let in; a deleted one is forgotten."""
    shut_at = None if tenant.state is TenantState.ACTIVE else tenant.changed_at
    await tx.execute(_PUT_STATE, tenant_id, tenant_id, tenant.tenant_version, Kind.TENANT, [], shut_at)
    if tenant.state is TenantState.DELETED:
        await order_forgetting(tx, tenant_id)


async def on_keys(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to KeyChanged."""
    for fact in facts:
        await hold_key(tx, fact.tenant_id, KeyChanged.model_validate(fact.data))


async def on_members(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to MemberChanged."""
    for fact in facts:
        await hold_member(tx, fact.tenant_id, MemberChanged.model_validate(fact.data))


async def on_tenants(tx: Tx, facts: Sequence[Envelope]) -> None:
    """Reaction to TenantChanged."""
    for fact in facts:
        await hold_tenant(tx, fact.tenant_id, TenantChanged.model_validate(fact.data))
