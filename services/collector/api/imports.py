"""/v1/feedback/imports: files on their way in: sent, looked into, tried, started, followed, ended."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from services.collector.api.context import Context, Here
from services.collector.api.import_bodies import intake_or_faults
from services.collector.api.import_options import ImportOptionsIn, UploadAsked
from services.collector.api.import_rejects import may_see_words
from services.collector.api.import_schema import (
    ImportOut,
    ImportSeenOut,
    ImportsOut,
    PreviewRowOut,
    fault_out,
    import_out,
)
from services.collector.channels.files.reading import UnreadableFileError
from services.collector.store import imports
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring
from services.collector.use_cases.import_plan import ImportPlan, plan_of
from services.collector.use_cases.move_import import (
    MoveImport,
    UnknownImportError,
    WrongStateError,
    cancel_import,
    change_import,
    start_import,
)
from services.collector.use_cases.preview_import import Previews
from services.collector.use_cases.take_in_file import keep_upload, take_in_file
from shared.access.audit import Done, perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.database import Tx
from shared.files.kept import FileGoneError, FilesAwayError, FileTooLargeError, NoRoomError
from shared.paging import Place
from shared.web.doors import requires
from shared.web.idempotency import Once, OnceAsked
from shared.web.limits import too_large
from shared.web.pages import Page
from shared.web.problems import Problem, language_of
from shared.web.routing import Router

UPLOAD_PATH = "/v1/feedback/imports"
Importer = Annotated[Actor, Depends(requires(Scope.FEEDBACK_WRITE))]
Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ))]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Move = Callable[[Tx, Keyring, MoveImport], Awaitable[Done[ImportRun]]]
router = Router(prefix=UPLOAD_PATH, tags=["imports"])


@router.post("", status_code=201, openapi_extra=_FILE)
async def post_import(
    request: Request, here: Here, actor: Importer, asked: Annotated[UploadAsked, Query()]
) -> ImportOut:
    """Takes a file in, as the request's body, and has it looked into. Nothing of it is stored before it is started."""
    try:
        upload = await keep_upload(here.import_files, actor.tenant_id, request.stream())
    except FileTooLargeError as error:
        raise too_large(error.bytes_max) from None
    except NoRoomError:
        raise Problem("no_room", 507) from None
    except FilesAwayError:
        raise Problem("unavailable", 503) from None
    plan = asked.to_plan()
    work = partial(take_in_file, keyring=here.keyring, actor=actor, upload=upload, plan=plan)
    run = await perform(here.database, actor, work)
    here.kick_jobs()
    return import_out(run, plan, language_of(request))


@router.get("")
async def get_imports(request: Request, here: Here, actor: Reader, page: Page) -> ImportsOut:
    """Imports, newest first."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await imports.list_imports(tx, actor.tenant_id, page.place(actor), page.rows_max)
        plans = {run.id: await _plan(tx, here, run) for run in found}
    shown, following = page.turn(actor, found, lambda run: Place(run.created_at, run.id))
    items = [import_out(run, plans[run.id], language_of(request)) for run in shown]
    return ImportsOut(items=items, next=following)


@router.get("/{import_id}")
async def get_import(import_id: UUID, request: Request, here: Here, actor: Reader) -> ImportSeenOut:
    """One import: how far it is, what the file was taken for, and its first rows."""
    async with here.database.transaction(actor.tenant_id) as tx:
        run = await imports.read_import(tx, actor.tenant_id, import_id)
        if run is None:
            raise Problem("not_found", 404)
        plan = await _plan(tx, here, run)
        key = imports.import_key(await here.keyring.keys_of(tx, actor.tenant_id), run) if plan else b""
    language = language_of(request)
    preview = await _preview(here, run, plan, key, language) if may_see_words(actor, run) else None
    return ImportSeenOut(**import_out(run, plan, language).model_dump(), preview=preview)


@router.patch("/{import_id}")
async def patch_import(
    import_id: UUID, asked: ImportOptionsIn, request: Request, here: Here, actor: Importer
) -> ImportOut:
    """Has the file read in another way: all options anew. It is looked into again; what is left out is guessed."""

    async def work(tx: Tx) -> Done[tuple[ImportRun, ImportPlan | None]]:
        which = MoveImport(actor.tenant_id, import_id)
        done = await _refusing(change_import(tx, here.keyring, which, asked.to_options()))
        return Done((done.value, await _plan(tx, here, done.value)), done.line)

    run, plan = await perform(here.database, actor, work)
    here.kick_jobs()
    return import_out(run, plan, language_of(request))


@router.post("/{import_id}:start")
async def post_import_start(import_id: UUID, here: Here, actor: Importer, once: Once) -> ImportOut:
    """Stores the rows, as a job. A row that is known is not stored again."""
    return await _moved(here, actor, once, partial(start_import, is_dry=False), import_id)


@router.post("/{import_id}:dry-run")
async def post_import_dry_run(import_id: UUID, here: Here, actor: Importer, once: Once) -> ImportOut:
    """Counts what storing would do, over the whole file, and stores nothing; the counts stand in `dry_counts`."""
    return await _moved(here, actor, once, partial(start_import, is_dry=True), import_id)


@router.post("/{import_id}:cancel")
async def post_import_cancel(import_id: UUID, here: Here, actor: Importer, once: Once) -> ImportOut:
    """Ends an import; the rows that are stored stay, and the file is deleted."""
    ended: list[ImportRun] = []

    async def cancel(tx: Tx, keyring: Keyring, which: MoveImport) -> Done[ImportRun]:
        done = await cancel_import(tx, keyring, which)
        ended.append(done.value)
        return done

    shown = await _moved(here, actor, once, cancel, import_id)
    for run in ended:
        await asyncio.to_thread(here.import_files.delete, run)
    return shown


async def _moved(here: Context, actor: Actor, once: OnceAsked, work: Move, import_id: UUID) -> ImportOut:
    which = MoveImport(actor.tenant_id, import_id)

    async def moved(tx: Tx) -> Done[tuple[ImportRun, ImportPlan | None]]:
        done = await _refusing(work(tx, here.keyring, which))
        return Done((done.value, await _plan(tx, here, done.value)), done.line)

    shown = await once.perform(here.database, actor, moved, lambda seen: import_out(*seen, once.language))
    here.kick_jobs()
    return shown


async def _refusing(work: Awaitable[Done[ImportRun]]) -> Done[ImportRun]:
    try:
        return await work
    except UnknownImportError:
        raise Problem("not_found", 404) from None
    except WrongStateError as error:
        raise Problem("wrong_import_state", 409, about={"state": error.state}) from None


async def _plan(tx: Tx, here: Context, run: ImportRun) -> ImportPlan | None:
    document = imports.opened_plan(await here.keyring.keys_of(tx, run.tenant_id), run)
    return plan_of(document) if document else None


async def _preview(
    here: Context, run: ImportRun, plan: ImportPlan | None, key: bytes, language: str
) -> list[PreviewRowOut] | None:
    """The first rows, read again each time: nothing of them is kept in the clear."""
    if plan is None or plan.found is None or run.file_id is None:
        return None
    previews = Previews(here.import_files, here.file_reader, intake_or_faults)
    try:
        rows = await asyncio.to_thread(previews.of, run, plan, key)
    except (FileGoneError, UnreadableFileError):  # It ended a moment ago, or has ended by what it is.
        return None
    return [
        PreviewRowOut(
            row=row.number,
            feedback=row.body,
            faults=[
                fault_out(fault.code, dict(fault.about), language, column=fault.column, original=fault.original)
                for fault in row.faults
            ],
        )
        for row in rows
    ]
