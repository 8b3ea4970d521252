"""/console/overview: figures and charts. The page comes first; each chart follows as a piece of its own."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.tracker.api.console.categories import categories_of
from services.tracker.api.console.overview_figures import FIGURES, Asked
from services.tracker.api.console.page import HEADERS, PageRouter, Visit, visitor_with
from services.tracker.api.context import Context, Here
from services.tracker.console.charts.drawing import ChartFaultError
from services.tracker.console.charts.look import WIDTH_MAX_PX, WIDTH_MIN_PX, WIDTH_PX, WIDTH_STEP_PX, Figure, Look
from services.tracker.console.sheet import sheet
from services.tracker.domain.periods import Period, span_of
from services.tracker.insight.cases import Narrowed, list_products
from services.tracker.insight.headline import read_headline
from shared.access.scopes import Scope
from shared.contracts.text import NAME_LENGTH_MAX
from shared.contracts.vocabulary import Language
from shared.web.problems import Problem

router = PageRouter("/overview")
Reader = Annotated[Visit, visitor_with(Scope.FIGURES_READ)]
NOT_KEPT = {"Cache-Control": "private, no-store"}
PERIOD = Period.TWELVE_MONTHS


class Wanted(BaseModel):
    """What is looked at. A form sends what is not chosen as an empty value."""

    period: Period = PERIOD
    product: str = Field("", max_length=NAME_LENGTH_MAX)
    language: Literal["", "zh", "en"] = ""

    def narrowed(self) -> Narrowed:
        """For the database."""
        return Narrowed(self.product or None, self.language or None)

    def query(self) -> dict[str, str]:
        """What an address must say, and no more."""
        said = self.model_dump(mode="json", include=set(Wanted.model_fields))
        return {name: value for name, value in said.items() if value != Wanted.model_fields[name].default}


class WantedPage(Wanted):
    """The page; `whole` brings the charts along, for who has no scripts."""

    whole: Literal["", "1"] = ""


class WantedFigure(Wanted):
    """A chart, as wide as there is room."""

    width: int = Field(WIDTH_PX, ge=0, le=100_000)

    def width_px(self) -> int:
        """One of few widths, so that a drawing serves many windows."""
        bounded = min(max(self.width, WIDTH_MIN_PX), WIDTH_MAX_PX)
        return bounded // WIDTH_STEP_PX * WIDTH_STEP_PX


@router.get("", include_in_schema=False)
async def get_overview(here: Here, visit: Reader, wanted: Annotated[WantedPage, Query()]) -> HTMLResponse:
    """The page: figures at once, charts to follow."""
    zone = ZoneInfo(visit.tenant.time_zone)
    tenant_id, moment = visit.actor.tenant_id, visit.formats.now
    async with here.database.transaction(tenant_id) as tx:
        headline = await read_headline(tx, tenant_id, moment, zone, wanted.narrowed())
        products = await list_products(tx, tenant_id, span_of(wanted.period, moment, zone))
    if wanted.product and wanted.product not in products:
        products.append(wanted.product)
    figures = await _whole(here, visit, wanted) if wanted.whole else {}
    said: dict[str, Any] = {
        "headline": headline,
        "products": products,
        "periods": Period,
        "languages": Language,
        "drawn": figures,
    }
    return visit.page("overview.html", wanted=wanted, names=list(FIGURES), scripts=["overview"], **said)


@router.get("/{name}.html", include_in_schema=False)
async def get_figure(here: Here, visit: Reader, name: str, wanted: Annotated[WantedFigure, Query()]) -> HTMLResponse:
    """One chart with its sentence and its table, as a piece of the page."""
    figure = await _figure(here, visit, name, wanted, wanted.width_px())
    answer = visit.page(
        "parts/figure.html", figure=figure, svg=await _drawn(here, figure, visit.actor.tenant_id), wanted=wanted
    )
    answer.headers.update(NOT_KEPT)
    return answer


@router.get("/{name}.csv", include_in_schema=False)
async def get_sheet(here: Here, visit: Reader, name: str, wanted: Annotated[Wanted, Query()]) -> Response:
    """The table behind a chart, for a spreadsheet."""
    figure = await _figure(here, visit, name, wanted, WIDTH_PX)
    text = sheet(figure.columns, [row.cells for row in figure.rows])
    saved_as = {"Content-Disposition": f'attachment; filename="{name}-{wanted.period}.csv"'}
    return Response(text, headers=HEADERS | NOT_KEPT | saved_as, media_type="text/csv; charset=utf-8")


async def _figure(here: Context, visit: Visit, name: str, wanted: Wanted, width_px: int) -> Figure:
    """Raises 404."""
    count = FIGURES.get(name)
    if count is None:
        raise Problem("not_found", 404)
    zone = ZoneInfo(visit.tenant.time_zone)
    span = span_of(wanted.period, visit.formats.now, zone)
    look = Look(visit.say, visit.formats, await categories_of(here, visit), width_px)
    async with here.database.transaction(visit.actor.tenant_id) as tx:
        return await count(tx, Asked(visit.actor.tenant_id, span, wanted.narrowed(), look))


async def _drawn(here: Context, figure: Figure, whose: UUID) -> str | None:
    """The drawing; without one, the table speaks for itself."""
    if figure.spec is None:
        return None
    try:
        return await here.drawing.draw(figure.spec, whose)
    except ChartFaultError:
        return None


async def _whole(here: Context, visit: Visit, wanted: Wanted) -> Mapping[str, tuple[Figure, str | None]]:
    found = {}
    for name in FIGURES:
        figure = await _figure(here, visit, name, wanted, WIDTH_PX)
        found[name] = (figure, await _drawn(here, figure, visit.actor.tenant_id))
    return found
