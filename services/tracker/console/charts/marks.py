"""Lines in a chart over time at which an action took effect: numbered here, named below the chart."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from services.tracker.console.charts.look import INK, Layer, Look, time_place
from services.tracker.domain.periods import Span


class Effect(Protocol):
    """What is known of such a moment."""

    @property
    def title(self) -> str:
        """The action's."""

    @property
    def state(self) -> str:
        """What it came into."""

    @property
    def link(self) -> str:
        """Where it stands."""

    @property
    def day(self) -> date:
        """When, on the company's clock."""


def mark_layers(effects: Sequence[Effect], span: Span, look: Look) -> list[Layer]:
    """A dashed line for each step in which something took effect, with the numbers of what did."""
    if not effects:
        return []
    numbers: dict[int, list[int]] = {}
    for number, effect in enumerate(effects, 1):
        numbers.setdefault((effect.day - span.first).days // span.step_days, []).append(number)
    values = [
        {"at": str(effects[found[0] - 1].day), "number": ", ".join(map(str, found))} for found in numbers.values()
    ]
    place = time_place(span, look)
    line = {"type": "rule", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.3}
    caption = {"type": "text", "baseline": "bottom", "dy": -4, "fontWeight": "bold"}
    return [
        {"data": {"values": values}, "mark": line, "encoding": {"x": place}},
        {
            "data": {"values": values},
            "mark": caption,
            "encoding": {"x": place, "y": {"value": 0}, "text": {"field": "number"}},
        },
    ]


def mark_list(effects: Sequence[Effect], look: Look) -> list[dict[str, str]]:
    """The names below the chart."""
    return [
        {
            "day": look.formats.date(effect.day),
            "what": look.say(f"overview_effects.{effect.state}"),
            "title": effect.title,
            "link": effect.link,
        }
        for effect in effects
    ]
