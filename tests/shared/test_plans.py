"""Hot queries use an index, as the app role under row-level security and among another tenant's rows."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.clock import now
from shared.ids import new_id
from tests.house_of_test import House

# Enough that reading all of them is dearer than any index, and that a sort of them is seen.
ROWS = 4_000
SORTED_ROWS_MAX = 500
_VALUE_OF_TYPE = {
    "uuid": "md5('{seed}' || i)::uuid",
    "text": "'t' || i",
    "timestamp with time zone": "now() - make_interval(secs => i)",
    "double precision": "0.5",
    "integer": "i % 3",
    "bigint": "i",
    "boolean": "true",
    "jsonb": "'{{}}'::jsonb",
    "bytea": "decode(md5('{seed}' || i), 'hex')",
    "ARRAY": "'{{1}}'",
}
_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'
ORDER BY ordinal_position
"""


@dataclass(frozen=True)
class Hot:
    """A statement of a store, and what it is asked with; `mine` stands for the tenant."""

    service: str
    room: str
    statement: str
    args: tuple[Any, ...]
    floor: str = "store"
    is_of_many: bool = False  # It is asked for rows of several tenants at once.

    def __str__(self) -> str:
        return f"{self.room}.{self.statement}"


SOME = new_id()
NONE_PLACE = (None, None)
ANY_CASE = (None,) * 15
# A short span among the rows, which lie a second apart: figures of a year are for benchmarks.
MINUTE = (now() - timedelta(minutes=30), now() - timedelta(minutes=29))
HOT = [
    Hot("collector", "feedback", "_BY_EVENT", ([SOME],), is_of_many=True),
    Hot("collector", "feedback", "_BY_SOURCE", ([b"x"], ["t1"], ["t2"]), is_of_many=True),
    Hot("collector", "receipts", "_RECEIVED", (SOME,)),
    Hot("collector", "reach", "_PEOPLE", ([SOME],)),
    Hot("collector", "reach", "_CONSENTS", ([SOME], "reply")),
    Hot("collector", "reach", "_ADDRESSES", ([SOME],)),
    Hot("collector", "people", "_OWNERS", (["email"], [b"x"]), is_of_many=True),
    Hot("collector", "people", "_PERSON_KEYS", ([SOME],), is_of_many=True),
    Hot("collector", "people", "_SET_LANGUAGE", ([SOME], ["zh"]), is_of_many=True),
    Hot("classifier", "verdicts", "_BY_FEEDBACK", (SOME,)),
    Hot("tracker", "cases", "_LIST", (*ANY_CASE, *NONE_PLACE, 50)),
    Hot("tracker", "cases", "_LIST", (*ANY_CASE, now(), SOME, 50)),
    Hot("tracker", "cases", "_REVIEW", (None, None, 50)),
    Hot("tracker", "cases", "_REVIEW", (0.5, SOME, 50)),
    Hot("tracker", "cases", "_ONE", (SOME,)),
    Hot("tracker", "cases", "_HOLD", ([SOME],)),
    Hot("tracker", "case_events", "_HISTORY", (SOME,)),
    Hot("tracker", "case_events", "_COUNT", (SOME, "reply")),
    Hot("tracker", "problems", "_OF_CASE", (SOME,)),
    Hot("tracker", "cases", "_KNOWN", ([SOME],)),
    Hot("tracker", "problems", "_ONE", (SOME,)),
    Hot("tracker", "problems", "_LIST", (*NONE_PLACE, 50)),
    Hot("tracker", "problems", "_CUSTOMERS", (SOME,)),
    Hot("tracker", "actions", "_LIST", (*NONE_PLACE, 50)),
    Hot("tracker", "actions", "_MOVES", (SOME,)),
    Hot("tracker", "notices", "_ONE", (SOME,)),
    Hot("tracker", "notices", "_LIST", (None, None, *NONE_PLACE, 50)),
    Hot("tracker", "members", "_BY_EMAIL", ("t1",)),
    Hot("tracker", "members", "_LIST", (*NONE_PLACE, 50)),
    Hot("tracker", "sessions", "_LIVE_IDS", (SOME, now())),
    Hot("tracker", "sessions", "_LIST", (None, now(), *NONE_PLACE, 50)),
    Hot("tracker", "cases", "_ARRIVALS", (*MINUTE, None, None, [*MINUTE]), "insight"),
    Hot("tracker", "cases", "_CATEGORIES", (*MINUTE, None, None), "insight"),
    Hot("tracker", "cases", "_PRODUCTS", (*MINUTE, None, None, [*MINUTE], 5), "insight"),
    Hot("tracker", "cases", "_MAP", (*MINUTE, None, None, 5, 5), "insight"),
    Hot("tracker", "cases", "_CHOICES", (*MINUTE, 50), "insight"),
    Hot("tracker", "headline", "_CAME", (MINUTE[0], *MINUTE, MINUTE[0], MINUTE[1], None, None), "insight"),
    Hot("tracker", "headline", "_OPEN", (MINUTE[0], None, None), "insight"),
    Hot("tracker", "headline", "_TOLD", (now(),), "insight"),
    Hot("tracker", "work", "_ACTIONS", (), "insight"),
    Hot("tracker", "work", "_MAILS", MINUTE, "insight"),
    Hot("tracker", "work", "_MARKS", (*MINUTE, 8), "insight"),
    Hot("collector", "duplicates", "_CANDIDATES", ([SOME], [7], 64, 16, 6)),
    Hot("collector", "duplicates", "_TEXTS", ([SOME],)),
    Hot("collector", "duplicates", "_COMPARED", ([SOME],)),
    Hot("collector", "duplicates", "_NOT_COMPARED", (SOME, 500)),
    Hot("collector", "duplicates", "_LINKS", ([SOME],)),
    Hot("collector", "duplicates", "_OF_FEEDBACK", (SOME, None, 50)),
    Hot("tracker", "told_before", "_ORIGINAL", (SOME,)),
    Hot("tracker", "told_before", "_AGAIN", (SOME,)),
]
FILLED = {
    "collector": (
        "customer",
        "person_key",
        "identity",
        "address",
        "consent",
        "feedback",
        "duplicate_band",
        "duplicate_sketch",
        "duplicate_link",
    ),
    "classifier": ("verdict",),
    "tracker": (
        "customer_case",
        "case_event",
        "problem",
        "problem_case",
        "action",
        "action_move",
        "notice",
        "member",
        "session",
        "told_before",
    ),
}


async def fill(owner: "asyncpg.Connection[asyncpg.Record]", table: str, tenant_id: UUID) -> None:
    """Rows of nonsense in every column. Row i of one table refers to row i of another."""
    columns = await owner.fetch(_COLUMNS, table)
    values = [
        f"'{tenant_id}'::uuid"
        if column["column_name"] == "tenant_id"
        else _VALUE_OF_TYPE[column["data_type"]].format(seed=tenant_id)
        for column in columns
    ]
    names = ", ".join(column["column_name"] for column in columns)
    await owner.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM generate_series(1, {ROWS}) AS i"
    )


@pytest.fixture
async def full(house: House, tenant_id: UUID) -> UUID:
    """A tenant with many rows in every table, beside another."""
    tenants = (tenant_id, new_id())
    for service, tables in FILLED.items():
        async with house.query(service) as owner:
            for table in tables:
                for one in tenants:
                    await fill(owner, table, one)
                await owner.execute(f"ANALYZE {table}")
    return tenant_id


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


async def plan_of(house: House, hot: Hot, tenant_id: UUID, *, has_indexes: bool = True) -> list[dict[str, Any]]:
    """How PostgreSQL runs the statement, as the role that serves."""
    sql = getattr(importlib.import_module(f"services.{hot.service}.{hot.floor}.{hot.room}"), hot.statement)
    mine = [tenant_id] if hot.is_of_many else tenant_id
    connection = await asyncpg.connect(house.url(hot.service, "app"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_ids', $1, true)", f"{{{tenant_id}}}")
            for way in ("indexscan", "bitmapscan", "indexonlyscan"):
                await connection.execute(f"SET LOCAL enable_{way} = {'on' if has_indexes else 'off'}")
            explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", mine, *hot.args)
    finally:
        await connection.close()
    return list(nodes(json.loads(explained)[0]["Plan"]))


def faults(plan: list[dict[str, Any]]) -> list[str]:
    """What would be slow when there are a million rows."""
    scans = [f"reads all of {node['Relation Name']}" for node in plan if node["Node Type"] == "Seq Scan"]
    sorts = [node for node in plan if node["Node Type"] == "Sort"]
    big = [node for sort in sorts for node in sort["Plans"] if node["Actual Rows"] > SORTED_ROWS_MAX]
    return scans + [f"sorts {node['Actual Rows']} rows" for node in big]


async def test_hot_queries_use_an_index(house: House, full: UUID) -> None:
    found = {f"{hot} {hot.args[-3:]}": faults(await plan_of(house, hot, full)) for hot in HOT}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


BY_FEEDBACK = next(hot for hot in HOT if hot.statement == "_BY_FEEDBACK")


async def test_a_query_without_one_is_found(house: House, full: UUID) -> None:
    assert faults(await plan_of(house, BY_FEEDBACK, full, has_indexes=False)) == ["reads all of verdict"]
