"""How many cases came in, step by step, by urgency."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from services.tracker.console.charts.look import (
    GREY,
    PAPER,
    RED,
    SECOND,
    THIRD,
    Figure,
    Layer,
    Look,
    Row,
    chart,
    series_key,
    time_place,
)
from services.tracker.console.charts.marks import Effect, mark_layers, mark_list
from services.tracker.domain.periods import DAY_DAYS, Span
from shared.contracts.vocabulary import Urgency

NAME = "arrivals"
HEIGHT_PX = 250
URGENCIES = (Urgency.CRITICAL, Urgency.HIGH, Urgency.MEDIUM, Urgency.LOW)
INKS = {Urgency.CRITICAL: RED, Urgency.HIGH: SECOND, Urgency.MEDIUM: THIRD, Urgency.LOW: GREY}
GAP_SHARE = 0.18
DAY_HOURS = 24


def arrivals(counts: Mapping[tuple[int, str], int], effects: Sequence[Effect], span: Span, look: Look) -> Figure:
    """Stacked columns, the urgent ones below, and lines where an action took effect."""
    say = look.say
    columns = [say("overview.day" if span.step_days == DAY_DAYS else "overview.week"), say("overview.all_cases")]
    columns += [say(f"overview_urgency.{urgency}") for urgency in URGENCIES]
    return Figure(
        NAME,
        _sentence(counts, span, look),
        columns,
        [Row(_cells(counts, span, step)) for step in range(span.steps)],
        chart([_columns(counts, span, look), *mark_layers(effects, span, look)], look, HEIGHT_PX) if counts else None,
        mark_list(effects, look),
        say("overview.running_day" if span.step_days == DAY_DAYS else "overview.running_week"),
    )


def _cells(counts: Mapping[tuple[int, str], int], span: Span, step: int) -> list[str | int]:
    found = [counts.get((step, urgency), 0) for urgency in URGENCIES]
    return [span.days[step].isoformat(), sum(found), *found]


def _sentence(counts: Mapping[tuple[int, str], int], span: Span, look: Look) -> str:
    sums = [sum(counts.get((step, urgency), 0) for urgency in URGENCIES) for step in range(span.steps)]
    if not any(sums):
        return look.say("overview.nothing_came")
    most = max(sums)
    kind = "daily" if span.step_days == DAY_DAYS else "weekly"
    day = look.step(span, sums.index(most))
    number = look.formats.number
    return look.say(f"overview.arrivals_{kind}", n=sum(sums), all=number(sum(sums)), most=number(most), day=day)


def _columns(counts: Mapping[tuple[int, str], int], span: Span, look: Look) -> Layer:
    names = {urgency: look.say(f"overview_urgency.{urgency}") for urgency in URGENCIES}
    inks = [INKS[urgency] for urgency in URGENCIES]
    return {
        "data": {"values": list(_stacked(counts, names, span))},
        "mark": {"type": "rect", "stroke": PAPER, "strokeWidth": 0.6},
        "encoding": {
            "x": time_place(span, look),
            "x2": {"field": "until"},
            "y": {"field": "cases", "type": "quantitative", "axis": COUNT_AXIS},
            "y2": {"field": "above"},
            "color": {"field": "urgency", "type": "nominal", **series_key([*names.values()], inks, look, "square")},
        },
    }


def _stacked(counts: Mapping[tuple[int, str], int], names: Mapping[Urgency, str], span: Span) -> Iterator[Layer]:
    """The pieces of each column, upon each other. Vega stacks only what has one place, and a column has two sides."""
    step_h = span.step_days * DAY_HOURS
    for step in range(span.steps):
        above = 0
        sides = {
            "at": _at(span, step, step_h * GAP_SHARE / 2),
            "until": _at(span, step, step_h * (1 - GAP_SHARE / 2)),
        }
        for urgency in URGENCIES:
            cases = counts.get((step, urgency), 0)
            if cases:
                yield sides | {"cases": above + cases, "above": above, "urgency": names[urgency]}
            above += cases


COUNT_AXIS = {"title": None, "tickMinStep": 1, "tickCount": 5, "domain": False, "ticks": False, "format": ",d"}


def _at(span: Span, step: int, hours: float) -> str:
    """A place inside a step, as a moment that the drawing reads without a zone."""
    start = span.days[step]
    moment = timedelta(hours=hours)
    return f"{start + timedelta(days=moment.days)}T{timedelta(seconds=moment.seconds)!s:0>8}Z"
