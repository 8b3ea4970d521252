"""/console/imports: files on their way in. The collector has them; these pages ask it as the person who looks."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from services.tracker.api.console.asking import answered, document, shown
from services.tracker.api.console.page import PageRouter, Visit, visitor_with
from services.tracker.api.context import Context, Here
from services.tracker.api.forms import read_form
from services.tracker.api.uploads import read_file_form
from services.tracker.console.texts import UnknownTextError
from shared.access.scopes import Scope
from shared.ids import new_id
from shared.web.pages import Page
from shared.web.problems import Problem

IMPORTS = "/v1/feedback/imports"
PAGE = "/console/imports"
FORM_BYTES_MAX = 2 * 1024 * 1024 * 1024 + 64 * 1024  # What the collector takes, and the form around it.
MAPPING_FIELDS_MAX = 600
MAPPING_BYTES_MAX = 512 * 1024
BUSY = ("uploaded", "running")
FORMATS = ("csv", "xlsx", "jsonl")
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "latin-1")
DATE_ORDERS = ("day_first", "month_first")
PURPOSES = ("reply", "research", "training")
_COLUMN = "column:"
Verb = Literal["start", "dry-run", "cancel"]
Importer = Annotated[Visit, visitor_with(Scope.FEEDBACK_WRITE)]
router = PageRouter("/imports")


@router.get("", include_in_schema=False)
async def get_imports_page(here: Here, visit: Importer, page: Page) -> HTMLResponse:
    """Imports, newest first, and the form that sends a file."""
    asked = urlencode({"limit": page.limit} | ({"cursor": page.cursor} if page.cursor else {}))
    listed = await shown(here, visit, f"{IMPORTS}?{asked}", Scope.FEEDBACK_WRITE)
    items = [_dated(one) for one in listed["items"]]
    return visit.page("imports.html", imports=items, following=listed["next"], busy=BUSY, scripts=["imports"])


@router.post("", include_in_schema=False)
async def post_imports_page(request: Request, here: Here, visit: Importer) -> RedirectResponse:
    """⇝ to the collector, as it comes."""
    sent = await read_file_form(request)
    query = {"file_name": sent.name.strip()[-200:] or "file"}
    answer = await answered(here.collector.upload(IMPORTS, visit.token, query, sent.pieces))
    return RedirectResponse(f"{PAGE}/{document(answer, Scope.FEEDBACK_WRITE)['id']}", HTTPStatus.SEE_OTHER)


@router.get("/{import_id}", include_in_schema=False)
async def get_import_page(import_id: UUID, here: Here, visit: Importer) -> HTMLResponse:
    """One import: what the file was taken for, its first rows, how far it is."""
    return visit.page("import.html", scripts=["imports"], **await _one(here, visit, import_id))


@router.get("/{import_id}/progress", include_in_schema=False)
async def get_import_progress(import_id: UUID, here: Here, visit: Importer) -> HTMLResponse:
    """How far it is: a part of a page, which is asked for again and again."""
    return visit.page("parts/import_progress.html", **await _one(here, visit, import_id))


@router.post("/{import_id}/options", include_in_schema=False)
async def post_import_options(import_id: UUID, request: Request, here: Here, visit: Importer) -> RedirectResponse:
    """⇝: how the file is to be read."""
    form = await read_form(request, bytes_max=MAPPING_BYTES_MAX, fields_max=MAPPING_FIELDS_MAX)
    mapping = {name.removeprefix(_COLUMN): said for name, said in form.items() if name.startswith(_COLUMN)}
    plain = {name: form[name].strip() for name in _PLAIN if form.get(name, "").strip()}
    consent = [purpose for purpose in PURPOSES if form.get(f"consent:{purpose}")]
    body = {**plain, "mapping": mapping, "consent": consent}
    answer = await answered(here.collector.change(f"{IMPORTS}/{import_id}", visit.token, body))
    document(answer, Scope.FEEDBACK_WRITE)
    return RedirectResponse(f"{PAGE}/{import_id}", HTTPStatus.SEE_OTHER)


_PLAIN = ("source", "channel", "format", "encoding", "sheet", "preset", "time_zone", "date_order", "rating_scale")


@router.post("/{import_id}/{verb}", include_in_schema=False)
async def post_import_act(
    import_id: UUID, verb: Verb, request: Request, here: Here, visit: Importer
) -> RedirectResponse:
    """⇝: starts, tries or ends it."""
    await read_form(request)
    path = f"{IMPORTS}/{import_id}:{verb}"
    document(await answered(here.collector.pass_on(path, visit.token, {}, str(new_id()))), Scope.FEEDBACK_WRITE)
    return RedirectResponse(f"{PAGE}/{import_id}", HTTPStatus.SEE_OTHER)


@router.get("/{import_id}/rejects.csv", include_in_schema=False)
async def get_import_rejects_page(import_id: UUID, here: Here, visit: Importer) -> StreamingResponse:
    """The rejected rows, to be mended and sent again."""
    found = (await _one(here, visit, import_id))["one"]
    name = f"{import_id}.rejects.csv"
    if not found["rejects"]["kept"]:
        raise Problem("not_found", 404)
    pieces: AsyncIterator[bytes] = here.collector.download(
        f"{IMPORTS}/{import_id}/rejects", visit.token, visit.say.language
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


async def _one(here: Context, visit: Visit, import_id: UUID) -> dict[str, Any]:
    one = _dated(await shown(here, visit, f"{IMPORTS}/{import_id}", Scope.FEEDBACK_WRITE))
    choices = {"formats": FORMATS, "encodings": ENCODINGS, "date_orders": DATE_ORDERS, "purposes": PURPOSES}
    return {"one": one, "is_busy": one["state"] in BUSY, "label_of": _labels(visit), **choices}


def _labels(visit: Visit) -> Callable[[str], str]:
    """What a field is called; one that a channel has and this page does not know by its own name."""

    def label(target: str) -> str:
        try:
            return visit.say(f"import_fields.{target.replace('.', '_')}")
        except UnknownTextError:
            return target

    return label


def _dated(one: dict[str, Any]) -> dict[str, Any]:
    """With its times as such."""
    times = ("created_at", "started_at", "finished_at")
    return one | {name: datetime.fromisoformat(one[name]) if one[name] else None for name in times}
