"""Mailboxes in the database: where they are, how far they were read, and what was left aside there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.collector.store.keyring import TenantKeys
from services.collector.store.mail_tables import Mailbox, MailLeft
from shared.crypto import place, seal, unseal
from shared.database import Database, Tx, Values
from shared.ids import new_id
from shared.paging import Place, after

MAILS_LEFT_MAX = 1_000  # Of each mailbox; older ones are forgotten, for anybody can send.

_ONE = "SELECT * FROM mailbox WHERE tenant_id = $1 AND id = $2"
_HOLD = f"{_ONE} FOR UPDATE"
_ALL = """
SELECT * FROM mailbox
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_DELETE = "DELETE FROM mailbox WHERE tenant_id = $1 AND id = $2"
_DELETE_LEFT = "DELETE FROM mail_left WHERE tenant_id = $1 AND mailbox_id = $2"
_BEGIN = """
UPDATE mailbox SET uid_validity = $3, last_uid = CASE WHEN uid_validity IS DISTINCT FROM $3 THEN 0 ELSE last_uid END
WHERE tenant_id = $1 AND id = $2 RETURNING last_uid
"""
_AGAIN = "UPDATE mailbox SET uid_validity = NULL, last_uid = 0 WHERE tenant_id = $1 AND id = $2"
_READ = """
UPDATE mailbox SET read_at = now(), failed_at = NULL, failures = 0, fault = NULL WHERE tenant_id = $1 AND id = $2
"""
_FAILED = """
UPDATE mailbox SET failed_at = now(), failures = failures + 1, fault = $3 WHERE tenant_id = $1 AND id = $2
RETURNING failures
"""
_GO_PAST = """
UPDATE mailbox SET last_uid = greatest(last_uid, $4), {outcome}_count = {outcome}_count + 1
WHERE tenant_id = $1 AND id = $2 AND uid_validity = $3
"""
_FORGET_OLD = """
DELETE FROM mail_left WHERE tenant_id = $1 AND mailbox_id = $2 AND id IN (
    SELECT id FROM mail_left WHERE tenant_id = $1 AND mailbox_id = $2 ORDER BY id DESC OFFSET $3
)
"""
_LEFT = """
SELECT * FROM mail_left WHERE tenant_id = $1 AND mailbox_id = $2
    AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4::uuid))
ORDER BY at DESC, id DESC LIMIT $5
"""
_TENANTS = "SELECT DISTINCT tenant_id FROM credential ORDER BY tenant_id LIMIT $1"
_STATES = """
SELECT count(*) AS many, count(*) FILTER (WHERE failures >= $1) AS failing, max(fault) FILTER (WHERE failures >= $1)
    AS fault
FROM mailbox WHERE is_active
"""
_BY_MARK = "SELECT DISTINCT tenant_id FROM credential WHERE substr(sha256(uuid_send(tenant_id)), 1, 4) = $1 LIMIT $2"
TENANTS_MAX = 10_000
SAME_MARK_MAX = 8


class NameTakenError(Exception):
    """Another mailbox of the tenant has this name."""


async def add_mailbox(tx: Tx, row: Values) -> Mailbox:
    """Keeps a mailbox. Raises NameTakenError."""
    tail = "ON CONFLICT (tenant_id, name) DO NOTHING RETURNING *"
    added = await tx.insert(Mailbox, [row], tail=tail)
    if not added:
        raise NameTakenError
    return Mailbox(**added[0])


async def read_mailbox_row(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> Mailbox | None:
    """One mailbox."""
    return await tx.row(Mailbox, _ONE, tenant_id, mailbox_id)


async def hold_mailbox(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> Mailbox | None:
    """One mailbox that nobody else changes until the transaction ends."""
    return await tx.row(Mailbox, _HOLD, tenant_id, mailbox_id)


async def list_mailboxes(tx: Tx, tenant_id: UUID, found_from: Place | None, limit: int) -> list[Mailbox]:
    """The tenant's mailboxes, newest first."""
    return await tx.rows(Mailbox, _ALL, tenant_id, *after(found_from), limit)


async def change_mailbox(tx: Tx, mailbox: Mailbox, values: Values) -> Mailbox:
    """Writes columns of a mailbox that the transaction holds. Raises NameTakenError."""
    cells = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=3))
    sql = f"UPDATE mailbox SET {cells}, version = version + 1 WHERE tenant_id = $1 AND id = $2 RETURNING *"
    try:
        changed = await tx.row(Mailbox, sql, mailbox.tenant_id, mailbox.id, *values.values())
    except asyncpg.UniqueViolationError:
        raise NameTakenError from None
    return changed or mailbox


async def delete_mailbox(tx: Tx, tenant_id: UUID, mailbox_id: UUID) -> None:
    """Forgets a mailbox. What was taken in from it stays."""
    await tx.execute(_DELETE_LEFT, tenant_id, mailbox_id)
    await tx.execute(_DELETE, tenant_id, mailbox_id)


async def begin_reading(tx: Tx, mailbox: Mailbox, uid_validity: int) -> int:
    """The last mail that was read. Where the folder's numbers were given anew, none was: all is read again."""
    return int(await tx.fetchval(_BEGIN, mailbox.tenant_id, mailbox.id, uid_validity) or 0)


async def read_again(tx: Tx, mailbox: Mailbox) -> None:
    """Forgets how far it was read."""
    await tx.execute(_AGAIN, mailbox.tenant_id, mailbox.id)


async def pass_mail(tx: Tx, mailbox: Mailbox, uid_validity: int, uid: int, outcome: str) -> None:
    """Goes past a mail and counts what became of it; `outcome` is one of a closed list."""
    await tx.execute(_GO_PAST.format(outcome=outcome), mailbox.tenant_id, mailbox.id, uid_validity, uid)


async def leave_mail(tx: Tx, left: Values) -> None:
    """Notes a mail that became nothing, and forgets the oldest of too many."""
    tenant_id, mailbox_id = left["tenant_id"], left["mailbox_id"]
    await tx.insert(MailLeft, [{**left, "id": new_id()}], tail="ON CONFLICT DO NOTHING")
    await tx.execute(_FORGET_OLD, tenant_id, mailbox_id, MAILS_LEFT_MAX)


async def list_left(tx: Tx, tenant_id: UUID, mailbox_id: UUID, found_from: Place | None, limit: int) -> list[MailLeft]:
    """What was left aside, newest first."""
    return await tx.rows(MailLeft, _LEFT, tenant_id, mailbox_id, *after(found_from), limit)


async def note_read(tx: Tx, mailbox: Mailbox) -> None:
    """The mailbox was read to its end, or as far as one turn goes."""
    await tx.execute(_READ, mailbox.tenant_id, mailbox.id)


async def note_failure(tx: Tx, mailbox: Mailbox, fault: str) -> int:
    """It could not be read; how often in a row."""
    return int(await tx.fetchval(_FAILED, mailbox.tenant_id, mailbox.id, fault) or 0)


def sealed_password(keys: TenantKeys, mailbox_id: UUID, password: str) -> bytes:
    """As it is stored."""
    return seal(keys.data_key, password.encode(), place(keys.tenant_id, "mailbox", "sealed_password", mailbox_id))


def password_of(keys: TenantKeys, mailbox: Mailbox) -> str:
    """To sign in with."""
    where = place(keys.tenant_id, "mailbox", "sealed_password", mailbox.id)
    return unseal(keys.data_key, mailbox.sealed_password, where).decode()


async def tenants_marked(carrier: Database, mark: bytes) -> Sequence[UUID]:
    """Tenants whose mark this is: one, or a few by chance."""
    async with carrier.transaction() as tx:
        return [row["tenant_id"] for row in await tx.fetch(_BY_MARK, mark, SAME_MARK_MAX)]


async def states_of_mailboxes(database: Database, carrier: Database, failures_min: int) -> tuple[int, int, str | None]:
    """How many mailboxes are read, how many of them have failed so often in a row, and one of the faults."""
    async with carrier.transaction() as tx:
        tenants: list[UUID] = [row["tenant_id"] for row in await tx.fetch(_TENANTS, TENANTS_MAX)]
    if not tenants:
        return 0, 0, None
    async with database.transaction(*tenants) as tx:
        row = await tx.fetchrow(_STATES, failures_min)
    return (row["many"], row["failing"], row["fault"]) if row else (0, 0, None)


def moment_of(arrived_at: datetime | None, now: datetime) -> datetime:
    """When a mail came: what the server says, unless it lies in the future."""
    return min(arrived_at or now, now)
