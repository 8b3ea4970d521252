"""Members as rows."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.tracker.store.member_tables import Member
from shared.access.scopes import Role
from shared.database import Tx
from shared.paging import Place, after

# Whoever changes a member holds the administrators as well, in one order, so that two cannot take each other's role.
_HOLD = """
SELECT * FROM member
WHERE tenant_id = $1 AND (id = $2 OR ('admin' = ANY (roles) AND disabled_at IS NULL AND joined_at IS NOT NULL))
ORDER BY id FOR NO KEY UPDATE
"""
_BY_EMAIL = "SELECT * FROM member WHERE tenant_id = $1 AND email = $2"
_LIST = """
SELECT * FROM member WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (invited_at, id) < ($2, $3::uuid))
ORDER BY invited_at DESC, id DESC LIMIT $4
"""
_ADD = """
INSERT INTO member (tenant_id, id, email, name, roles, language, time_zone, invited_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_SAVE = """
UPDATE member SET email = $3, name = $4, roles = $5, language = $6, time_zone = $7, password_hash = $8,
    oidc_issuer = $9, oidc_subject = $10, joined_at = $11, disabled_at = $12, forgotten_at = $13, version = version + 1
WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
_REHASH = "UPDATE member SET password_hash = $4 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3"


class EmailTakenError(Exception):
    """Another member of the tenant has this e-mail."""


@dataclass(frozen=True)
class HeldMember:
    """A member whom nobody else can change until the transaction ends."""

    member: Member
    is_last_admin: bool


async def read_member(tx: Tx, tenant_id: UUID, member_id: UUID) -> Member | None:
    """One member."""
    return await tx.row(Member, "SELECT * FROM member WHERE tenant_id = $1 AND id = $2", tenant_id, member_id)


async def member_by_email(tx: Tx, tenant_id: UUID, email: str) -> Member | None:
    """The member with this e-mail, in its normal spelling."""
    return await tx.row(Member, _BY_EMAIL, tenant_id, email)


async def member_by_subject(tx: Tx, tenant_id: UUID, issuer: str, subject: str) -> Member | None:
    """The member whom an identity provider knows as this subject."""
    sql = "SELECT * FROM member WHERE tenant_id = $1 AND oidc_issuer = $2 AND oidc_subject = $3"
    return await tx.row(Member, sql, tenant_id, issuer, subject)


async def hold_for_change(tx: Tx, tenant_id: UUID, member_id: UUID) -> HeldMember | None:
    """One member and whether they are the last administrator who can sign in."""
    held = await tx.rows(Member, _HOLD, tenant_id, member_id)
    found = next((member for member in held if member.id == member_id), None)
    if found is None:
        return None
    return HeldMember(found, is_last_admin=_is_admin(found) and sum(map(_is_admin, held)) == 1)


def _is_admin(member: Member) -> bool:
    return Role.ADMIN in member.roles and member.disabled_at is None and member.joined_at is not None


async def list_members(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[Member]:
    """Newest first."""
    return await tx.rows(Member, _LIST, tenant_id, *after(place), limit)


async def add_member(tx: Tx, member: Member) -> None:
    """A new member. Raises EmailTakenError."""
    values = (member.email, member.name, member.roles, member.language, member.time_zone, member.invited_at)
    try:
        await tx.execute(_ADD, member.tenant_id, member.id, *values)
    except asyncpg.UniqueViolationError:
        raise EmailTakenError from None


async def save_member(tx: Tx, member: Member) -> Member:
    """Writes a member whom the transaction holds, as a new version. Raises EmailTakenError."""
    values = (
        member.email,
        member.name,
        member.roles,
        member.language,
        member.time_zone,
        member.password_hash,
        member.oidc_issuer,
        member.oidc_subject,
        member.joined_at,
        member.disabled_at,
        member.forgotten_at,
    )
    try:
        saved = await tx.row(Member, _SAVE, member.tenant_id, member.id, *values)
    except asyncpg.UniqueViolationError:
        raise EmailTakenError from None
    if saved is None:
        raise LookupError("a member is held before they are saved")
    return saved


async def rehash(tx: Tx, member: Member, password_hash: str) -> None:
    """Replaces the hash of the same password, unless somebody has set another one meanwhile."""
    await tx.execute(_REHASH, member.tenant_id, member.id, member.password_hash, password_hash)
