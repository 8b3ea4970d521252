"""The audit: written with the deed, sealed in the order of the transactions, and any change of it is found."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from deploy.audit_check import Checked, Kind, check_audit, deleted_tenants
from shared.access import audit
from shared.access.audit import AuditLine
from shared.access.audit_chain import COLUMNS, canonical
from shared.access.heads import Head, Heads
from shared.access.keys import FIRST_TENANT_ID
from shared.access.sealing import Sealer
from shared.database import Database
from shared.ids import new_id
from tests.house_of_test import House

SERVICE = "tracker"
NASTY = 'a "quoted" \\ back\tslash\n\r\b\f\x01\x1f\x7f 回音 \U0001f600   end'


@dataclass
class Chain:
    """One tenant's audit, as the tracker writes, seals and keeps it."""

    house: House
    tenant_id: UUID
    app: Database
    sealer: Sealer

    async def write(self, *verbs: str) -> list[UUID]:
        """Lines, each in a transaction of its own; their ids."""
        for verb in verbs:
            async with self.app.transaction(self.tenant_id) as tx:
                await audit.write(tx, "me", {self.tenant_id: AuditLine(verb, "thing", new_id(), {"n": 1})})
        return await self.ids("SELECT id FROM audit WHERE tenant_id = $1 ORDER BY id")

    async def ids(self, sql: str) -> list[UUID]:
        async with self.house.query(SERVICE) as owner:
            return [row["id"] for row in await owner.fetch(sql, self.tenant_id)]

    async def order(self) -> list[UUID]:
        """The lines as they stand in the chain."""
        return await self.ids("SELECT id FROM audit_seal WHERE tenant_id = $1 ORDER BY seq")

    async def tamper(self, *statements: str) -> None:
        """What somebody does who has the owner's right; $1 is the tenant."""
        async with self.house.query(SERVICE) as owner:
            for statement in statements:
                await owner.execute(statement, self.tenant_id)

    async def check(self, *deleted: UUID) -> Checked:
        checked = await check_audit(self.house.url(SERVICE, "owner"), self.sealer.heads, deleted)
        checked.damage = [one for one in checked.damage if one.tenant_id == self.tenant_id]
        return checked

    async def kinds(self) -> list[tuple[Kind, int]]:
        return [(one.kind, one.seq) for one in (await self.check()).damage]


@pytest.fixture
async def chain(house: House, tenant_id: UUID, tmp_path: Path) -> AsyncIterator[Chain]:
    app, carrier = Database(house.url(SERVICE, "app")), Database(house.url(SERVICE, "carrier"))
    await app.open()
    await carrier.open()
    yield Chain(house, tenant_id, app, Sealer(carrier, Heads(tmp_path / "audit" / "tracker.heads")))
    await app.close()
    await carrier.close()


async def test_lines_are_chained_in_order_and_found_whole(chain: Chain) -> None:
    ids = await chain.write("a", "b", "c")
    await chain.sealer.seal()
    assert await chain.order() == ids
    assert await chain.kinds() == []
    ids += (await chain.write("d"))[3:]
    await chain.sealer.seal()
    assert await chain.order() == ids
    assert await chain.kinds() == []
    async with chain.house.query(SERVICE) as owner:
        links = await owner.fetch(
            "SELECT previous, hash FROM audit_seal WHERE tenant_id = $1 ORDER BY seq", chain.tenant_id
        )
    assert [row["previous"] for row in links] == [bytes(32), *(row["hash"] for row in links[:-1])]


async def test_a_transaction_that_commits_late_leaves_no_gap_and_loses_no_line(chain: Chain) -> None:
    late = AuditLine("late", "thing", new_id())
    async with chain.app.transaction(chain.tenant_id) as tx:
        await audit.write(tx, "me", {chain.tenant_id: late})
        after = await chain.write("soon", "sooner")
        await chain.sealer.seal()
        assert await chain.order() == [], "a line before these may still come"
        before = await chain.check()
        assert before.unsealed >= 2
    await chain.sealer.seal()
    [first, *rest] = await chain.order()
    assert rest == after
    assert await chain.ids("SELECT id FROM audit WHERE tenant_id = $1 AND verb = 'late'") == [first]
    assert await chain.kinds() == []


async def test_two_sealers_make_one_chain(chain: Chain, tmp_path: Path) -> None:
    other = Sealer(chain.sealer.carrier, Heads(tmp_path / "audit" / "tracker.heads"))
    written = 0
    for _ in range(5):
        written += 4
        await asyncio.gather(chain.write("a", "b"), chain.write("c", "d"), chain.sealer.seal(), other.seal())
    await asyncio.gather(chain.sealer.seal(), other.seal())
    assert sorted(await chain.order()) == await chain.ids("SELECT id FROM audit WHERE tenant_id = $1 ORDER BY id")
    assert len(await chain.order()) == written
    assert await chain.kinds() == []


async def test_lines_that_another_server_wrote_are_sealed_at_the_first_turn(chain: Chain) -> None:
    """A restored dump brings transaction numbers that this server has not reached."""
    await chain.sealer.seal()
    ids = await chain.write("a", "b")
    await chain.tamper("UPDATE audit SET xid = 9000000000000000 WHERE tenant_id = $1")
    await chain.sealer.seal()
    assert await chain.order() == []
    await Sealer(chain.sealer.carrier, chain.sealer.heads).seal()
    assert await chain.order() == ids
    assert await chain.kinds() == []


LINE_2 = "(SELECT id FROM audit_seal WHERE tenant_id = $1 AND seq = 2)"
TAMPERINGS: dict[str, tuple[Sequence[str], list[tuple[Kind, int]]]] = {
    "another actor": ([f"UPDATE audit SET actor = 'you' WHERE tenant_id = $1 AND id = {LINE_2}"], [(Kind.EDITED, 2)]),
    "another detail": (
        [f"UPDATE audit SET detail = '{{}}' WHERE tenant_id = $1 AND id = {LINE_2}"],
        [(Kind.EDITED, 2)],
    ),
    "another time": (
        [f"UPDATE audit SET at = at + interval '1 us' WHERE tenant_id = $1 AND id = {LINE_2}"],
        [(Kind.EDITED, 2)],
    ),
    "a why that was not": ([f"UPDATE audit SET why = '' WHERE tenant_id = $1 AND id = {LINE_2}"], [(Kind.EDITED, 2)]),
    "a line gone": ([f"DELETE FROM audit WHERE tenant_id = $1 AND id = {LINE_2}"], [(Kind.DELETED, 2)]),
    "a line and its seal gone": (
        [
            f"DELETE FROM audit WHERE tenant_id = $1 AND id = {LINE_2}",
            "DELETE FROM audit_seal WHERE tenant_id = $1 AND seq = 2",
        ],
        [(Kind.DELETED, 2)],
    ),
    "the same, and the gap closed": (
        [
            f"DELETE FROM audit WHERE tenant_id = $1 AND id = {LINE_2}",
            "DELETE FROM audit_seal WHERE tenant_id = $1 AND seq = 2",
            "UPDATE audit_seal SET seq = 2 WHERE tenant_id = $1 AND seq = 3",
            "UPDATE audit_seal SET seq = 3 WHERE tenant_id = $1 AND seq = 4",
        ],
        [(Kind.DELETED, 2), (Kind.CUT_OFF, 4)],
    ),
    "two lines exchanged": (
        [
            "UPDATE audit_seal SET seq = 9 WHERE tenant_id = $1 AND seq = 2",
            "UPDATE audit_seal SET seq = 2 WHERE tenant_id = $1 AND seq = 3",
            "UPDATE audit_seal SET seq = 3 WHERE tenant_id = $1 AND seq = 9",
        ],
        [(Kind.REORDERED, 2), (Kind.REORDERED, 3), (Kind.REORDERED, 4)],
    ),
    "the newest lines and their seals gone": (
        [
            (
                "DELETE FROM audit WHERE tenant_id = $1"
                " AND id IN (SELECT id FROM audit_seal WHERE tenant_id = $1 AND seq > 2)"
            ),
            "DELETE FROM audit_seal WHERE tenant_id = $1 AND seq > 2",
        ],
        [(Kind.CUT_OFF, 4)],
    ),
    "a whole tenant gone": (
        ["DELETE FROM audit WHERE tenant_id = $1", "DELETE FROM audit_seal WHERE tenant_id = $1"],
        [(Kind.CUT_OFF, 4)],
    ),
    "the chain made again over an edited line": (
        [
            f"UPDATE audit SET verb = 'x' WHERE tenant_id = $1 AND id = {LINE_2}",
            "DELETE FROM audit_seal WHERE tenant_id = $1",
        ],
        [(Kind.REWRITTEN, 4)],
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
async def test_a_change_is_found_and_named(chain: Chain, how: str) -> None:
    statements, found = TAMPERINGS[how]
    await chain.write("a", "b", "c", "d")
    await chain.sealer.seal()
    await chain.tamper(*statements)
    if found == [(Kind.REWRITTEN, 4)]:
        await Sealer(chain.sealer.carrier, Heads(Path("/nonexistent/heads"))).seal()
    seen = await chain.kinds()
    if how == "two lines exchanged":  # The noted head of the end is still right; only the order is not.
        seen = [one for one in seen if one[0] is not Kind.REWRITTEN]
    assert seen == found


async def test_an_edited_line_is_named_by_its_id(chain: Chain) -> None:
    ids = await chain.write("a", "b", "c")
    await chain.sealer.seal()
    await chain.tamper(f"UPDATE audit SET actor = 'you' WHERE tenant_id = $1 AND id = {LINE_2}")
    assert [one.audit_id for one in (await chain.check()).damage] == [ids[1]]


async def test_a_tenant_that_was_deleted_is_named_and_no_damage(chain: Chain) -> None:
    await chain.write("a", "b")
    await chain.sealer.seal()
    await chain.tamper(
        "DELETE FROM audit WHERE tenant_id = $1", "DELETE FROM audit_seal WHERE tenant_id = $1 AND seq = 2"
    )
    assert await chain.kinds() != []
    await chain.tamper("INSERT INTO forgotten_tenant (tenant_id) VALUES ($1)")
    checked = await chain.check(chain.tenant_id)
    assert (checked.damage, chain.tenant_id in checked.forgotten) == ([], True)


async def test_a_mark_of_deletion_alone_excuses_nothing(chain: Chain) -> None:
    """Whoever can cut the chain can write that mark, too."""
    await chain.write("a", "b")
    await chain.sealer.seal()
    await chain.tamper(f"DELETE FROM audit WHERE tenant_id = $1 AND id = {LINE_2}")
    await chain.tamper("INSERT INTO forgotten_tenant (tenant_id) VALUES ($1)")
    assert await chain.kinds() == [(Kind.DELETED, 2), (Kind.NOT_DELETED, 0)]


async def test_a_deletion_counts_when_it_is_sealed_in_the_operators_chain(chain: Chain) -> None:
    owner = chain.house.url(SERVICE, "owner")
    assert chain.tenant_id not in await deleted_tenants(owner)
    async with chain.app.transaction(FIRST_TENANT_ID) as tx:
        asked = AuditLine("tenant.delete_asked", "tenant", chain.tenant_id)
        await audit.write(tx, "operator", {FIRST_TENANT_ID: asked})
    assert chain.tenant_id not in await deleted_tenants(owner)
    await chain.sealer.seal()
    assert chain.tenant_id in await deleted_tenants(owner)
    await chain.tamper(
        "INSERT INTO tenant (tenant_id, id, slug, name, time_zone, languages, state, version, changed_at)"
        " VALUES ($1, $1, $1::uuid::text, 'x', 'UTC', '{en}', 'active', 1, now())"
    )
    assert chain.tenant_id not in await deleted_tenants(owner), "it was asked for and refused"


INSERT_BY_HAND = (
    "INSERT INTO audit (tenant_id, id, at, actor, verb, object_kind, detail, xid)"
    " SELECT tenant_id, gen_random_uuid(), {at}, 'you', 'x', 'x', '{{}}', {xid}"
    " FROM audit WHERE tenant_id = $1 LIMIT 1"
)


@pytest.mark.parametrize(
    ("at", "xid", "kind"),
    [
        ("at - interval '2 minutes'", "1", Kind.PASSED_BY),
        ("now()", "9000000000", Kind.AHEAD),
        ("at - interval '2 minutes'", "9000000000", Kind.AHEAD),
    ],
)
async def test_a_line_put_in_by_hand_is_named(chain: Chain, at: str, xid: str, kind: Kind) -> None:
    """Behind the sealer, or with a number that no transaction has yet: it would never come to such a line."""
    await chain.write("a", "b")
    await chain.sealer.seal()
    await chain.tamper(INSERT_BY_HAND.format(at=at, xid=xid))
    await chain.sealer.seal()
    assert [found for found, _ in await chain.kinds()] == [kind]


async def test_a_line_of_a_time_to_come_is_named(chain: Chain) -> None:
    """Also where nothing of the tenant was ever sealed."""
    await chain.write("a")
    await chain.tamper("UPDATE audit SET at = now() + interval '1 hour' WHERE tenant_id = $1")
    assert [kind for kind, _ in await chain.kinds()] == [Kind.AHEAD]


@pytest.mark.parametrize("how", ["gone", "empty"])
async def test_without_noted_heads_nothing_vouches_for_the_ends(chain: Chain, how: str) -> None:
    await chain.write("a", "b", "c")
    await chain.sealer.seal()
    await chain.tamper(
        "DELETE FROM audit WHERE tenant_id = $1 AND id = (SELECT id FROM audit_seal WHERE tenant_id = $1 AND seq = 3)",
        "DELETE FROM audit_seal WHERE tenant_id = $1 AND seq = 3",
    )
    if how == "gone":
        chain.sealer.heads.path.unlink()
    else:
        chain.sealer.heads.path.write_text("")
    assert await chain.kinds() == [(Kind.NOT_VOUCHED_FOR, 2)]
    chain.sealer.heads.note((await chain.check()).accept_ends())
    assert await chain.kinds() == []


_ROW = "gen_random_uuid(), gen_random_uuid()"
_LINE = f"{_ROW}, '', '', '', '{{}}'"
FORBIDDEN: list[tuple[str, str]] = [
    ("app", "SELECT * FROM audit_seal"),
    ("app", f"INSERT INTO audit_seal (tenant_id, id, seq, previous, hash) VALUES ({_ROW}, 1, '', '')"),
    ("app", "SELECT * FROM audit_seal_lines(0, 0, true, 1)"),
    ("app", f"INSERT INTO audit (tenant_id, id, actor, verb, object_kind, detail, xid) VALUES ({_LINE}, 1)"),
    ("app", f"INSERT INTO audit (tenant_id, id, actor, verb, object_kind, detail, at) VALUES ({_LINE}, now())"),
    ("carrier", "SELECT * FROM audit"),
    ("carrier", "SELECT * FROM audit_seal"),
    ("carrier", "UPDATE audit_seal SET hash = ''"),
    ("carrier", "DELETE FROM audit_seal"),
]


@pytest.mark.parametrize(("part", "statement"), FORBIDDEN)
async def test_nobody_who_serves_may_touch_the_chain(house: House, part: str, statement: str) -> None:
    async with house.query(SERVICE, part) as connection:
        # Not the policies' own refusal, which would come for a tenant that is not the transaction's.
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(statement)


async def test_the_form_of_a_line_is_the_same_here_and_in_the_database(chain: Chain) -> None:
    lines = [
        AuditLine(
            NASTY, NASTY, None, {NASTY: NASTY, "b": 1, "aa": None, "é": [1.5, True]}, {}, {"z": {"y": []}}, NASTY
        ),
        AuditLine("plain", "thing", new_id()),
    ]
    async with chain.app.transaction(chain.tenant_id) as tx:
        for line in lines:
            await audit.write(tx, NASTY, {chain.tenant_id: line})
    async with chain.house.query(SERVICE) as owner:
        rows = await owner.fetch(
            f"SELECT {COLUMNS}, audit_canonical(a) AS theirs FROM audit a WHERE tenant_id = $1", chain.tenant_id
        )
    assert len(rows) == 2
    for row in rows:
        assert canonical(dict(row)) == row["theirs"]


async def test_a_line_that_is_no_head_is_passed_over(tmp_path: Path, tenant_id: UUID) -> None:
    heads = Heads(tmp_path / "x.heads")
    days = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 1, 20, 20)]
    noted = [Head(day, tenant_id, seq, bytes([seq]) * 32) for seq, day in enumerate(days, start=1)]
    heads.note(noted)
    with heads.path.open("a") as file:
        file.write('{"at": "2026-11-20T')
    assert list(heads.read()) == noted
    heads.thin(days[-1].date())
    assert list(heads.read()) == noted[1:], "of an old day the last head stays"
    assert heads.path.stat().st_mode & 0o777 == 0o600
