"""What is written and what becomes of it, one row each: the page of normal forms is printed from here, and tested."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.collector.domain import normal_forms
from services.collector.domain.intake import rating_share
from services.collector.domain.normal_forms import DateOrder

ZONE = ZoneInfo("Asia/Shanghai")  # Of what names none; an import is told another.
COUNTRY = "CN"


@dataclass(frozen=True)
class Example:
    """One row of the page. `told` is what somebody said of the whole file."""

    form: str
    written: str
    becomes: str
    told: str = ""


def normal(example: Example) -> str:
    """What becomes of an example, as the page shows it."""
    return _FORMS[example.form](example.written, example.told)


def _moment(written: str, told: str) -> str:
    order = DateOrder(told) if told in list(DateOrder) else None
    return normal_forms.moment(written, ZONE, order, date_1904=told == "date_1904").isoformat()


def _rating(written: str, told: str) -> str:
    rating = normal_forms.rating(written, told or "stars5")
    return f"{rating.value:g} on {rating.scale} = {rating_share(rating):g}"


_FORMS: dict[str, Callable[[str, str], str]] = {
    "moment": _moment,
    "rating": _rating,
    "phone": lambda written, told: normal_forms.phone(written, told or COUNTRY),
    "name": lambda written, _: normal_forms.name(written),
    "text": lambda written, _: normal_forms.text(written),
    "boolean": lambda written, _: str(normal_forms.boolean(written)).lower(),
    "language": lambda written, _: normal_forms.language(written),
}

EXAMPLES = (
    Example("moment", "2026/3/5", "2026-03-05T00:00:00+08:00"),
    Example("moment", "2026年3月5日", "2026-03-05T00:00:00+08:00"),
    Example("moment", "2026年3月5日 8时7分", "2026-03-05T08:07:00+08:00"),
    Example("moment", "2026.3.5 18:07:09", "2026-03-05T18:07:09+08:00"),
    Example("moment", "2026/3/5 下午3:07:09", "2026-03-05T15:07:09+08:00"),
    Example("moment", "03/05/2026", "2026-05-03T00:00:00+08:00", "day_first"),
    Example("moment", "03/05/2026 3:07 PM", "2026-03-05T15:07:00+08:00", "month_first"),
    Example("moment", "5.3.2026", "2026-03-05T00:00:00+08:00"),
    Example("moment", "Mar 5, 2026", "2026-03-05T00:00:00+08:00"),
    Example("moment", "5 March 2026 08:07", "2026-03-05T08:07:00+08:00"),
    Example("moment", "2026-03-05T08:07:00Z", "2026-03-05T08:07:00+00:00"),
    Example("moment", "2026/03/05 8:07:00 AM GMT+8", "2026-03-05T08:07:00+08:00"),
    Example("moment", "46086.5", "2026-03-05T12:00:00+08:00"),
    Example("moment", "44624.5", "2026-03-05T12:00:00+08:00", "date_1904"),
    Example("moment", "1772698020", "2026-03-05T16:07:00+08:00"),
    Example("moment", "1772698020000", "2026-03-05T16:07:00+08:00"),
    Example("rating", "4", "4 on stars5 = 0.75"),
    Example("rating", "４．５", "4.5 on stars5 = 0.875"),
    Example("rating", "4/5", "4 on stars5 = 0.75"),
    Example("rating", "★★★★☆", "4 on stars5 = 0.75"),
    Example("rating", "4 stars", "4 on stars5 = 0.75"),
    Example("rating", "9", "9 on nps11 = 0.9", "nps11"),
    Example("rating", "5", "5 on ces7 = 0.666667", "ces7"),
    Example("rating", "80%", "80 on percent = 0.8"),
    Example("rating", "8/10", "8 on stars10 = 0.777778"),
    Example("rating", "非常满意", "5 on csat5 = 1"),
    Example("rating", "不满意", "2 on csat5 = 0.25"),
    Example("rating", "Very dissatisfied", "1 on csat5 = 0"),
    Example("rating", "👍", "1 on thumbs = 1"),
    Example("phone", "138 0013 8000", "+8613800138000"),
    Example("phone", "（010）6552-9988", "+861065529988"),
    Example("phone", "+44 (0)20 7946 0018", "+442079460018"),
    Example("phone", "0086-138-0013-8000", "+8613800138000"),
    Example("name", "  Ａnn　 Lee ", "Ann Lee"),
    Example("name", "ﬁrst  Łukasz", "first Łukasz"),
    Example("text", "  一开就跳闸！\n", "一开就跳闸！"),
    Example("boolean", "是", "true"),
    Example("boolean", "No", "false"),
    Example("language", "zh_cn", "zh-CN"),
    Example("language", "简体中文", "zh-Hans"),
    Example("language", "EN", "en"),
)
