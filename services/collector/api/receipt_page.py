"""/receipts/{code}: what became of a feedback, for anybody who holds its receipt. No script, and nothing personal."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.collector.api.context import Here
from services.collector.api.receipt_texts import STAGES, WORDS
from services.collector.api.receipts import allowance_of_reader
from services.collector.domain.receipt_code import read_receipt_code
from services.collector.domain.stages import still_to_come, way_so_far
from services.collector.store.receipts import Receipt, read_receipt
from shared.contracts.vocabulary import Language, Stage
from shared.web.problems import language_of
from shared.web.routing import Router

PAGES = Path(__file__).parent / "pages"
CODE_CHARACTERS_MAX = 64
STYLE_KEPT_S = 3_600
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STATUSES = {"unknown": 404, "slow_down": 429}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_templates = Environment(
    loader=FileSystemLoader(PAGES), autoescape=select_autoescape(("j2",)), undefined=StrictUndefined, trim_blocks=True
)

Lang = Annotated[Language | None, Query()]
router = Router(tags=["receipts"])


@router.get("/receipts", include_in_schema=False)
async def get_question(
    request: Request, lang: Lang = None, code: Annotated[str, Query(max_length=CODE_CHARACTERS_MAX)] = ""
) -> Response:
    """Asks for the code; with one, goes there."""
    written = read_receipt_code(code)
    if written:
        chosen = f"?lang={lang}" if lang else ""
        return RedirectResponse(f"/receipts/{written}{chosen}", 303)
    return _page(request, lang, about="ask")


@router.get("/receipts/style.css", include_in_schema=False)
async def get_receipt_style() -> Response:
    """How the page looks."""
    headers = {"Cache-Control": f"max-age={STYLE_KEPT_S}"}
    return Response((PAGES / "receipt.css").read_bytes(), media_type="text/css", headers=headers)


@router.get("/receipts/{code}", include_in_schema=False)
async def get_receipt_page(code: str, request: Request, here: Here, lang: Lang = None) -> HTMLResponse:
    """How far the feedback has come, with days."""
    if allowance_of_reader(request).is_over:
        return _page(request, lang, about="slow_down")
    written = read_receipt_code(code[:CODE_CHARACTERS_MAX])
    receipt = await read_receipt(here.database, written)
    if receipt is None:
        return _page(request, lang, about="unknown")
    return _page(request, lang, code=written, receipt=receipt)


def _page(
    request: Request,
    lang: Language | None,
    *,
    about: str | None = None,
    code: str = "",
    receipt: Receipt | None = None,
) -> HTMLResponse:
    language = lang or Language(language_of(request))
    said = {name: words[language] for name, words in WORDS.items()}
    stages = {stage: words[language] for stage, words in STAGES.items()}
    page = _templates.get_template("receipt.html.j2").render(
        language=language,
        other=Language.EN if language is Language.ZH else Language.ZH,
        said=said,
        stages=stages,
        about=about,
        code=code,
        way=_way(receipt, language) if receipt else [],
    )
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Language": language,
        "Vary": "Accept-Language",
        "X-Robots-Tag": "noindex, nofollow",
    }
    return HTMLResponse(page, _STATUSES.get(about or "", 200), headers)


def _way(receipt: Receipt, language: Language) -> Sequence[dict[str, str]]:
    zone = _zone(receipt.time_zone)
    reached = way_so_far(receipt.received_at, receipt.steps)
    passed = [_entry(one.stage, "done", one.at.astimezone(zone), language) for one in reached[:-1]]
    present = _entry(reached[-1].stage, "now", reached[-1].at.astimezone(zone), language)
    return [*passed, present, *(_entry(stage, "next", None, language) for stage in still_to_come(reached[-1].stage))]


def _entry(stage: Stage, when: str, at: datetime | None, language: Language) -> dict[str, str]:
    day = _day(at, language) if at else ""
    return {"stage": stage, "when": when, "day": day, "date": at.date().isoformat() if at else ""}


def _day(at: datetime, language: Language) -> str:
    if language is Language.ZH:
        return f"{at.year}年{at.month}月{at.day}日"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _zone(name: str | None) -> tzinfo:
    """The company's; a day in UTC where none is known, or this machine knows no such zone."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
