"""Normal forms: one spelling for one thing, a code for what is none, and nothing that breaks them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.domain import normal_forms
from services.collector.domain.intake import SCALES, rating_share
from services.collector.domain.normal_form_examples import EXAMPLES, Example, normal
from services.collector.domain.normal_forms import DateOrder, NotNormalError, date_orders, moment, rating
from shared.web.field_texts import FIELD_RULES

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.form}: {one.written}")
def test_every_example_of_the_page_comes_out_as_it_says(example: Example) -> None:
    assert normal(example) == example.becomes


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-02-30", "2026-11-20 25:00", "20261120", "31/02/2026", "13", "9" * 14, "3/5/26", "0000-00-00"],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    for order in DateOrder:
        with pytest.raises(NotNormalError) as caught:
            moment(written, SHANGHAI, order)
        assert caught.value.code in FIELD_RULES


def test_two_numbers_below_thirteen_wait_until_somebody_tells() -> None:
    with pytest.raises(NotNormalError, match="ambiguous_date"):
        moment("03/05/2026", SHANGHAI)
    assert moment("03/05/2026", SHANGHAI, DateOrder.DAY_FIRST).date().isoformat() == "2026-05-03"
    assert moment("03/05/2026", SHANGHAI, DateOrder.MONTH_FIRST).date().isoformat() == "2026-03-05"
    assert date_orders("25/05/2026") == {DateOrder.DAY_FIRST}
    assert date_orders("05/25/2026") == {DateOrder.MONTH_FIRST}
    assert date_orders("2026-03-05") == date_orders("words") == frozenset()


@pytest.mark.parametrize(("written", "scale"), [("6", "stars5"), ("-1", "nps11"), ("120%", "stars5"), ("9/5", "csat5")])
def test_a_rating_stays_on_its_scale(written: str, scale: str) -> None:
    with pytest.raises(NotNormalError, match="off_the_scale"):
        rating(written, scale)


@pytest.mark.parametrize("written", ["", "so so", "4/", "/5", "1e400", "nan", "∞", "4/0"])
def test_what_is_no_rating_is_refused(written: str) -> None:
    with pytest.raises(NotNormalError):
        rating(written, "stars5")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - as people write them, without a zone
def test_a_moment_survives_every_way_of_writing_it(given: datetime) -> None:
    exact = given.replace(microsecond=0)
    written = [
        exact.isoformat(),
        exact.strftime("%Y/%m/%d %H:%M:%S"),
        f"{exact.year}年{exact.month}月{exact.day}日 {exact.hour}时{exact.minute}分{exact.second}秒",
        exact.strftime("%m/%d/%Y %I:%M:%S %p"),
        exact.strftime("%d %B %Y, %H:%M:%S"),
    ]
    there = exact.replace(tzinfo=SHANGHAI)
    assert {moment(one, SHANGHAI, DateOrder.MONTH_FIRST) for one in written} == {there}
    day_first = exact.strftime("%d/%m/%Y %H:%M:%S")
    assert moment(day_first, SHANGHAI, DateOrder.DAY_FIRST) == there
    serial = (exact - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 - a sheet's own beginning
    assert moment(repr(serial), SHANGHAI) == there
    in_utc = exact.replace(tzinfo=UTC)
    assert moment(str(int(in_utc.timestamp() * 1000)), SHANGHAI) == in_utc


@given(st.text(max_size=30), st.sampled_from(sorted(SCALES)))
def test_nothing_written_breaks_them(written: str, scale: str) -> None:
    codes = set()
    for form in (
        lambda: moment(written, SHANGHAI, DateOrder.DAY_FIRST),
        lambda: rating(written, scale),
        lambda: normal_forms.phone(written, "CN"),
        lambda: normal_forms.boolean(written),
        lambda: normal_forms.language(written),
    ):
        try:
            form()
        except NotNormalError as error:
            codes.add(error.code)
    assert codes <= set(FIELD_RULES)
    assert date_orders(written) <= set(DateOrder)
    assert normal_forms.name(normal_forms.name(written)) == normal_forms.name(written)


@given(st.sampled_from(sorted(SCALES)), st.floats(0, 1))
def test_a_rating_as_a_share_lies_between_worst_and_best(scale: str, part: float) -> None:
    lowest, highest = SCALES[scale]
    value = round(lowest + part * (highest - lowest), 2)
    assert 0 <= rating_share(rating(f"{value:g}", scale)) <= 1
