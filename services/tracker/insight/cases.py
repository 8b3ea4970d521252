"""How many cases came in: when, how urgent, about what and which product. Counted by when it happened to the customer.

Every count reads one index (`customer_case_figures_idx`), which holds all that is asked for, and no row of the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.periods import Span
from shared.database import Tx

PRODUCTS_MAX = 5
MAP_PRODUCTS_MAX = 7
MAP_CATEGORIES_MAX = 10
CHOICES_MAX = 50

_WITHIN = """
FROM customer_case c
WHERE c.tenant_id = $1 AND c.occurred_at >= $2 AND c.occurred_at < $3
    AND ($4::text IS NULL OR c.product = $4) AND ($5::text IS NULL OR c.language = $5)
"""
_ARRIVALS = f"""
SELECT width_bucket(c.occurred_at, $6::timestamptz[]) - 1 AS step, c.urgency, count(*) AS cases
{_WITHIN} GROUP BY 1, 2
"""
_CATEGORIES = f"SELECT c.category, count(*) AS cases {_WITHIN} GROUP BY 1 ORDER BY 2 DESC, 1"
_PRODUCTS = f"""
WITH counted AS (
    SELECT width_bucket(c.occurred_at, $6::timestamptz[]) - 1 AS step, c.product, count(*) AS cases
    {_WITHIN} AND c.product IS NOT NULL GROUP BY 1, 2
), top AS (
    SELECT t.product, sum(t.cases) AS whole FROM counted t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $7
)
SELECT n.step, n.product, n.cases FROM counted n JOIN top USING (product) ORDER BY top.whole DESC, n.product, n.step
"""
_MAP = f"""
WITH counted AS (
    SELECT c.category, c.product, count(*) AS cases {_WITHIN} AND c.product IS NOT NULL GROUP BY 1, 2
), products AS (
    SELECT t.product, sum(t.cases) AS whole FROM counted t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $6
), categories AS (
    SELECT t.category, sum(t.cases) AS whole FROM counted t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $7
)
SELECT n.category, n.product, n.cases FROM counted n JOIN products p USING (product) JOIN categories g USING (category)
ORDER BY g.whole DESC, n.category, p.whole DESC, n.product
"""
_CHOICES = """
SELECT c.product FROM customer_case c
WHERE c.tenant_id = $1 AND c.occurred_at >= $2 AND c.occurred_at < $3 AND c.product IS NOT NULL
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $4
"""


@dataclass(frozen=True)
class Narrowed:
    """What the figures are narrowed to; None means all."""

    product: str | None = None
    language: str | None = None


async def count_arrivals(tx: Tx, tenant_id: UUID, span: Span, narrowed: Narrowed) -> Mapping[tuple[int, str], int]:
    """Cases by step and urgency."""
    rows = await tx.fetch(_ARRIVALS, *_within(tenant_id, span, narrowed), span.bounds)
    return {(row["step"], row["urgency"]): row["cases"] for row in rows}


async def count_categories(tx: Tx, tenant_id: UUID, span: Span, narrowed: Narrowed) -> list[tuple[str, int]]:
    """Cases by category, the largest first."""
    rows = await tx.fetch(_CATEGORIES, *_within(tenant_id, span, narrowed))
    return [(row["category"], row["cases"]) for row in rows]


async def count_products(tx: Tx, tenant_id: UUID, span: Span, narrowed: Narrowed) -> Mapping[tuple[int, str], int]:
    """Cases by step and product, of the products that are named most; the most named first."""
    rows = await tx.fetch(_PRODUCTS, *_within(tenant_id, span, narrowed), span.bounds, PRODUCTS_MAX)
    return {(row["step"], row["product"]): row["cases"] for row in rows}


async def count_map(tx: Tx, tenant_id: UUID, span: Span, narrowed: Narrowed) -> Mapping[tuple[str, str], int]:
    """Cases by category and product, of those that are named most."""
    rows = await tx.fetch(_MAP, *_within(tenant_id, span, narrowed), MAP_PRODUCTS_MAX, MAP_CATEGORIES_MAX)
    return {(row["category"], row["product"]): row["cases"] for row in rows}


async def list_products(tx: Tx, tenant_id: UUID, span: Span) -> list[str]:
    """The products that one may narrow to, the most named first."""
    rows = await tx.fetch(_CHOICES, tenant_id, span.bounds[0], span.end, CHOICES_MAX)
    return [row["product"] for row in rows]


def _within(tenant_id: UUID, span: Span, narrowed: Narrowed) -> tuple[object, ...]:
    return tenant_id, span.bounds[0], span.end, narrowed.product, narrowed.language
