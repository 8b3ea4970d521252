"""What a chart says: the sentence, the table, and what stands in the drawing. Drawn by a real engine."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.tracker.console.charts import arrivals, causes, heat, products, states
from services.tracker.console.charts.drawing import INKS, Drawing
from services.tracker.console.charts.look import Figure, Look
from services.tracker.console.formats import Formats
from services.tracker.console.texts import Say
from services.tracker.domain.action_states import ActionState
from services.tracker.domain.periods import Period, Span, span_of
from services.tracker.domain.telling import NoticeState
from shared.contracts.vocabulary import Language, Urgency
from shared.ids import new_id

ZONE = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 20, 8, tzinfo=UTC)
YEAR = span_of(Period.TWELVE_MONTHS, MOMENT, ZONE)
WEEKS = span_of(Period.TWELVE_WEEKS, MOMENT, ZONE)


@dataclass(frozen=True)
class Effect:
    title: str
    state: str
    link: str
    day: date


FIX = Effect("Replace the relay", "closed", "/console/actions/1", YEAR.days[30])
FIXED_TOO = Effect("Tell the shops", "verify", "/console/actions/2", YEAR.days[30])


def look(language: Language = Language.EN, width_px: int = 720) -> Look:
    return Look(Say(language), Formats(language, ZONE, MOMENT), lambda name: f"The {name}", width_px)


def layers(figure: Figure, mark: str) -> list[Mapping[str, Any]]:
    """The layers of one kind of mark."""
    assert figure.spec is not None
    return [layer for layer in figure.spec["layer"] if layer["mark"]["type"] == mark]


def values(figure: Figure, mark: str) -> list[dict[str, Any]]:
    [layer] = layers(figure, mark)
    found: list[dict[str, Any]] = layer["data"]["values"]
    return found


def test_a_column_is_stacked_from_the_urgent_ones_up() -> None:
    figure = arrivals.arrivals({(2, "critical"): 3, (2, "low"): 4, (5, "high"): 1}, [], WEEKS, look())
    pieces = [(piece["urgency"], piece["above"], piece["cases"]) for piece in values(figure, "rect")]
    assert pieces == [("Critical", 0, 3), ("Low", 3, 7), ("High", 0, 1)]
    assert figure.sentence.startswith("8 cases came in; most of them, 7, in the week of ")
    assert figure.rows[2].cells == [WEEKS.days[2].isoformat(), 7, 3, 0, 0, 4]
    assert len(figure.rows) == WEEKS.steps


def test_what_took_effect_is_a_numbered_line_and_a_name_below() -> None:
    figure = arrivals.arrivals({(2, "low"): 1}, [FIX, FIXED_TOO], YEAR, look())
    assert [line["number"] for line in values(figure, "text")] == ["1, 2"]
    assert [line["at"] for line in values(figure, "rule")] == [str(FIX.day)]
    assert [(mark["title"], mark["what"]) for mark in figure.marks] == [
        ("Replace the relay", "closed"),
        ("Tell the shops", "carried out"),
    ]


def test_few_causes_are_told_from_many() -> None:
    figure = causes.causes([("a", 60), ("b", 20), ("c", 15), ("d", 5)], look())
    assert figure.sentence == "2 of 4 categories make up 80% of all cases; the largest is The a (60%)."
    assert figure.spec is not None
    assert [(one["rank"], one["share"]) for one in figure.spec["data"]["values"]] == [
        (0, 0.6),
        (1, 0.8),
        (2, 0.95),
        (3, 1),
    ]
    assert len({one["ink"] for one in figure.spec["data"]["values"][:2]}) == 1
    assert values(figure, "rule") == [{"share": 0.8}]
    assert figure.rows[1].cells == ["The b", 20, "20%", "80%"]
    assert figure.rows[0].link == "/console/inbox?category=a"


def test_many_causes_are_drawn_together_and_listed_each() -> None:
    figure = causes.causes([(f"c{number}", 20 - number) for number in range(14)], look())
    assert figure.spec is not None
    assert len(figure.spec["data"]["values"]) == causes.BARS_MAX + 1
    assert figure.spec["data"]["values"][-1]["cases"] == sum(20 - number for number in range(causes.BARS_MAX, 14))
    assert len(figure.rows) == 14


def test_a_map_says_where_most_of_it_is() -> None:
    figure = heat.heat({("a", "H2"): 5, ("a", "K3"): 1, ("b", "K3"): 9}, look())
    assert figure.sentence == "K3 most often has: The b (9 cases)."
    assert figure.columns == ["Category", "K3", "H2"]
    assert [row.cells for row in figure.rows] == [["The a", 1, 5], ["The b", 9, 0]]


def wave(peak: int) -> dict[tuple[int, str], int]:
    steady = {(step, "H2"): 6 for step in range(YEAR.steps)}
    return steady | {(step, "K3"): 2 for step in range(YEAR.steps)} | {(20, "K3"): peak}


def test_a_wave_is_named_and_what_is_usual_is_not() -> None:
    figure = products.products(wave(30), [FIX], YEAR, look())
    day = look().formats.date(YEAR.days[20])
    assert figure.sentence == f"K3 stands out: 30 cases in the week of {day}, where 2 are usual."
    [point] = values(figure, "point")
    assert (point["label"], point["cases"]) == ("K3 · 30", 30)
    calm = products.products(wave(5), [], YEAR, look())
    assert calm.sentence == "No product stands out; H2 is named most often (318 cases)."
    assert layers(calm, "point") == []


@pytest.mark.parametrize(("few", "usual", "is_wave"), [(5, 1, True), (4, 1, False), (17, 6, False), (18, 6, True)])
def test_a_wave_is_three_times_the_usual_and_five_cases(few: int, usual: int, is_wave: bool) -> None:  # noqa: FBT001 - an expected value
    counts = {(step, "K3"): usual for step in range(12)} | {(7, "K3"): few}
    assert (products.wave_in(counts, 12) is not None) is is_wave


@pytest.mark.parametrize("language", list(Language))
def test_every_state_has_a_bar_and_a_name(language: Language) -> None:
    open_ones: dict[str, int] = {
        state: 2 for state in ActionState if state not in (ActionState.CLOSED, ActionState.CANCELLED)
    }
    figure = states.actions(open_ones, look(language))
    assert [row.cells[1] for row in figure.rows] == [2] * len(open_ones)
    figure = states.mails(dict.fromkeys(NoticeState, 3), look(language))
    assert [row.cells[1] for row in figure.rows] == [3] * len(NoticeState)


@pytest.mark.parametrize("language", list(Language))
def test_where_nothing_is_nothing_is_drawn(language: Language) -> None:
    here = look(language)
    empty = [arrivals.arrivals({}, [], YEAR, here), causes.causes([], here), heat.heat({}, here)]
    empty += [products.products({}, [], YEAR, here), states.actions({}, here), states.mails({}, here)]
    assert [figure.spec for figure in empty] == [None] * 6
    assert all(figure.sentence for figure in empty)


def everything(here: Look, span: Span) -> list[Figure]:
    counts: dict[tuple[int, str], int] = {
        (step, urgency): step + 1 for step in range(span.steps) for urgency in Urgency
    }
    effect = Effect("x", "closed", "/console/actions/1", span.days[-2])
    return [
        arrivals.arrivals(counts, [effect], span, here),
        products.products({(3, "水壶"): 90, (4, "K3"): 1}, [effect], span, here),
        causes.causes([("product/电气安全", 60), ("b", 20)], here),
        heat.heat({("product/电气安全", "水壶"): 5, ("b", "K3"): 1}, here),
        states.actions({"draft": 2}, here),
        states.mails({"sent": 2}, here),
    ]


@pytest.fixture
async def draw() -> AsyncIterator[Callable[[Figure], Any]]:
    drawing = Drawing()

    async def drawn(figure: Figure) -> str:
        assert figure.spec is not None
        return await drawing.draw(figure.spec, new_id())

    yield drawn
    await drawing.close()


async def test_every_chart_is_drawn_as_wide_as_told_in_the_pages_colours(draw: Callable[[Figure], Any]) -> None:
    for language, width_px in ((Language.EN, 320), (Language.ZH, 960)):
        for period in Period:
            for figure in everything(look(language, width_px), span_of(period, MOMENT, ZONE)):
                svg = await draw(figure)
                width = re.search(r'<svg[^>]* width="(\d+)', svg)
                assert width is not None
                assert abs(int(width[1]) - width_px) <= 12, figure.name
                # Every colour is the page's: what stands in a drawing as it is would be wrong in the dark.
                colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) - {"none", "transparent"}
                assert colours <= set(INKS.values()), figure.name
