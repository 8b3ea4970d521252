"""How often the most named products were named, step by step: where a wave of defects is seen at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from services.tracker.console.charts.arrivals import COUNT_AXIS
from services.tracker.console.charts.look import DASHES, SERIES, Figure, Layer, Look, Row, chart, series_key, time_place
from services.tracker.console.charts.marks import Effect, mark_layers, mark_list
from services.tracker.domain.periods import DAY_DAYS, Span

NAME = "products"
HEIGHT_PX = 250
# A wave is so many times what is usual, and so many cases at least.
WAVE_TIMES = 3.0
WAVE_CASES_MIN = 5


@dataclass(frozen=True)
class Wave:
    """A product's highest step, against its usual one."""

    product: str
    step: int
    cases: int
    usual: float


def wave_in(counts: Mapping[tuple[int, str], int], steps: int) -> Wave | None:
    """What stands out most from its own usual, if anything does."""
    waves = [_highest(counts, product, steps) for product in _named(counts)]
    high = [one for one in waves if one.cases >= max(WAVE_CASES_MIN, WAVE_TIMES * max(one.usual, 1))]
    return max(high, key=lambda one: one.cases / max(one.usual, 1), default=None)


def products(counts: Mapping[tuple[int, str], int], effects: Sequence[Effect], span: Span, look: Look) -> Figure:
    """A line for each product, and lines where an action took effect."""
    names = _named(counts)
    rows = [
        Row([span.days[step].isoformat(), *(counts.get((step, name), 0) for name in names)])
        for step in range(span.steps)
    ]
    wave = wave_in(counts, span.steps)
    layers = [_lines(counts, names, span, look), *_peak(wave, names, span, look), *mark_layers(effects, span, look)]
    return Figure(
        NAME,
        _sentence(counts, names, wave, span, look),
        [look.say("overview.day" if span.step_days == DAY_DAYS else "overview.week"), *names],
        rows,
        chart(layers, look, HEIGHT_PX) if counts else None,
        mark_list(effects, look),
        look.say("overview.running_day" if span.step_days == DAY_DAYS else "overview.running_week"),
    )


def _named(counts: Mapping[tuple[int, str], int]) -> list[str]:
    return list(dict.fromkeys(product for _, product in counts))


def _highest(counts: Mapping[tuple[int, str], int], product: str, steps: int) -> Wave:
    line = [counts.get((step, product), 0) for step in range(steps)]
    return Wave(product, line.index(max(line)), max(line), median(line))


def _sentence(
    counts: Mapping[tuple[int, str], int], names: Sequence[str], wave: Wave | None, span: Span, look: Look
) -> str:
    if not names:
        return look.say("overview.no_product")
    number = look.formats.number
    if wave is None:
        most = sum(cases for (_, product), cases in counts.items() if product == names[0])
        return look.say("overview.no_wave", n=most, product=names[0], all=number(most))
    kind = "daily" if span.step_days == DAY_DAYS else "weekly"
    day, usual = look.step(span, wave.step), number(round(wave.usual))
    return look.say(
        f"overview.wave_{kind}", n=wave.cases, product=wave.product, all=number(wave.cases), day=day, usual=usual
    )


def _lines(counts: Mapping[tuple[int, str], int], names: Sequence[str], span: Span, look: Look) -> Layer:
    values = [
        {"at": _middle(span, step), "cases": counts.get((step, name), 0), "product": name}
        for name in names
        for step in range(span.steps)
    ]
    key = series_key(names, SERIES[: len(names)], look, "stroke")
    dashes = {"scale": {"domain": list(names), "range": list(DASHES[: len(names)])}, "legend": key["legend"]}
    return {
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 2.2, "strokeJoin": "round", "interpolate": "monotone"},
        "encoding": {
            "x": time_place(span, look),
            "y": {"field": "cases", "type": "quantitative", "axis": COUNT_AXIS},
            "color": {"field": "product", "type": "nominal", **key},
            "strokeDash": {"field": "product", "type": "nominal", **dashes},
        },
    }


def _peak(wave: Wave | None, names: Sequence[str], span: Span, look: Look) -> list[Layer]:
    """The wave's top, named."""
    if wave is None:
        return []
    ink = SERIES[names.index(wave.product)]
    is_late = wave.step > span.steps / 2
    value = {"at": _middle(span, wave.step), "cases": wave.cases, "label": f"{wave.product} · {wave.cases}"}
    place = {"x": time_place(span, look), "y": {"field": "cases", "type": "quantitative", "axis": COUNT_AXIS}}
    text = {"type": "text", "align": "right" if is_late else "left", "dx": -10 if is_late else 10, "fontWeight": "bold"}
    return [
        {
            "data": {"values": [value]},
            "mark": {"type": "point", "filled": True, "size": 70, "color": ink},
            "encoding": place,
        },
        {"data": {"values": [value]}, "mark": text, "encoding": place | {"text": {"field": "label"}}},
    ]


def _middle(span: Span, step: int) -> str:
    start = span.days[step]
    return str(start + timedelta(days=span.step_days // 2))
