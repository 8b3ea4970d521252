"""GET /v1/feedback/imports/{id}/rejects: the rows that were not taken in, to be mended and sent again."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse

from services.collector.api.context import Context, Here
from services.collector.store import imports
from services.collector.store.import_chunks import open_rejects, read_chunks
from services.collector.store.import_tables import ImportRun
from services.collector.use_cases.import_plan import REJECT_COLUMNS, REJECTS_SUFFIX, ImportPlan, plan_of
from shared.access.audit import AuditLine, Done, perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.database import Tx
from shared.web.doors import requires
from shared.web.field_texts import FIELD_RULE_OTHER, FIELD_RULES
from shared.web.problems import Problem, language_of
from shared.web.routing import Router

MEDIA_TYPE = "text/csv"
_MARK = "\ufeff"  # Spreadsheets take a file without it for another encoding.
Importer = Annotated[Actor, Depends(requires(Scope.FEEDBACK_WRITE, Scope.PII_READ))]
router = Router(prefix="/v1/feedback/imports", tags=["imports"])


def may_see_words(actor: Actor, run: ImportRun) -> bool:
    """A file holds contact data: who sent it knows it, others need leave to read such."""
    return actor.label == run.begun_by or actor.may(Scope.PII_READ)


@router.get(
    "/{import_id}/rejects",
    response_class=StreamingResponse,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "A CSV file in UTF-8."}},
)
async def get_import_rejects(import_id: UUID, request: Request, here: Here, actor: Importer) -> StreamingResponse:
    """Rejected rows as CSV: row, column, code, message, original, then the file's own columns. The audit notes it."""
    run, plan, key = await perform(here.database, actor, partial(_opened, here=here, actor=actor, import_id=import_id))
    headers = {"Content-Disposition": f'attachment; filename="{import_id}{REJECTS_SUFFIX}"'}
    lines = _lines(here, run, plan, key, language_of(request))
    return StreamingResponse(lines, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


async def _opened(tx: Tx, here: Context, actor: Actor, import_id: UUID) -> Done[tuple[ImportRun, ImportPlan, bytes]]:
    run = await imports.read_import(tx, actor.tenant_id, import_id)
    if run is None:
        raise Problem("not_found", 404)
    if not may_see_words(actor, run):
        raise Problem("forbidden", 403, about={"scope": Scope.PII_READ})
    keys = await here.keyring.keys_of(tx, actor.tenant_id)
    document = imports.opened_plan(keys, run)
    if not document:
        raise Problem("words_forgotten", 410)
    line = AuditLine("import.read_rejects", "import", run.id, detail={"count": run.rejects_kept})
    return Done((run, plan_of(document), imports.import_key(keys, run)), line)


async def _lines(here: Context, run: ImportRun, plan: ImportPlan, key: bytes, language: str) -> AsyncIterator[bytes]:
    own = [column.column for column in plan.found.columns] if plan.found else []
    yield (_MARK + _written([[*_headings(own), *own]])).encode()
    after_row = -1
    while True:
        async with here.database.transaction(run.tenant_id) as tx:
            chunks = await read_chunks(tx, run, after_row)
        for chunk in chunks:
            if chunk["sealed_rejects"]:
                rejects = open_rejects(key, run.tenant_id, chunk["id"], chunk["sealed_rejects"])
                yield _written([_row(reject, own, language) for reject in rejects]).encode(errors="replace")
        if not chunks:
            return
        after_row = chunks[-1]["at_row"]


def _headings(own: Sequence[str]) -> list[str]:
    """Ours, by another name where the file has a column of that name: then its own keeps it."""
    return [f"reject_{name}" if name in own else name for name in REJECT_COLUMNS]


def _row(reject: dict[str, Any], own: Sequence[str], language: str) -> list[str]:
    """One line a row, so that the file can be mended and sent again; of several faults, all are named."""
    faults = reject["faults"]
    columns = "; ".join(dict.fromkeys(column for column, *_ in faults if column))
    codes = "; ".join(dict.fromkeys(code for _, code, *_ in faults))
    messages = " ".join(_sentence(code, about, language) for _, code, about, _ in faults)
    originals = "; ".join(original for *_, original in faults if original)
    cells = reject["cells"]
    return [str(reject["row"]), columns, codes, messages, originals, *(_cell(cells.get(name)) for name in own)]


def _sentence(code: str, about: dict[str, Any], language: str) -> str:
    said = FIELD_RULES.get(code, FIELD_RULE_OTHER)
    return f"{said.message(language, about)} {said.remedy(language, about)}"


def _cell(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
