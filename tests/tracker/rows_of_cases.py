"""Cases, actions and mails strewn over a year, as rows that a test can count by itself."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.ids import new_id
from tests.house_of_test import House

URGENCIES = ("critical", "high", "medium", "low")
CATEGORIES = ("product_issue/electrical", "product_issue/leak", "question", "praise")
PRODUCTS = ("H2", "K3", "水壶 W7", None)
STATES = ("new", "open", "waiting", "answered", "solved", "closed")
DAYS = 500  # Longer than what is looked at, so that something is left out.

_CASE = """
INSERT INTO customer_case (tenant_id, id, feedback_id, state, text, language, category, urgency, confidence,
    model_version, channel, product, occurred_at, received_at, model_category, model_urgency)
VALUES ($1, $2, $2, $3, 'x', $4, $5, $6, 0.5, 'v1', 'import', $7, $8, $8, $5, $6)
"""
_NOTICE = """
INSERT INTO notice (tenant_id, id, about, event, round, customer_id, state, created_at)
VALUES ($1, $2, $2, 'closure', 0, $2, $3, $4)
"""


@dataclass(frozen=True)
class CaseRow:
    at: datetime
    urgency: str
    category: str
    product: str | None
    language: str
    state: str


def strewn(many: int, moment: datetime, seed: int) -> list[CaseRow]:
    """As many cases, anywhere in the days before."""
    dice = random.Random(seed)  # noqa: S311 - for rows, not for secrets
    return [
        CaseRow(
            moment - timedelta(seconds=dice.uniform(0, DAYS * 86_400)),
            dice.choice(URGENCIES),
            dice.choice(CATEGORIES),
            dice.choice(PRODUCTS),
            dice.choice(("zh", "en")),
            dice.choice(STATES),
        )
        for _ in range(many)
    ]


async def keep_cases(house: House, tenant_id: UUID, rows: Sequence[CaseRow]) -> None:
    values = [
        (tenant_id, new_id(), row.state, row.language, row.category, row.urgency, row.product, row.at) for row in rows
    ]
    async with house.query("tracker") as owner:
        await owner.executemany(_CASE, values)


async def keep_notices(house: House, tenant_id: UUID, notices: Sequence[tuple[str, datetime]]) -> None:
    async with house.query("tracker") as owner:
        await owner.executemany(_NOTICE, [(tenant_id, new_id(), state, at) for state, at in notices])
