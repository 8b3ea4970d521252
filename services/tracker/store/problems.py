"""Problems and the cases that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tracker.store.tables import Problem, ProblemCase
from shared.database import Tx
from shared.ids import new_id
from shared.paging import Place, after

_WITH_COUNTS = """
SELECT p.*, (SELECT count(*) FROM problem_case j WHERE j.tenant_id = p.tenant_id AND j.problem_id = p.id) AS cases,
    (SELECT count(DISTINCT c.customer_id) FROM problem_case j
     JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
     WHERE j.tenant_id = p.tenant_id AND j.problem_id = p.id) AS customers
FROM problem p
"""
_ONE = _WITH_COUNTS + "WHERE p.tenant_id = $1 AND p.id = $2"
_LIST = (
    _WITH_COUNTS
    + """
WHERE p.tenant_id = $1 AND ($2::timestamptz IS NULL OR (p.created_at, p.id) < ($2, $3::uuid))
ORDER BY p.created_at DESC, p.id DESC LIMIT $4
"""
)
_HOLD = "SELECT version FROM problem WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_CHANGED = "UPDATE problem SET version = version + 1 WHERE tenant_id = $1 AND id = $2"
_OF_CASE = """
SELECT p.* FROM problem_case j JOIN problem p ON p.tenant_id = j.tenant_id AND p.id = j.problem_id
WHERE j.tenant_id = $1 AND j.case_id = $2 ORDER BY j.joined_at, p.id
"""
_CUSTOMERS = """
SELECT DISTINCT c.customer_id FROM problem_case j
JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
WHERE j.tenant_id = $1 AND j.problem_id = $2 AND c.customer_id IS NOT NULL
ORDER BY c.customer_id
"""
_TRACES = """
SELECT c.customer_id, (array_agg(c.trace_id ORDER BY c.opened_at, c.id) FILTER (WHERE c.trace_id IS NOT NULL))[1:$4]
    AS traces
FROM problem_case j JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
WHERE j.tenant_id = $1 AND j.problem_id = $2 AND c.customer_id = ANY ($3)
GROUP BY c.customer_id
"""
_CASES_OF_CUSTOMER = """
SELECT c.id FROM problem_case j JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
WHERE j.tenant_id = $1 AND j.problem_id = $2 AND c.customer_id = $3
"""


@dataclass(frozen=True)
class ProblemSeen:
    """A problem with how many cases and customers it has."""

    problem: Problem
    cases: int
    customers: int


async def add_problem(tx: Tx, tenant_id: UUID, title: str, created_at: datetime | None) -> UUID:
    """A new problem without cases; now, unless a time is given."""
    problem_id = new_id()
    row = {"tenant_id": tenant_id, "id": problem_id, "title": title}
    await tx.insert(Problem, [row | ({"created_at": created_at} if created_at else {})])
    return problem_id


async def read_problem(tx: Tx, tenant_id: UUID, problem_id: UUID) -> ProblemSeen | None:
    """One problem."""
    row = await tx.fetchrow(_ONE, tenant_id, problem_id)
    return None if row is None else _seen(dict(row))


async def hold_problem(tx: Tx, tenant_id: UUID, problem_id: UUID) -> int | None:
    """The version of a problem, which nobody else can change until the transaction ends."""
    version: int | None = await tx.fetchval(_HOLD, tenant_id, problem_id)
    return version


async def mark_changed(tx: Tx, tenant_id: UUID, problem_id: UUID) -> None:
    """The problem stands at a new version."""
    await tx.execute(_CHANGED, tenant_id, problem_id)


async def list_problems(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[ProblemSeen]:
    """Newest first."""
    return [_seen(dict(row)) for row in await tx.fetch(_LIST, tenant_id, *after(place), limit)]


async def join(tx: Tx, tenant_id: UUID, problem_id: UUID, case_ids: Sequence[UUID]) -> list[UUID]:
    """Puts cases under a problem; returns those that were not under it before."""
    rows = [
        {"tenant_id": tenant_id, "id": new_id(), "problem_id": problem_id, "case_id": case_id}
        for case_id in sorted(set(case_ids))
    ]
    added = await tx.insert(ProblemCase, rows, tail="ON CONFLICT DO NOTHING RETURNING case_id")
    return [row["case_id"] for row in added]


async def problems_of_case(tx: Tx, tenant_id: UUID, case_id: UUID) -> list[Problem]:
    """The problems that a case belongs to, in the order in which it joined them."""
    return await tx.rows(Problem, _OF_CASE, tenant_id, case_id)


async def customers_behind(tx: Tx, tenant_id: UUID, problem_id: UUID) -> list[UUID]:
    """Everybody whose case belongs to the problem, each once."""
    return [row["customer_id"] for row in await tx.fetch(_CUSTOMERS, tenant_id, problem_id)]


async def traces_behind(
    tx: Tx, tenant_id: UUID, problem_id: UUID, customer_ids: Sequence[UUID], most: int
) -> dict[UUID, list[str]]:
    """The traces under which customers said what belongs to the problem, oldest first, at most so many each."""
    rows = await tx.fetch(_TRACES, tenant_id, problem_id, list(customer_ids), most)
    return {row["customer_id"]: row["traces"] or [] for row in rows}


async def cases_of_customer(tx: Tx, tenant_id: UUID, problem_id: UUID, customer_id: UUID) -> list[UUID]:
    """One customer's cases under the problem."""
    return [row["id"] for row in await tx.fetch(_CASES_OF_CUSTOMER, tenant_id, problem_id, customer_id)]


def _seen(row: dict[str, Any]) -> ProblemSeen:
    cases, customers = row.pop("cases"), row.pop("customers")
    return ProblemSeen(Problem(**row), cases, customers)
