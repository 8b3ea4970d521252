"""What a person does with an import: reads its file otherwise, tries it, starts it, ends it."""

from dataclasses import dataclass
from uuid import UUID

from services.collector.domain.import_states import MAY_CANCEL, MAY_CHANGE, MAY_START, ImportState
from services.collector.store import imports
from services.collector.store.import_chunks import drop_chunks
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring
from services.collector.use_cases.import_plan import ImportOptions, plan_of
from services.collector.use_cases.run_import import order_slice
from services.collector.use_cases.take_in_file import change_options
from shared.access.audit import AuditLine, Done
from shared.database import Tx


class UnknownImportError(Exception):
    """There is no such import."""


class WrongStateError(Exception):
    """The import does not stand where this can be done."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True)
class MoveImport:
    """The command: which import of which tenant."""

    tenant_id: UUID
    import_id: UUID


async def change_import(tx: Tx, keyring: Keyring, which: MoveImport, options: ImportOptions) -> Done[ImportRun]:
    """Has the file read in another way. Raises UnknownImportError, WrongStateError."""
    run = await _held(tx, which, MAY_CHANGE)
    await change_options(tx, keyring, run, options)
    return Done(await _now(tx, run), AuditLine("import.change", "import", run.id))


async def start_import(tx: Tx, keyring: Keyring, which: MoveImport, *, is_dry: bool) -> Done[ImportRun]:
    """Has the rows stored, or only counted. Raises UnknownImportError, WrongStateError."""
    run = await _held(tx, which, MAY_START)
    keys = await keyring.keys_of(tx, which.tenant_id)
    found = plan_of(imports.opened_plan(keys, run)).found
    if found is None:
        raise WrongStateError(run.state)
    await drop_chunks(tx, run)
    number = await imports.begin(tx, run, is_dry=is_dry, at=tuple(found.reading["start"][:2]))
    await imports.move(tx, run, ImportState.RUNNING)
    await order_slice(tx, run.tenant_id, run.id, number)
    line = AuditLine("import.dry_run" if is_dry else "import.start", "import", run.id)
    return Done(await _now(tx, run), line)


async def cancel_import(tx: Tx, _: Keyring, which: MoveImport) -> Done[ImportRun]:
    """Ends it; what is stored stays. The caller deletes the files. Raises UnknownImportError, WrongStateError."""
    run = await _held(tx, which, MAY_CANCEL)
    await imports.move(tx, run, ImportState.CANCELLED)
    await imports.set_files(tx, run, None, None, run.size_bytes)
    line = AuditLine("import.cancel", "import", run.id, before={"state": run.state}, detail={"rows": run.rows_read})
    run.state = ImportState.CANCELLED
    return Done(run, line)


async def _held(tx: Tx, which: MoveImport, states: frozenset[ImportState]) -> ImportRun:
    run = await imports.read_import(tx, which.tenant_id, which.import_id, locked=True)
    if run is None:
        raise UnknownImportError
    if run.state not in states:
        raise WrongStateError(run.state)
    return run


async def _now(tx: Tx, run: ImportRun) -> ImportRun:
    return await imports.read_import(tx, run.tenant_id, run.id) or run
