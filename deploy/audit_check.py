"""Checks the audit chains of one service against the lines and against the heads noted outside the database."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from deploy.databases import CONNECT_TIMEOUT_S
from shared.access.audit_chain import BEGINNING, COLUMNS, canonical, link
from shared.access.heads import Head
from shared.access.keys import FIRST_TENANT_ID

ROWS_AT_ONCE = 1_000
DAMAGE_MAX = 1_000
PASSED_BY_S = 60.0
NO_CHAIN = UUID(int=0)

_CHAIN = f"""
SELECT s.tenant_id AS chain, s.id AS sealed_id, s.seq, s.previous, s.hash, a.id IS NOT NULL AS is_there, {COLUMNS}
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
    AND a.at < (
        SELECT max(b.at) FROM audit b JOIN audit_seal s ON s.tenant_id = b.tenant_id AND s.id = b.id
        WHERE b.tenant_id = a.tenant_id
    ) - make_interval(secs => $1)
ORDER BY a.tenant_id, a.id LIMIT $2
"""
# A tenant that was deleted has gone with its chain; this says so, and is itself to be looked at.
_FORGOTTEN = "SELECT tenant_id FROM forgotten_tenant ORDER BY tenant_id"
_KNOWN_HASH = "SELECT 1 FROM audit_seal WHERE tenant_id = $1 AND hash = $2"


class Kind(StrEnum):
    """What can be wrong with a chain."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    CUT_OFF = "cut_off"
    REWRITTEN = "rewritten"
    PASSED_BY = "passed_by"


SAYS = {
    Kind.EDITED: "The line does not fit its seal: one of them was changed after the sealing.",
    Kind.DELETED: "A sealed line or its seal is gone.",
    Kind.REORDERED: "The line does not follow the one before it: the order was changed.",
    Kind.CUT_OFF: "The chain was longer once: its newest lines and seals are gone, or an older backup is in place.",
    Kind.PASSED_BY: "The line bears no seal, though later ones do: it was put in by hand.",
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

    def add(self, kind: Kind, tenant_id: UUID, seq: int, audit_id: UUID | None = None) -> None:
        """Notes one damage; after `DAMAGE_MAX` no more are kept."""
        if len(self.damage) < DAMAGE_MAX:
            self.damage.append(Damage(kind, tenant_id, seq, audit_id))

    def document(self) -> dict[str, Any]:
        """The finding for programs."""
        forgotten = [str(tenant_id) for tenant_id in self.forgotten]
        return {**vars(self), "forgotten": forgotten, "damage": [one.document() for one in self.damage]}


async def check_audit(owner_url: str, heads: Iterable[Head]) -> Checked:
    """Walks all chains of a database as its owner, in one snapshot. OSError or PostgresError when it cannot be read."""
    noted = {(head.tenant_id, head.seq): head.hash for head in heads}  # Read first: they may only be behind.
    connection = await asyncpg.connect(owner_url, timeout=CONNECT_TIMEOUT_S)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            checked = await _walk(connection, noted)
            for row in await connection.fetch(_PASSED_BY, PASSED_BY_S, DAMAGE_MAX):
                checked.add(Kind.PASSED_BY, row["tenant_id"], 0, row["id"])
            forgotten = [row["tenant_id"] for row in await connection.fetch(_FORGOTTEN)]
            checked.forgotten = [tenant_id for tenant_id in forgotten if tenant_id != FIRST_TENANT_ID]
            checked.damage = [one for one in checked.damage if one.tenant_id not in checked.forgotten]
            tail = await connection.fetchrow(_UNSEALED)
            if tail is not None:
                checked.unsealed, checked.unsealed_oldest_s = tail["lines"], tail["oldest_s"]
    finally:
        await connection.close()
    return checked


async def read_chains(connection: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[asyncpg.Record]:
    """Every seal with its line, chain by chain."""
    async for row in connection.cursor(_CHAIN, prefetch=ROWS_AT_ONCE):
        yield row


async def _walk(connection: "asyncpg.Connection[asyncpg.Record]", noted: dict[tuple[UUID, int], bytes]) -> Checked:
    checked = Checked()
    chain, seq, hash_before = NO_CHAIN, 0, BEGINNING
    last: dict[UUID, int] = {}
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
        last[chain] = seq
    ends = dict(sorted(noted))
    for tenant_id, end in ends.items():
        if end > last.get(tenant_id, 0):
            checked.add(Kind.CUT_OFF, tenant_id, end)
    return checked


def _check_line(checked: Checked, row: asyncpg.Record) -> None:
    if not row["is_there"]:
        checked.add(Kind.DELETED, row["chain"], row["seq"], row["sealed_id"])
    elif link(row["previous"], canonical(dict(row))) != row["hash"]:
        checked.add(Kind.EDITED, row["chain"], row["seq"], row["sealed_id"])
