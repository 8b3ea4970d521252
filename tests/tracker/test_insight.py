"""What the database counts is what the rows hold, of one tenant and no other."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.tracker.domain.periods import Period, Span, span_of
from services.tracker.insight.cases import (
    Narrowed,
    count_arrivals,
    count_categories,
    count_map,
    count_products,
    list_products,
)
from services.tracker.insight.headline import Headline, read_headline
from services.tracker.insight.work import count_actions, count_mails, list_marks
from shared.clock import now
from shared.database import Database
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.desk import Desk, desk
from tests.tracker.rows_of_cases import CaseRow, keep_cases, keep_notices, strewn

# Its clocks change, and its days begin at another time than the database's.
ZONE = ZoneInfo("America/New_York")
NARROWED = [Narrowed(), Narrowed(product="K3"), Narrowed(language="zh"), Narrowed(product="水壶 W7", language="en")]


@dataclass(frozen=True)
class Book:
    """A tenant's rows, beside another's."""

    database: Database
    tenant_id: UUID
    moment: datetime
    rows: list[CaseRow]

    def within(self, span: Span, narrowed: Narrowed) -> list[CaseRow]:
        """Rows that are counted, found without the database."""
        return [
            row
            for row in self.rows
            if span.bounds[0] <= row.at < span.end
            and narrowed.product in (None, row.product)
            and narrowed.language in (None, row.language)
        ]


def step_of(span: Span, at: datetime) -> int:
    """By the calendar, where the database goes by moments."""
    return (at.astimezone(ZONE).date() - span.first).days // span.step_days


@pytest.fixture
async def book(house: House, tenant_id: UUID) -> AsyncIterator[Book]:
    moment = now()
    rows = strewn(700, moment, seed=1)
    await keep_cases(house, tenant_id, rows)
    await keep_cases(house, new_id(), strewn(300, moment, seed=2))
    database = Database(house.url("tracker", "app"))
    await database.open()
    yield Book(database, tenant_id, moment, rows)
    await database.close()


@pytest.mark.parametrize("narrowed", NARROWED)
async def test_cases_are_counted_as_they_happened(book: Book, narrowed: Narrowed) -> None:
    for period in Period:
        span = span_of(period, book.moment, ZONE)
        rows = book.within(span, narrowed)
        async with book.database.transaction(book.tenant_id) as tx:
            arrived = await count_arrivals(tx, book.tenant_id, span, narrowed)
            categories = await count_categories(tx, book.tenant_id, span, narrowed)
            products = await count_products(tx, book.tenant_id, span, narrowed)
            fields = await count_map(tx, book.tenant_id, span, narrowed)
        assert arrived == Counter((step_of(span, row.at), row.urgency) for row in rows)
        assert dict(categories) == Counter(row.category for row in rows)
        assert [cases for _, cases in categories] == sorted((cases for _, cases in categories), reverse=True)
        assert products == Counter((step_of(span, row.at), row.product) for row in rows if row.product)
        assert fields == Counter((row.category, row.product) for row in rows if row.product)


async def test_products_are_named_by_how_often_they_are(book: Book) -> None:
    span = span_of(Period.TWELVE_MONTHS, book.moment, ZONE)
    counted = Counter(row.product for row in book.within(span, Narrowed()) if row.product)
    async with book.database.transaction(book.tenant_id) as tx:
        listed = await list_products(tx, book.tenant_id, span)
    assert listed == sorted(counted, key=lambda product: (-counted[product], product))


async def test_the_headline_counts_now_against_the_same_time_last_week(house: House, book: Book) -> None:
    moment, week = book.moment, timedelta(weeks=1)
    this_month = moment.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    mails = [("sent", this_month), ("sent", moment), ("not_sent", moment), ("sent", this_month - timedelta(seconds=1))]
    await keep_notices(house, book.tenant_id, mails)
    async with book.database.transaction(book.tenant_id) as tx:
        found = await read_headline(tx, book.tenant_id, moment, ZONE, Narrowed())
    today = moment.astimezone(ZONE).date()
    monday = today - timedelta(days=today.weekday())
    days = [(row.at.astimezone(ZONE).date(), row) for row in book.rows]
    standing = [row for row in book.rows if row.state in ("new", "open", "waiting")]
    assert found == Headline(
        today=sum(day == today for day, _ in days),
        this_week=sum(day >= monday for day, _ in days),
        week_before=sum(day >= monday - week and row.at < moment - week for day, row in days),
        open=len(standing),
        unanswered=sum(row.at < moment - timedelta(hours=24) for row in standing),
        critical=sum(row.urgency == "critical" for row in standing),
        told=2,
        kept=1,
    )


async def test_the_headline_is_narrowed_like_the_charts(book: Book) -> None:
    async with book.database.transaction(book.tenant_id) as tx:
        found = await read_headline(tx, book.tenant_id, book.moment, ZONE, Narrowed("K3", "zh"))
    standing = [row for row in book.rows if row.state in ("new", "open", "waiting")]
    assert found.open == sum(row.product == "K3" and row.language == "zh" for row in standing)


async def test_actions_count_while_they_are_open_and_mark_when_they_took_effect(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, desk(house, new_id()) as strangers:
        [done, _] = [await two_actions(people) for people in (us, strangers)]
        span, earlier = (span_of(Period.FOUR_WEEKS, now() - timedelta(weeks=ago), ZONE) for ago in (0, 9))
        async with us.database.transaction(tenant_id) as tx:
            assert await count_actions(tx, tenant_id) == {"plan": 1}
            marks = await list_marks(tx, tenant_id, span)
            assert await list_marks(tx, tenant_id, earlier) == []
    assert [(str(mark.action_id), mark.state) for mark in marks] == [(done, "verify"), (done, "closed")]


async def two_actions(people: Desk) -> str:
    """One that is planned, and one that is done, whose id is given."""
    problem = await people.problem_of(new_id())
    done, planned = await people.action_for(problem), await people.action_for(problem)
    await people.walk(done, "analyse", "plan", "implement", "verify", "closed")
    await people.walk(planned, "analyse", "plan")
    return done


async def test_mails_count_by_how_they_ended(house: House, book: Book) -> None:
    span = span_of(Period.FOUR_WEEKS, book.moment, ZONE)
    mails = [("sent", book.moment), ("sent", span.bounds[0]), ("failed", book.moment)]
    await keep_notices(house, book.tenant_id, [*mails, ("sent", span.bounds[0] - timedelta(seconds=1))])
    await keep_notices(house, new_id(), mails)
    async with book.database.transaction(book.tenant_id) as tx:
        assert await count_mails(tx, book.tenant_id, span) == {"sent": 2, "failed": 1}
