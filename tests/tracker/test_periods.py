"""Spans are whole ISO weeks and days of the company's own clock, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.tracker.domain.periods import Period, monday_of, span_of

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
# A Sunday evening in Greenwich is Monday morning in Shanghai and still Sunday in New York.
SUNDAY_EVENING = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def test_a_week_begins_on_the_monday_of_the_companys_clock() -> None:
    assert monday_of(SUNDAY_EVENING, SHANGHAI) == date(2026, 11, 23)
    assert monday_of(SUNDAY_EVENING, NEW_YORK) == date(2026, 11, 16)


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK])
@pytest.mark.parametrize("period", list(Period))
def test_a_span_holds_this_moment_and_begins_on_a_monday(period: Period, zone: ZoneInfo) -> None:
    span = span_of(period, SUNDAY_EVENING, zone)
    assert span.first.weekday() == 0
    assert span.bounds[-1] <= SUNDAY_EVENING < span.end
    assert len(span.bounds) == len(span.days) == span.steps


def test_twelve_months_hold_a_whole_year() -> None:
    span = span_of(Period.TWELVE_MONTHS, SUNDAY_EVENING, SHANGHAI)
    assert span.bounds[0] <= SUNDAY_EVENING - timedelta(days=364)
    assert (span.steps, span.step_days) == (53, 7)


def test_four_weeks_are_days_and_none_of_them_is_to_come() -> None:
    span = span_of(Period.FOUR_WEEKS, SUNDAY_EVENING, SHANGHAI)
    assert span.days[-1] == date(2026, 11, 23)
    assert (span.steps, span.step_days) == (22, 1)


def test_a_week_with_a_change_of_clocks_is_an_hour_longer() -> None:
    span = span_of(Period.TWELVE_WEEKS, SUNDAY_EVENING, NEW_YORK)
    lengths = {
        later.astimezone(UTC) - one.astimezone(UTC) for one, later in zip(span.bounds, span.bounds[1:], strict=False)
    }
    assert lengths == {timedelta(days=7), timedelta(days=7, hours=1)}
