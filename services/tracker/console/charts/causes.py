"""What customers complain about, the largest first, and how few causes make up most of it (Pareto)."""

from collections.abc import Sequence
from itertools import accumulate
from urllib.parse import urlencode

from services.tracker.console.charts.drawing import Spec
from services.tracker.console.charts.look import (
    FIRST,
    GREY,
    INK,
    SECOND,
    Figure,
    Layer,
    Look,
    Row,
    chart,
    label_axis,
    short_names,
)

NAME = "causes"
BARS_MAX = 10
STEP_PX = 30
VITAL_SHARE = 0.8
# Light enough that the numbers on the bars can be read in both themes.
BAR_OPACITY = 0.4


def causes(counts: Sequence[tuple[str, int]], look: Look) -> Figure:
    """Bars by category with the running share, and a line at 80 %."""
    whole = sum(cases for _, cases in counts)
    shares = [running / whole for running in accumulate(cases for _, cases in counts)]
    # Those that are needed to reach the line, the one that crosses it included.
    vital = 1 + sum(share < VITAL_SHARE for share in shares)
    named = [(look.category(category), cases) for category, cases in counts]
    percent = look.formats.percent
    rows = [
        Row([look.category(category), cases, percent(cases / whole), percent(share)], _inbox(category))
        for (category, cases), share in zip(counts, shares, strict=True)
    ]
    columns = [look.say(f"overview.{name}") for name in ("category", "cases", "share", "running_share")]
    return Figure(
        NAME,
        _sentence(named, whole, vital, look),
        columns,
        rows,
        _spec(named, vital, look) if counts else None,
        empty="cases",
    )


def _inbox(category: str) -> str:
    return f"/console/inbox?{urlencode({'category': category})}"


def _sentence(named: Sequence[tuple[str, int]], whole: int, vital: int, look: Look) -> str:
    if not named:
        return look.say("overview.nothing_came")
    name, most = named[0]
    share = look.formats.percent(most / whole)
    return look.say("overview.causes", n=vital, all=len(named), called=name, share=share)


def _spec(named: Sequence[tuple[str, int]], vital: int, look: Look) -> Spec:
    shown = [*_shortened(named[:BARS_MAX], look)]
    rest = sum(cases for _, cases in named[BARS_MAX:])
    if rest:
        shown.append((look.say("overview.others"), rest))
    whole = sum(cases for _, cases in shown)
    running = accumulate(cases for _, cases in shown)
    values = [
        {
            "category": name,
            "cases": cases,
            "label": look.formats.number(cases),
            "share": share / whole,
            "rank": rank,
            "ink": FIRST if rank < vital else GREY,
        }
        for rank, ((name, cases), share) in enumerate(zip(shown, running, strict=True))
    ]
    names = [name for name, _ in shown]
    place = {"field": "category", "type": "nominal", "sort": names, "axis": label_axis(names, look)}
    layers = [_bars(place), _labels(place), _share_line(place), _vital_line()]
    return chart(layers, look, {"step": STEP_PX}, data={"values": values}, resolve={"scale": {"x": "independent"}})


def _shortened(named: Sequence[tuple[str, int]], look: Look) -> list[tuple[str, int]]:
    if not look.is_narrow:
        return list(named)
    short = short_names({name: name for name, _ in named})
    return [(short[name], cases) for name, cases in named]


def _bars(place: Layer) -> Layer:
    return {
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "height": {"band": 0.68}, "opacity": BAR_OPACITY},
        "encoding": {
            "y": place,
            "x": {"field": "cases", "type": "quantitative", "axis": None, "scale": {"nice": False, "zero": True}},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }


def _labels(place: Layer) -> Layer:
    """The counts stand in the bars' beginning, where the line of shares seldom comes."""
    return {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 6, "fontWeight": 600},
        "encoding": {"y": place, "x": {"datum": 0, "type": "quantitative", "axis": None}, "text": {"field": "label"}},
    }


_SHARE_AXIS = {"title": None, "orient": "top", "format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1], "domain": False}
_SHARE_SCALE = {"domain": [0, 1], "nice": False}


def _share_line(place: Layer) -> Layer:
    return {
        "mark": {
            "type": "line",
            "color": SECOND,
            "strokeWidth": 2,
            "point": {"color": SECOND, "filled": True, "size": 34},
        },
        "encoding": {
            "y": place,
            "x": {"field": "share", "type": "quantitative", "axis": _SHARE_AXIS, "scale": _SHARE_SCALE},
            "order": {"field": "rank"},
        },
    }


def _vital_line() -> Layer:
    return {
        "data": {"values": [{"share": VITAL_SHARE}]},
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.3},
        "encoding": {"x": {"field": "share", "type": "quantitative", "axis": None, "scale": _SHARE_SCALE}},
    }
