"""Normal forms: what people and programs write for one and the same thing, in one spelling. Pure.

Every function takes what was written and gives its value, or raises NotNormalError with a code that has its sentence.
Whoever calls keeps the original beside it.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.collector.domain import dialling
from services.collector.domain.intake import SCALES, Rating
from services.collector.domain.rating_words import RATING_WORDS

SERIAL_DAYS = (20_000, 80_000)  # 1954 to 2119: what a sheet's number of a day can be.
EPOCH_S = (900_000_000, 9_999_999_999)  # From 1998 on.
_1900, _1904 = datetime(1899, 12, 30, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC)
_PHONE_DIGITS_MIN = 5
_MS = 1000
_NOON = 12
_HOUR_DIGITS = 2
_YEAR_DIGITS = 4

_DAY = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
_EITHER = r"(?P<one>\d{1,2})(?P<parted>[-/.])(?P<two>\d{1,2})[-/.](?P<year>\d{4})"
_NTH = r"\d{1,2})(?:st|nd|rd|th)?"
_NAMED = rf"(?:(?P<day>{_NTH}[ -]+)?(?P<name>[A-Za-z]{{3,9}})\.?[ -]+(?:(?P<day2>{_NTH},? +)?(?P<year>\d{{4}})"
_CLOCK = re.compile(
    r"[T\s,]*(?P<before>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})\s*分?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?\s*秒?)?\s*(?P<after>AM|PM)?\s*"
    r"(?P<zone>Z|(?:UTC|GMT)?(?P<shift>[+-]\d{1,2}(?::?\d{2})?)|UTC|GMT)?",
    re.IGNORECASE,
)
_DAYS = tuple(re.compile(pattern) for pattern in (_DAY, _EITHER, _NAMED))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_OF = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|out of|of|分之)\s*(\d+)\s*(?:分|星|stars?|points?)?", re.IGNORECASE)
_UNITS = re.compile(r"\s*(?:分|星|颗星|stars?|points?|pts)\.?$", re.IGNORECASE)
_FULL, _HOLLOW = "★⭐🌟", "☆✩"
_SCALE_OF = {5: "stars5", 7: "ces7", 10: "stars10", 100: "percent"}
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}", re.IGNORECASE)
_LANGUAGES = {
    **dict.fromkeys(("中文", "汉语", "chinese"), "zh"),
    **dict.fromkeys(("英文", "英语", "english"), "en"),
    "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant",
}
_TRUE = frozenset(["true", "t", "yes", "y", "1", "on", "x", "✓", "✔", "是", "对", "有", "同意", "真", "已同意"])
_FALSE = frozenset(["false", "f", "no", "n", "0", "off", "否", "不", "无", "没有", "不同意", "假", "未同意"])


class NotNormalError(ValueError):
    """What was written has no normal form; `code` has its sentence and remedy, `about` fills them."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


class DateOrder(StrEnum):
    """Which of the two numbers before the year is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def name(written: str) -> str:
    """A name: compatibility forms folded (NFKC), blanks single and none outside. Its spelling is kept."""
    return _plain(written)


def text(written: str) -> str:
    """What somebody said: blanks outside removed, everything else as written."""
    return unicodedata.normalize("NFC", written).strip()


def phone(written: str, country: str) -> str:
    """E.164 where the country can be told, else the digits."""
    number = dialling.one_spelling(written, country)
    if len(number) < _PHONE_DIGITS_MIN:
        raise NotNormalError("not_a_phone", min_length=_PHONE_DIGITS_MIN)
    return number


def boolean(written: str) -> bool:
    """Yes or no, in words, signs or digits."""
    folded = name(written).lower()
    if folded not in _TRUE | _FALSE:
        raise NotNormalError("not_true_or_false")
    return folded in _TRUE


def language(written: str) -> str:
    """A language tag (BCP 47), also from `zh_CN` and from a language's own name."""
    folded = name(written)
    known = _LANGUAGES.get(folded.lower())
    if known is None and not _TAG.fullmatch(folded):
        raise NotNormalError("not_a_language")
    return known or _cased(folded.replace("_", "-"))


def _cased(tag: str) -> str:
    first, *rest = tag.split("-")
    of_length = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(of_length.get(len(part), str.lower)(part) for part in rest)])


def rating(written: str, scale: str) -> Rating:
    """A rating on its own scale, which `4/5`, `80%`, stars and words say themselves; a bare number is on `scale`."""
    folded = _plain(written).lower()
    given = RATING_WORDS.get(folded) or _own_scale(folded, scale)
    found = Rating(*given) if given else Rating(scale, _number(_UNITS.sub("", folded)))
    lowest, highest = SCALES[found.scale]
    if not lowest <= found.value <= highest:
        raise NotNormalError("off_the_scale", lowest=f"{lowest:g}", highest=f"{highest:g}")
    return found


def _own_scale(folded: str, scale: str) -> tuple[str, float] | None:
    signs = folded.replace("\ufe0f", "").replace(" ", "")
    if signs and not signs.strip(_FULL + _HOLLOW):
        return "stars5", sum(map(signs.count, _FULL))
    if folded.endswith("%"):
        return "percent", _number(folded[:-1])
    if parted := _OF.fullmatch(folded):
        value, highest = _number(parted[1]), int(parted[2])
        if highest == SCALES.get(scale, (0, 0))[1]:
            return scale, value
        return (_SCALE_OF[highest], value) if highest in _SCALE_OF else ("unit", value / (highest or -1))
    return None


def _number(written: str) -> float:
    if not _NUMBER.fullmatch(written.strip()):
        raise NotNormalError("not_a_rating")
    return float(written.strip().replace(",", "."))


def date_orders(written: str) -> frozenset[DateOrder]:
    """The orders in which it is a day; empty for what is written another way, which needs none."""
    found = None if written[:_YEAR_DIGITS].isdecimal() else _DAYS[1].match(_plain(written))
    if found is None or found["parted"] == ".":
        return frozenset()
    one, two = int(found["one"]), int(found["two"])
    fits = {DateOrder.DAY_FIRST: two, DateOrder.MONTH_FIRST: one}
    return frozenset(order for order, month in fits.items() if 1 <= month <= len(_MONTHS))


def moment(written: str, zone: ZoneInfo, order: DateOrder | None = None, *, date_1904: bool = False) -> datetime:
    """The moment. What names no zone is of `zone`; a day without a time is its beginning."""
    plain = _plain(written)
    if plain[_YEAR_DIGITS : _YEAR_DIGITS + 1] == "-" and (given := _iso(plain, zone)):  # Most times of most files.
        return given
    if _NUMBER.fullmatch(plain):
        return _counted(float(plain.replace(",", ".")), zone, date_1904=date_1904)
    try:
        return _spelled(plain, zone, order)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, NotNormalError) else NotNormalError("not_a_time") from None


def _plain(written: str) -> str:
    if written.isascii() and written.isprintable():
        return " ".join(written.split())
    return " ".join(unicodedata.normalize("NFKC", written).split())


def _counted(number: float, zone: ZoneInfo, *, date_1904: bool) -> datetime:
    """A sheet counts days, a program seconds or thousandths of them."""
    if SERIAL_DAYS[0] <= number <= SERIAL_DAYS[1]:
        day = (_1904 if date_1904 else _1900) + timedelta(seconds=round(number * 86_400))
        return day.replace(tzinfo=zone)
    seconds = number / _MS if number > EPOCH_S[1] else number
    if not EPOCH_S[0] <= seconds <= EPOCH_S[1]:
        raise NotNormalError("not_a_time")
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def _iso(plain: str, zone: ZoneInfo) -> datetime | None:
    try:
        given = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return given if given.tzinfo else given.replace(tzinfo=zone)


def _spelled(plain: str, zone: ZoneInfo, order: DateOrder | None) -> datetime:
    found = next((match for pattern in _DAYS if (match := pattern.match(plain))), None)
    clock = _CLOCK.fullmatch(plain, found.end()) if found else None
    if found is None or (clock is None and plain[found.end() :].strip()):
        raise NotNormalError("not_a_time")
    year, month, day = _day_of(found, order)
    begin = datetime(year, month, day, tzinfo=zone)
    return _at(begin, clock) if clock else begin


def _day_of(found: re.Match[str], order: DateOrder | None) -> tuple[int, int, int]:
    parts = found.groupdict()
    year = int(parts["year"])
    if "month" in parts:
        return year, int(parts["month"]), int(parts["day"])
    if "name" in parts:
        return year, _MONTHS.index(parts["name"][:3].lower()) + 1, int(parts["day"] or parts["day2"] or 1)
    one, two = int(parts["one"]), int(parts["two"])
    chosen = DateOrder.DAY_FIRST if parts["parted"] == "." else order
    if chosen is None:
        raise NotNormalError("ambiguous_date")
    return (year, two, one) if chosen is DateOrder.DAY_FIRST else (year, one, two)


def _at(day: datetime, clock: re.Match[str]) -> datetime:
    half = (clock["before"] or clock["after"] or "").upper()
    hour = int(clock["hour"])
    if half:
        hour = hour % _NOON + (_NOON if half in ("下午", "PM") else 0)
    part = int((clock["part"] or "0").ljust(6, "0")[:6])
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0), microsecond=part)
    return moment.replace(tzinfo=_shift(clock["shift"])) if clock["zone"] else moment


def _shift(written: str | None) -> timezone:
    """The zone of `+8`, `+08:00` or `-0330`; of `Z`, `UTC` and `GMT` alone it is none."""
    digits = (written or "+0")[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= _HOUR_DIGITS else (digits[:-2], digits[-2:])
    shift = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-shift if (written or "").startswith("-") else shift)
