"""The job that finds out what an uploaded file is: once all of it is looked over, and before anything is stored."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from services.collector.channels.files.reading import UnreadableFileError
from services.collector.domain.import_states import ImportState
from services.collector.store import imports
from services.collector.store.homes import home_country
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring
from services.collector.use_cases.import_files import LINES_BYTES_MAX, ImportFiles
from services.collector.use_cases.import_plan import FileReader, Found, ImportPlan, plan_of
from shared.database import Database, Tx
from shared.files.kept import FileGoneError, KeptFile
from shared.messaging import jobs
from shared.messaging.jobs import Claim


@dataclass(frozen=True)
class _Seen:
    """What was found, or what is wrong; and the rows written out anew, for a format that needs it."""

    plan: ImportPlan
    found: Found | UnreadableFileError
    rows: KeptFile | None = None


@dataclass(frozen=True)
class LookIntoImport:
    """The job."""

    database: Database
    keyring: Keyring
    files: ImportFiles
    reader: FileReader

    async def __call__(self, claim: Claim) -> None:
        """Looks, and notes what was found, unless somebody has said something else meanwhile."""
        import_id = UUID(claim.args["import_id"])
        async with self.database.transaction(claim.tenant_id) as tx:
            run = await imports.read_import(tx, claim.tenant_id, import_id)
            keys = await self.keyring.keys_of(tx, claim.tenant_id)
            country = await home_country(tx, claim.tenant_id)
        seen = None
        if run is not None and run.state == ImportState.UPLOADED:
            plan, key = plan_of(imports.opened_plan(keys, run)), imports.import_key(keys, run)
            seen = await self._look(run, plan, key, country)
        async with self.database.transaction(claim.tenant_id) as tx:
            await jobs.hold(tx, claim)
            left_over = await self._note(tx, import_id, claim.tenant_id, seen) if seen else None
            await jobs.finish(tx, claim)
        if left_over is not None:
            self.files.of(claim.tenant_id).delete(left_over)

    async def _look(self, run: ImportRun, plan: ImportPlan, key: bytes, country: str) -> _Seen:
        rows: KeptFile | None = None
        try:
            file = await asyncio.to_thread(self.files.open_upload, run, key)
            with file:
                lines = await asyncio.to_thread(self.reader.lines_of, file, plan)
                if lines is None:
                    return _Seen(plan, await asyncio.to_thread(self.reader.look, file, plan, country))
                rows = await self.files.write((run.tenant_id, run.id), key, lines, LINES_BYTES_MAX)
            return _Seen(plan, await asyncio.to_thread(self._look_into, run, rows, key, plan, country), rows)
        except UnreadableFileError as error:
            return _Seen(plan, error, rows)
        except FileGoneError:
            return _Seen(plan, UnreadableFileError("file_gone"))

    def _look_into(self, run: ImportRun, rows: KeptFile, key: bytes, plan: ImportPlan, country: str) -> Found:
        with self.files.open(run, rows.id, key) as file:
            return self.reader.look(file, plan, country)

    async def _note(self, tx: Tx, import_id: UUID, tenant_id: UUID, seen: _Seen) -> UUID | None:
        """The file that is of no use any more, if there is one."""
        run = await imports.read_import(tx, tenant_id, import_id, locked=True)
        keys = await self.keyring.keys_of(tx, tenant_id)
        fresh = seen.rows.id if seen.rows else None
        if run is None or run.state != ImportState.UPLOADED:
            return fresh
        plan = plan_of(imports.opened_plan(keys, run))
        if plan.options != seen.plan.options:
            return fresh
        if isinstance(seen.found, UnreadableFileError):
            await imports.set_plan(tx, keys, run, replace(plan, fault_about=dict(seen.found.about)).document())
            await imports.move(tx, run, ImportState.FAILED, seen.found.code)
            return fresh
        if seen.rows is not None:
            await imports.set_files(tx, run, run.file_id, seen.rows.id, seen.rows.size_bytes)
        await imports.set_plan(tx, keys, run, replace(plan, found=seen.found).document())
        await imports.move(tx, run, ImportState.READY)
        return run.rows_file_id if seen.rows else None
