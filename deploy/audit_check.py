"""Checks the audit chains of one service against the lines and against the heads noted outside the database."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from deploy.databases import CONNECT_TIMEOUT_S
from shared.access.audit_chain import BEGINNING, COLUMNS, canonical, link
from shared.access.heads import Head, Heads
from shared.access.keys import FIRST_TENANT_ID

ROWS_AT_ONCE = 1_000
DAMAGE_MAX = 1_000
PASSED_BY_S = 60.0
# The database itself gives a line its time; a clock that was set back may have been wrong by as much.
CLOCK_SET_BACK_S = 300.0
NOTED_WITHIN_S = 0.5
NO_CHAIN = UUID(int=0)

_CHAIN = f"""
SELECT s.tenant_id AS chain, s.id AS sealed_id, s.seq, s.previous, s.hash, s.sealed_at, a.id IS NOT NULL AS is_there,
    {COLUMNS}
FROM audit_seal s LEFT JOIN audit a ON a.tenant_id = s.tenant_id AND a.id = s.id
ORDER BY s.tenant_id, s.seq
"""
_UNSEALED = """
SELECT count(*) AS lines, extract(epoch FROM now() - min(a.at))::float8 AS oldest_s FROM audit a
WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
"""
# The sealer takes lines in their order, so it leaves none behind that is so much older than what it sealed since.
_PASSED_BY = """
SELECT a.tenant_id, a.id FROM audit a
WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
    AND a.xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    AND a.at < (
        SELECT max(b.at) FROM audit b JOIN audit_seal s ON s.tenant_id = b.tenant_id AND s.id = b.id
        WHERE b.tenant_id = a.tenant_id
    ) - make_interval(secs => $1)
ORDER BY a.tenant_id, a.id LIMIT $2
"""
# No transaction has had this number yet, or no clock shown this time, so nobody who serves can have written the line.
# The sealer would never come to it, and a chain without later lines would not miss it.
_AHEAD = """
SELECT a.tenant_id, a.id FROM audit a
WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
    AND (a.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint OR a.at > now() + make_interval(secs => $1))
ORDER BY a.tenant_id, a.id LIMIT $2
"""
# A tenant that was deleted has gone with its chain; this says so, and is itself to be looked at.
_FORGOTTEN = "SELECT tenant_id FROM forgotten_tenant ORDER BY tenant_id"
# Whoever has the owner's right can write into that table, too. What they cannot write unseen is the operator's chain.
_DELETED = """
SELECT DISTINCT a.object_id AS tenant_id
FROM audit a JOIN audit_seal s ON s.tenant_id = a.tenant_id AND s.id = a.id
WHERE a.tenant_id = $1 AND a.verb = 'tenant.delete_asked'
    AND NOT EXISTS (SELECT 1 FROM tenant t WHERE t.id = a.object_id AND t.state <> 'deleted')
"""
_KNOWN_HASH = "SELECT 1 FROM audit_seal WHERE tenant_id = $1 AND hash = $2"


class Kind(StrEnum):
    """What can be wrong with a chain."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    CUT_OFF = "cut_off"
    REWRITTEN = "rewritten"
    PASSED_BY = "passed_by"
    AHEAD = "ahead"
    NOT_VOUCHED_FOR = "not_vouched_for"
    NOT_DELETED = "not_deleted"


SAYS = {
    Kind.EDITED: "The line does not fit its seal: one of them was changed after the sealing.",
    Kind.DELETED: "A sealed line or its seal is gone.",
    Kind.REORDERED: "The line does not follow the one before it: the order was changed.",
    Kind.CUT_OFF: "The chain was longer once: its newest lines and seals are gone, or an older backup is in place.",
    Kind.PASSED_BY: "The line bears no seal, though later ones do: it was put in by hand.",
    Kind.AHEAD: "The line's transaction or time is yet to come: it was put in by hand, or a backup was not sealed yet.",
    Kind.NOT_VOUCHED_FOR: "No noted head tells how long the chain was: its end may be gone, together with the notes.",
    Kind.NOT_DELETED: "The tenant is marked as deleted, but the operator's own chain knows of no deletion.",
    Kind.REWRITTEN: "The chain had another hash here once: it was made again, or another backup is in place.",
}


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong, and where: tenant, place in the chain, and the line's id as far as it is known."""

    kind: Kind
    tenant_id: UUID
    seq: int
    audit_id: UUID | None = None

    def document(self) -> dict[str, Any]:
        """The damage for programs."""
        known = {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()}
        return known | {"says": SAYS[self.kind]}


@dataclass
class Checked:
    """What was found in one service."""

    tenants: int = 0
    sealed: int = 0
    unsealed: int = 0
    unsealed_oldest_s: float | None = None
    forgotten: list[UUID] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    ends: dict[UUID, Head] = field(default_factory=dict)
    not_vouched_for: list[Head] = field(default_factory=list)
    ends_accepted: int = 0

    def add(self, kind: Kind, tenant_id: UUID, seq: int, audit_id: UUID | None = None) -> None:
        """Notes one damage; after `DAMAGE_MAX` no more are kept."""
        if len(self.damage) < DAMAGE_MAX:
            self.damage.append(Damage(kind, tenant_id, seq, audit_id))

    def document(self) -> dict[str, Any]:
        """The finding for programs."""
        forgotten = [str(tenant_id) for tenant_id in self.forgotten]
        shown = {name: value for name, value in vars(self).items() if name not in ("ends", "not_vouched_for")}
        return {**shown, "forgotten": forgotten, "damage": [one.document() for one in self.damage]}

    def accept_ends(self) -> list[Head]:
        """Takes the ends that no head vouches for as right; returns them, to be noted."""
        self.ends_accepted = len(self.not_vouched_for)
        self.damage = [one for one in self.damage if one.kind is not Kind.NOT_VOUCHED_FOR]
        return self.not_vouched_for


async def check_audit(owner_url: str, heads: Heads, deleted: Collection[UUID] = ()) -> Checked:
    """Walks all chains of a database as its owner, in one snapshot. `deleted` are tenants known to be gone.

    OSError or PostgresError when it cannot be read.
    """
    # Read first, and a head is noted after its seal is committed: they may only be behind.
    noted = {(head.tenant_id, head.seq): head.hash for head in heads.read()}
    connection = await asyncpg.connect(owner_url, timeout=CONNECT_TIMEOUT_S)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            checked = await _walk(connection, noted)
            for kind, statement, seconds in (
                (Kind.PASSED_BY, _PASSED_BY, PASSED_BY_S),
                (Kind.AHEAD, _AHEAD, CLOCK_SET_BACK_S),
            ):
                for row in await connection.fetch(statement, seconds, DAMAGE_MAX):
                    checked.add(kind, row["tenant_id"], 0, row["id"])
            _excuse(checked, [row["tenant_id"] for row in await connection.fetch(_FORGOTTEN)], deleted)
            tail = await connection.fetchrow(_UNSEALED)
            if tail is not None:
                checked.unsealed, checked.unsealed_oldest_s = tail["lines"], tail["oldest_s"]
    finally:
        await connection.close()
    await _look_for_heads(checked, heads, {tenant_id for tenant_id, _ in noted})
    return checked


async def _look_for_heads(checked: Checked, heads: Heads, known: set[UUID]) -> None:
    """A chain's first head may have been noted while the chain was read; one that is there at all vouches for it."""
    if checked.ends.keys() <= known:
        return
    await asyncio.sleep(NOTED_WITHIN_S)
    known = known | {head.tenant_id for head in heads.read()}
    checked.not_vouched_for = [head for tenant_id, head in checked.ends.items() if tenant_id not in known]
    for head in checked.not_vouched_for:
        checked.add(Kind.NOT_VOUCHED_FOR, head.tenant_id, head.seq)


def _excuse(checked: Checked, forgotten: Iterable[UUID], deleted: Collection[UUID]) -> None:
    """A chain that went with its tenant is no damage; that its tenant was deleted is not to be had from its own row."""
    for tenant_id in forgotten:
        if tenant_id in deleted and tenant_id != FIRST_TENANT_ID:
            checked.forgotten.append(tenant_id)
        else:
            checked.add(Kind.NOT_DELETED, tenant_id, 0)
    checked.damage = [one for one in checked.damage if one.tenant_id not in checked.forgotten]


async def deleted_tenants(tracker_owner_url: str) -> frozenset[UUID]:
    """The tenants whose deletion is sealed in the operator's own chain, which the tracker holds."""
    connection = await asyncpg.connect(tracker_owner_url, timeout=CONNECT_TIMEOUT_S)
    try:
        return frozenset(row["tenant_id"] for row in await connection.fetch(_DELETED, FIRST_TENANT_ID))
    finally:
        await connection.close()


async def read_chains(connection: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[asyncpg.Record]:
    """Every seal with its line, chain by chain."""
    async for row in connection.cursor(_CHAIN, prefetch=ROWS_AT_ONCE):
        yield row


async def _walk(connection: "asyncpg.Connection[asyncpg.Record]", noted: dict[tuple[UUID, int], bytes]) -> Checked:
    checked = Checked()
    chain, seq, hash_before = NO_CHAIN, 0, BEGINNING
    async for row in read_chains(connection):
        if row["chain"] != chain:
            chain, seq, hash_before = row["chain"], 0, BEGINNING
            checked.tenants += 1
        checked.sealed += 1
        if row["seq"] != seq + 1:
            checked.add(Kind.DELETED, chain, seq + 1)
        elif row["previous"] != hash_before:
            is_elsewhere = await connection.fetchval(_KNOWN_HASH, chain, row["previous"])
            checked.add(Kind.REORDERED if is_elsewhere else Kind.DELETED, chain, row["seq"], row["sealed_id"])
        _check_line(checked, row)
        if noted.get((chain, row["seq"]), row["hash"]) != row["hash"]:
            checked.add(Kind.REWRITTEN, chain, row["seq"], row["sealed_id"])
        seq, hash_before = row["seq"], row["hash"]
        checked.ends[chain] = Head(row["sealed_at"], chain, seq, hash_before)
    for tenant_id, end in dict(sorted(noted)).items():
        if tenant_id not in checked.ends or end > checked.ends[tenant_id].seq:
            checked.add(Kind.CUT_OFF, tenant_id, end)
    return checked


def _check_line(checked: Checked, row: asyncpg.Record) -> None:
    if not row["is_there"]:
        checked.add(Kind.DELETED, row["chain"], row["seq"], row["sealed_id"])
    elif link(row["previous"], canonical(dict(row))) != row["hash"]:
        checked.add(Kind.EDITED, row["chain"], row["seq"], row["sealed_id"])
