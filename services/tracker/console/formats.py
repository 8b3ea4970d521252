"""Times, ages and numbers as a person writes them, in their language and time zone."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from shared.contracts.vocabulary import Language

_LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en_GB"}


@dataclass(frozen=True)
class Formats:
    """How one person reads times and numbers. `now` is the moment of the page."""

    language: Language
    time_zone: ZoneInfo
    now: datetime

    def moment(self, at: datetime) -> str:
        """Day and time, such as 22 Nov 2026, 13:05."""
        return format_datetime(at.astimezone(self.time_zone), "medium", locale=self._locale).rsplit(":", 1)[0]

    def day(self, at: datetime) -> str:
        """The day alone."""
        pattern = "yyyy年M月d日" if self.language is Language.ZH else "d MMM yyyy"
        return format_datetime(at.astimezone(self.time_zone), pattern, locale=self._locale)

    def date(self, day: date) -> str:
        """A day of this or the last year, without the year."""
        pattern = "M月d日" if self.language is Language.ZH else "d MMM"
        return format_date(day, pattern, locale=self._locale)

    def age(self, at: datetime) -> str:
        """How long ago, in one short word: 5 min, 3小时."""
        return format_timedelta(self.now - at, granularity="minute", format="short", locale=self._locale)

    def number(self, value: float) -> str:
        """With separators of thousands."""
        return format_decimal(value, locale=self._locale)

    def percent(self, share: float) -> str:
        """A share of one, without decimals."""
        return format_percent(share, locale=self._locale)

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]
