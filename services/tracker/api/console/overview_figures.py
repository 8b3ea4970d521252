"""The charts of the overview in their order: what is counted for each, and who draws it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.tracker.console.charts import arrivals, causes, heat, products, states
from services.tracker.console.charts.look import Figure, Look
from services.tracker.domain.periods import Span
from services.tracker.insight import cases, work
from services.tracker.insight.cases import Narrowed
from shared.database import Tx


@dataclass(frozen=True)
class Asked:
    """Whose figures, of when, narrowed to what, and for whom."""

    tenant_id: UUID
    span: Span
    narrowed: Narrowed
    look: Look


@dataclass(frozen=True)
class Effect:
    """An action that took effect."""

    title: str
    state: str
    link: str
    day: date


async def _arrivals(tx: Tx, asked: Asked) -> Figure:
    counts = await cases.count_arrivals(tx, asked.tenant_id, asked.span, asked.narrowed)
    return arrivals.arrivals(counts, await _effects(tx, asked), asked.span, asked.look)


async def _products(tx: Tx, asked: Asked) -> Figure:
    counts = await cases.count_products(tx, asked.tenant_id, asked.span, asked.narrowed)
    return products.products(counts, await _effects(tx, asked), asked.span, asked.look)


async def _causes(tx: Tx, asked: Asked) -> Figure:
    return causes.causes(await cases.count_categories(tx, asked.tenant_id, asked.span, asked.narrowed), asked.look)


async def _map(tx: Tx, asked: Asked) -> Figure:
    return heat.heat(await cases.count_map(tx, asked.tenant_id, asked.span, asked.narrowed), asked.look)


async def _actions(tx: Tx, asked: Asked) -> Figure:
    return states.actions(await work.count_actions(tx, asked.tenant_id), asked.look)


async def _mails(tx: Tx, asked: Asked) -> Figure:
    return states.mails(await work.count_mails(tx, asked.tenant_id, asked.span), asked.look)


async def _effects(tx: Tx, asked: Asked) -> list[Effect]:
    marks = await work.list_marks(tx, asked.tenant_id, asked.span)
    zone = asked.span.zone
    return [
        Effect(mark.title, mark.state, f"/console/actions/{mark.action_id}", mark.at.astimezone(zone).date())
        for mark in marks
    ]


FIGURES: Mapping[str, Callable[[Tx, Asked], Awaitable[Figure]]] = {
    arrivals.NAME: _arrivals,
    products.NAME: _products,
    causes.NAME: _causes,
    heat.NAME: _map,
    states.ACTIONS: _actions,
    states.MAILS: _mails,
}
