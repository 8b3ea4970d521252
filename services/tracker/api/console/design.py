"""/console/design: every part that the console's pages are put together from, to look at and to copy from."""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse

from services.tracker.api.console.page import PageRouter, Visit, Visitor
from services.tracker.api.context import Here
from services.tracker.console.charts.arrivals import URGENCIES, arrivals
from services.tracker.console.charts.drawing import ChartFaultError
from services.tracker.console.charts.look import Figure, Look
from services.tracker.console.design import COLOURS, ICONS, SIZES, SPACES
from services.tracker.domain.case_states import CaseState
from services.tracker.domain.periods import Period, Span, span_of

router = PageRouter("/design")
# A wave that rises and falls, so that the chart has something to say.
_WAVE = (4, 6, 5, 7, 9, 14, 22, 31, 26, 15, 8, 5)
_SHARE = (8, 4, 2, 1)


@router.get("", include_in_schema=False)
async def get_design(here: Here, visit: Visitor) -> HTMLResponse:
    """One page with all of it, in the person's language and light."""
    figure = _figure(visit)
    try:
        drawing = await here.drawing.draw(figure.spec, visit.actor.tenant_id) if figure.spec else None
    except ChartFaultError:  # The table behind it speaks for itself.
        drawing = None
    shown: dict[str, Any] = {"sizes": SIZES, "spaces": SPACES, "colours": COLOURS, "icons": ICONS}
    kinds: dict[str, Any] = {"urgencies": URGENCIES, "states": tuple(CaseState)}
    return visit.page("design.html", figure=figure, drawing=drawing, scripts=["design"], **shown, **kinds)


def _figure(visit: Visit) -> Figure:
    zone = ZoneInfo(visit.tenant.time_zone)
    span = span_of(Period.TWELVE_WEEKS, visit.formats.now, zone)
    return arrivals(_counts(span), (), span, Look(visit.say, visit.formats, str))


def _counts(span: Span) -> dict[tuple[int, str], int]:
    steps = zip(range(span.steps), _WAVE, strict=False)
    return {(step, kind): many // part for step, many in steps for kind, part in zip(URGENCIES, _SHARE, strict=True)}
