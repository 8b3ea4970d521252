"""Charts are drawn on the server, in the page's colours, by a child that comes when it is asked."""

import os
import signal

import pytest

from services.tracker.console.charts.drawing import ChartFaultError, Drawing, fitted
from shared.ids import new_id

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"week": "一月", "n": 3}, {"week": "二月", "n": 5}]},
    "mark": {"type": "bar", "color": "#000001"},
    "encoding": {"x": {"field": "week", "type": "nominal"}, "y": {"field": "n", "type": "quantitative"}},
}


async def test_a_chart_is_drawn_without_a_style_of_its_own() -> None:
    drawing = Drawing()
    try:
        svg = await drawing.draw(SPEC, new_id())
        assert svg.startswith("<svg")
        assert "style=" not in svg
        assert "var(--chart-1)" in svg
        assert "一月" in svg
    finally:
        await drawing.close()


async def test_a_child_that_has_gone_is_followed_by_another() -> None:
    drawing = Drawing()
    try:
        await drawing.draw(SPEC, new_id())
        child = drawing._child  # noqa: SLF001 - whose end is tested
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        assert (await drawing.draw({**SPEC, "width": 300}, new_id())).startswith("<svg")
    finally:
        await drawing.close()


async def test_a_chart_that_makes_no_sense_is_a_fault_and_not_the_end() -> None:
    drawing = Drawing()
    try:
        with pytest.raises(ChartFaultError):
            await drawing.draw({"mark": "no such mark"}, new_id())
        assert (await drawing.draw(SPEC, new_id())).startswith("<svg")
    finally:
        await drawing.close()


def test_inks_stand_for_the_pages_colours() -> None:
    assert fitted('<path style="x:y" fill="#000012"/>') == '<path fill="var(--line)"/>'


def test_words_that_look_like_a_style_stay_words() -> None:
    svg = '<text style="x">A style="</text><path fill="#000001"/>'
    assert fitted(svg) == '<text>A style="</text><path fill="var(--chart-1)"/>'
