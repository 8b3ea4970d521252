"""Problems as the console shows them: with how urgent their cases are, and what is done about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tracker.store.cases import as_case
from services.tracker.store.tables import CustomerCase, Problem
from shared.contracts.vocabulary import Urgency
from shared.database import Tx
from shared.paging import Place, after

_URGENCIES = ", ".join(f"count(*) FILTER (WHERE c.urgency = '{urgency}') AS {urgency}" for urgency in Urgency)
_WITH_FIGURES = f"""
SELECT p.*, c.*, a.* FROM page p
CROSS JOIN LATERAL (
    SELECT count(*) AS cases, count(DISTINCT c.customer_id) AS customers, max(c.occurred_at) AS newest_at, {_URGENCIES}
    FROM problem_case j JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
    WHERE j.tenant_id = p.tenant_id AND j.problem_id = p.id
) c
CROSS JOIN LATERAL (
    SELECT count(*) AS actions, count(*) FILTER (WHERE a.state NOT IN ('closed', 'cancelled')) AS open_actions
    FROM action a WHERE a.tenant_id = p.tenant_id AND a.problem_id = p.id
) a
ORDER BY p.created_at DESC, p.id DESC
"""
_ONE = "WITH page AS (SELECT * FROM problem p WHERE p.tenant_id = $1 AND p.id = $2)" + _WITH_FIGURES
_LIST = (
    """
WITH page AS (
    SELECT * FROM problem p
    WHERE p.tenant_id = $1 AND ($2::timestamptz IS NULL OR (p.created_at, p.id) < ($2, $3::uuid))
    ORDER BY p.created_at DESC, p.id DESC LIMIT $4
)
"""
    + _WITH_FIGURES
)
_CASES = """
SELECT c.* FROM problem_case j JOIN customer_case c ON c.tenant_id = j.tenant_id AND c.id = j.case_id
WHERE j.tenant_id = $1 AND j.problem_id = $2
    AND ($3::timestamptz IS NULL OR (c.opened_at, c.id) < ($3, $4::uuid))
ORDER BY c.opened_at DESC, c.id DESC LIMIT $5
"""


@dataclass(frozen=True)
class ProblemView:
    """A problem with its figures. `urgencies` counts its cases by their urgency, the most urgent first."""

    problem: Problem
    cases: int
    customers: int
    newest_at: datetime | None
    urgencies: Mapping[Urgency, int]
    actions: int
    open_actions: int


async def view_problem(tx: Tx, tenant_id: UUID, problem_id: UUID) -> ProblemView | None:
    """One problem."""
    row = await tx.fetchrow(_ONE, tenant_id, problem_id)
    return None if row is None else _view(dict(row))


async def view_problems(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[ProblemView]:
    """Newest first."""
    return [_view(dict(row)) for row in await tx.fetch(_LIST, tenant_id, *after(place), limit)]


async def cases_of_problem(
    tx: Tx, tenant_id: UUID, problem_id: UUID, place: Place | None, limit: int
) -> list[CustomerCase]:
    """A problem's cases, newest first."""
    return [as_case(row) for row in await tx.fetch(_CASES, tenant_id, problem_id, *after(place), limit)]


def _view(row: dict[str, Any]) -> ProblemView:
    urgencies = {urgency: row.pop(urgency) for urgency in reversed(Urgency)}
    figures = {name: row.pop(name) for name in ("cases", "customers", "newest_at", "actions", "open_actions")}
    return ProblemView(Problem(**row), urgencies=urgencies, **figures)
