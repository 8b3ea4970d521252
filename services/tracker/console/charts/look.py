"""What all charts have in common: who looks, how wide it is, axes and colours. A figure is a chart and its table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.tracker.console.charts.drawing import Spec
from services.tracker.console.formats import Formats
from services.tracker.console.texts import Say
from services.tracker.domain.periods import WEEK_DAYS, Span
from shared.contracts.vocabulary import Language

WIDTH_PX, WIDTH_MIN_PX, WIDTH_MAX_PX, WIDTH_STEP_PX = 720, 240, 1_200, 40
NARROW_PX = 480
LABELS_LONG_SPAN_STEPS = 40
LABELS_SHARE_MAX = 0.42
LETTER_PX, WIDE_LETTER_PX, LATIN_MAX = 7.0, 12.0, 0x2E7F
FONT_SLACK = 1.18
STROKE_SIZE = 400
Layer = dict[str, Any]
Name = Callable[[str], str]

# Numbers that stand for the page's colours: see `drawing.py`.
FIRST, SECOND, THIRD, FOURTH, GREY, RED = "#000001", "#000002", "#000003", "#000004", "#000005", "#000006"
INK, SOFT, LINE, PAPER = "#000010", "#000011", "#000012", "#000013"
SERIES = (FIRST, SECOND, THIRD, FOURTH, RED)
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4])


@dataclass(frozen=True)
class Look:
    """Who looks at a chart, and how wide it may be."""

    say: Say
    formats: Formats
    category: Name
    width_px: int = WIDTH_PX

    @property
    def is_narrow(self) -> bool:
        """Whether names must be short and keys stand below each other."""
        return self.width_px < NARROW_PX

    def step(self, span: Span, step: int) -> str:
        """When a step is, for a sentence or a row."""
        return self.formats.date(span.days[step])


@dataclass(frozen=True)
class Row:
    """A line of the table behind a chart; the first cell is what the line is about."""

    cells: Sequence[str | int]
    link: str | None = None


@dataclass(frozen=True)
class Figure:
    """One chart: what it shows in a sentence, the drawing's description, and the table behind it."""

    name: str
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Row]
    spec: Spec | None
    marks: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    hint: str | None = None
    empty: str = "cases"


def chart(layers: Sequence[Layer], look: Look, height: int | Layer, **more: object) -> Spec:
    """A chart as wide as it may be. Its marks say nothing to a screen reader: sentence and table do."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": look.width_px,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "background": None,
        "layer": list(layers),
        "config": _CONFIG,
        **more,
    }


def series_key(names: Sequence[str], inks: Sequence[str], look: Look, symbol: str) -> Layer:
    """A scale of colours by name, with its key above the chart."""
    columns = 2 if look.is_narrow else len(names)
    key: Layer = {"orient": "top", "title": None, "symbolType": symbol, "columns": columns}
    if symbol == "stroke":
        key |= {"symbolSize": STROKE_SIZE, "symbolStrokeWidth": 2.2}
    return {"scale": {"domain": list(names), "range": list(inks)}, "legend": key}


def label_axis(names: Sequence[str], look: Look) -> Layer:
    """An axis of names with room for a browser's font, which may be wider than the drawing's."""
    limit_px = int(look.width_px * LABELS_SHARE_MAX)
    longest_px = max(sum(WIDE_LETTER_PX if ord(letter) > LATIN_MAX else LETTER_PX for letter in name) for name in names)
    return {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelLimit": limit_px,
        "minExtent": int(min(longest_px, limit_px) * FONT_SLACK),
        "labelColor": INK,
    }


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """Names of categories without the branch, where no two become the same."""
    tails = {name: said.rpartition("/")[2].strip() for name, said in names.items()}
    found = list(tails.values())
    return {
        name: tail[:1].upper() + tail[1:] if found.count(tail) == 1 else names[name] for name, tail in tails.items()
    }


def time_axis(span: Span, language: Language) -> Layer:
    """An axis of the company's days, labelled where a month or a step begins. The drawing knows no zone."""
    is_long = span.steps * span.step_days > LABELS_LONG_SPAN_STEPS * WEEK_DAYS
    days = [day for day in _every_day(span) if day.day == 1] if is_long else span.days
    short = "utcFormat(datum.value, '%Y')" if language is Language.EN else "utcFormat(datum.value, '%Y年')"
    month = "utcFormat(datum.value, '%b')" if language is Language.EN else "utcFormat(datum.value, '%-m月')"
    day = "utcFormat(datum.value, '%-d %b')" if language is Language.EN else "utcFormat(datum.value, '%-m月%-d日')"
    return {
        "title": None,
        "values": [{"utc": True, "year": one.year, "month": one.month, "date": one.day} for one in days],
        "labelExpr": f"utcmonth(datum.value) == 0 ? {short} : {month}" if is_long else day,
        "grid": False,
    }


def time_place(span: Span, look: Look) -> Layer:
    """The horizontal place of a moment, for all layers alike."""
    domain = [str(span.first), str(span.first + timedelta(days=span.steps * span.step_days))]
    scale = {"type": "utc", "domain": [{"utc": True, **_parts(one)} for one in domain], "nice": False}
    return {"field": "at", "type": "temporal", "scale": scale, "axis": time_axis(span, look.formats.language)}


def _parts(day: str) -> dict[str, int]:
    return dict(zip(("year", "month", "date"), map(int, day.split("-")), strict=True))


def _every_day(span: Span) -> list[date]:
    return [span.first + timedelta(days=day) for day in range(span.steps * span.step_days)]


_CONFIG = {
    "aria": False,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelOverlap": "greedy",
        "labelSeparation": 8,
        "labelPadding": 5,
        "tickSize": 4,
    },
    "legend": {
        "labelColor": SOFT,
        "labelFontSize": 12,
        "symbolSize": 90,
        "columnPadding": 14,
        "offset": 22,
        "padding": 0,
    },
    "text": {"color": INK, "fontSize": 12},
}
