"""What becomes of imports in time: files that nobody starts are deleted, and words of those that ended forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from services.collector.domain.import_states import ImportState
from services.collector.store import imports
from services.collector.store.import_chunks import drop_chunks
from services.collector.store.import_tables import ImportRun
from services.collector.use_cases.import_files import ImportFiles
from shared.clock import Clock, now
from shared.database import Database
from shared.files.kept import FilesAwayError
from shared.logs import get_log

FILES_KEPT = timedelta(days=3)  # Of an import that is not started; one that ends loses its file at once.
WORDS_KEPT = timedelta(days=30)  # The file's name, its columns, and the rejected rows.
ORPHANS_KEPT = timedelta(days=1)  # Files that no import names: a crash between the file and its row.
SWEEP_PAUSE_S = 3600.0

_log = get_log("imports")


@dataclass(frozen=True)
class ImportSweep:
    """A lane beside the jobs."""

    database: Database
    files: ImportFiles
    clock: Clock = now
    name: str = "jobs"

    async def run(self) -> None:
        """Sweeps once an hour until cancelled."""
        while True:
            try:
                swept = await self.sweep()
                if swept:
                    _log.info("imports_swept", count=swept)
            except FilesAwayError as error:
                _log.warning("files_away", error=str(error))
            await asyncio.sleep(SWEEP_PAUSE_S)

    async def sweep(self) -> int:
        """One turn over all tenants that have sent files; how many imports and files went."""
        swept = 0
        for tenant_id in await asyncio.to_thread(self.files.tenants):
            swept += await self._forget(tenant_id)
            before = self.clock() - ORPHANS_KEPT
            swept += await self.files.of(tenant_id).sweep(partial(self._named, tenant_id), before)
        return swept

    async def _forget(self, tenant_id: UUID) -> int:
        moment = self.clock()
        async with self.database.transaction(tenant_id) as tx:
            lying: list[ImportRun] = await imports.left_lying(tx, tenant_id, moment - FILES_KEPT)
            for run in lying:
                await imports.move(tx, run, ImportState.CANCELLED)
                await imports.set_files(tx, run, None, None, run.size_bytes)
            over = await imports.long_over(tx, tenant_id, moment - WORDS_KEPT)
            for run in over:
                await drop_chunks(tx, run)
                await imports.forget_words(tx, run)
        for run in lying:
            self.files.delete(run)
        return len(lying) + len(over)

    async def _named(self, tenant_id: UUID, file_ids: Sequence[UUID]) -> set[UUID]:
        async with self.database.transaction(tenant_id) as tx:
            return await imports.named_files(tx, tenant_id, file_ids)
