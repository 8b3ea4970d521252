"""Spans of whole days or weeks on a company's own clock, which figures are counted over."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_DAYS, WEEK_DAYS = 1, 7


class Period(StrEnum):
    """How far one looks back. The running week always belongs to it."""

    FOUR_WEEKS = "4w"
    TWELVE_WEEKS = "12w"
    TWELVE_MONTHS = "12m"


# How many weeks, and how many days are counted together. A year and a day touches 53 weeks.
_LENGTHS = {
    Period.FOUR_WEEKS: (4, DAY_DAYS),
    Period.TWELVE_WEEKS: (12, WEEK_DAYS),
    Period.TWELVE_MONTHS: (53, WEEK_DAYS),
}


@dataclass(frozen=True)
class Span:
    """Steps of so many days each, from the first one's day on. Weeks are ISO weeks and begin on Monday."""

    first: date
    steps: int
    step_days: int
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """The day that each step begins on."""
        return [self.first + timedelta(days=self.step_days * step) for step in range(self.steps)]

    @property
    def bounds(self) -> list[datetime]:
        """The moment that each step begins; a step with a change of clocks is an hour shorter or longer."""
        return [midnight(day, self.zone) for day in self.days]

    @property
    def end(self) -> datetime:
        """The moment that the last step ends."""
        return midnight(self.first + timedelta(days=self.step_days * self.steps), self.zone)


def span_of(period: Period, moment: datetime, zone: ZoneInfo) -> Span:
    """The period that ends with the week, or the day, of this moment."""
    weeks, step_days = _LENGTHS[period]
    first = monday_of(moment, zone) - timedelta(weeks=weeks - 1)
    so_far = (moment.astimezone(zone).date() - first).days + 1
    return Span(first, -(-so_far // step_days), step_days, zone)


def monday_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day that the moment's week begins on."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment that a day begins."""
    return datetime.combine(day, time.min, tzinfo=zone)
