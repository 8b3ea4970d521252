"""The import's job: chunk after chunk for a few seconds, then a fresh job goes on. Killed anywhere, it resumes exactly.

Reading, mapping and masking go on in a thread while the database stores the chunk before.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from services.collector.channels.files.reading import Position, UnreadableFileError
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.domain.import_states import Counts, ImportState
from services.collector.store import imports
from services.collector.store.import_chunks import drop_chunks, drop_digests, walk_digests
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring
from services.collector.store.lost_race import LostRaceError
from services.collector.use_cases.import_chunk import Chunk, Chunks
from services.collector.use_cases.import_files import ImportFiles
from services.collector.use_cases.import_plan import Check, FileReader, ImportPlan, plan_of
from services.collector.use_cases.store_chunk import ChunkStep, Link, OvertakenError, store_chunk
from shared.access.audit import AuditLine, write
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.clock import Clock, now
from shared.crypto import SealBrokenError
from shared.database import Database, Tx, is_transient
from shared.files.kept import FileGoneError
from shared.messaging import jobs
from shared.messaging.jobs import Claim, StaleLeaseError, TryLaterError

RUN_IMPORT = "run_import"
SLICE_S = 2.0  # Other jobs of this process wait no longer than this; a lease is many times as long.
SHUT_PAUSE_S = 60.0
RACES_MAX = 5
OPEN_AT_ONCE_MAX = 4


@dataclass
class _Open:
    """A file that is being read, between slices."""

    file: BinaryIO
    chunks: Chunks
    position: Position


@dataclass(frozen=True)
class Importing:
    """What the import's jobs work with."""

    database: Database
    keyring: Keyring
    files: ImportFiles
    reader: FileReader
    check: Check
    link: Link
    kick_relay: Callable[[], None]
    clock: Clock = now
    slice_s: float = SLICE_S


class ImportRunner:
    """Runs imports, a slice of one for each job."""

    def __init__(self, parts: Importing) -> None:
        self._parts = parts
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="imports")
        self._open: OrderedDict[UUID, _Open] = OrderedDict()

    async def __call__(self, claim: Claim) -> None:
        """The job. What cannot be read ends the import; what may pass is tried again."""
        import_id = UUID(claim.args["import_id"])
        try:
            await self._slice(claim, import_id)
        except OvertakenError:
            self._close(import_id)
            await self._finish(claim)
        except (UnreadableFileError, SealBrokenError, FileGoneError) as error:
            self._close(import_id)
            await self._fail(claim, import_id, error)
        except BaseException:
            self._close(import_id)
            raise

    async def _slice(self, claim: Claim, import_id: UUID) -> None:
        run, opened = await self._resumed(claim, import_id)
        actor = _actor_of(run)
        deadline = time.monotonic() + self._parts.slice_s
        reading = self._read(opened)
        goes_on, last = True, time.perf_counter()
        try:
            while goes_on:
                chunk = await reading
                if not chunk.rows:
                    await self._complete(claim, run)
                    return
                begins, opened.position = opened.position, chunk.position
                goes_on = time.monotonic() < deadline
                if goes_on:
                    reading = self._read(opened)
                busy_s, last = time.perf_counter() - last, time.perf_counter()
                await self._store(ChunkStep(claim, actor, import_id, chunk, begins, self._parts.clock(), busy_s))
        finally:
            reading.cancel()
        await self._go_on(claim, run)

    def _read(self, opened: _Open) -> "asyncio.Future[Chunk]":
        return asyncio.get_running_loop().run_in_executor(self._threads, opened.chunks.next, opened.position)

    async def _resumed(self, claim: Claim, import_id: UUID) -> tuple[ImportRun, _Open]:
        """Where the import stands. What this process has open is gone on with, if it stands there, too."""
        parts = self._parts
        async with parts.database.transaction(claim.tenant_id) as tx:
            if await imports.is_shut(tx, claim.tenant_id):
                raise TryLaterError(SHUT_PAUSE_S)
            run = await imports.read_import(tx, claim.tenant_id, import_id)
            if run is None or run.state != ImportState.RUNNING or run.slice != claim.args["slice"]:
                raise OvertakenError
            known = self._open.get(import_id)
            if known is not None and known.position[:2] == (run.at_byte, run.at_row):
                return run, known
            self._close(import_id)
            keys = await parts.keyring.keys_of(tx, claim.tenant_id)
            plan, key = plan_of(imports.opened_plan(keys, run)), imports.import_key(keys, run)
            met = Occurrences([digests async for digests in walk_digests(tx, run)])
        opened = await asyncio.to_thread(self._opened, run, plan, key, met)
        self._open[import_id] = opened
        while len(self._open) > OPEN_AT_ONCE_MAX:
            self._close(next(iter(self._open)))
        return run, opened

    def _opened(self, run: ImportRun, plan: ImportPlan, key: bytes, met: Occurrences) -> _Open:
        parts, position = self._parts, Position(run.at_byte, run.at_row)
        file = parts.files.open_rows(run, key)
        rows = parts.reader.rows(file, plan, position if run.at_row else None, met)
        return _Open(file, Chunks(rows, plan, parts.check, met, masks=not run.is_dry), position)

    async def _store(self, step: ChunkStep) -> None:
        """One chunk; one that the database does not take is halved until the row that it cannot hold stands alone."""
        parts = self._parts
        for tried in range(RACES_MAX):
            try:
                async with parts.database.transaction(step.claim.tenant_id) as tx:
                    await store_chunk(tx, parts.keyring, parts.link, step)
            except LostRaceError:
                if tried == RACES_MAX - 1:
                    raise
                continue
            except (OvertakenError, StaleLeaseError):
                raise
            except Exception as error:
                if is_transient(error):
                    raise
                for part in step.halves():
                    await self._store(part)
            parts.kick_relay()
            return

    async def _go_on(self, claim: Claim, run: ImportRun) -> None:
        async with self._parts.database.transaction(claim.tenant_id) as tx:
            await order_slice(tx, run.tenant_id, run.id, await imports.next_slice(tx, run))
            await jobs.finish(tx, claim)

    async def _complete(self, claim: Claim, run: ImportRun) -> None:
        self._close(run.id)
        async with self._parts.database.transaction(claim.tenant_id) as tx:
            locked = await imports.read_import(tx, claim.tenant_id, run.id, locked=True)
            if locked is not None and locked.state == ImportState.RUNNING:
                await (self._end_dry(tx, locked) if locked.is_dry else self._end(tx, locked))
            await jobs.finish(tx, claim)
        if locked is not None and not locked.is_dry:
            self._parts.files.delete(locked)

    async def _end(self, tx: Tx, run: ImportRun) -> None:
        await imports.move(tx, run, ImportState.DONE)
        await imports.set_files(tx, run, None, None, run.size_bytes)
        await drop_digests(tx, run)
        counted = counts_of(run)
        line = AuditLine("import.done", "import", run.id, detail=vars(counted))
        await write(tx, run.begun_by, {run.tenant_id: line})

    async def _end_dry(self, tx: Tx, run: ImportRun) -> None:
        await imports.keep_dry_counts(tx, run, counts_of(run))
        await imports.move(tx, run, ImportState.READY)
        await drop_chunks(tx, run)

    async def _fail(self, claim: Claim, import_id: UUID, error: Exception) -> None:
        code = error.code if isinstance(error, UnreadableFileError) else "file_gone"
        about = error.about if isinstance(error, UnreadableFileError) else {}
        parts = self._parts
        async with parts.database.transaction(claim.tenant_id) as tx:
            run = await imports.read_import(tx, claim.tenant_id, import_id, locked=True)
            if run is not None and run.state == ImportState.RUNNING:
                keys = await parts.keyring.keys_of(tx, claim.tenant_id)
                plan = {**imports.opened_plan(keys, run), "fault_about": dict(about)}
                await imports.set_plan(tx, keys, run, plan)
                await imports.move(tx, run, ImportState.FAILED, code)
            await jobs.finish(tx, claim)

    async def _finish(self, claim: Claim) -> None:
        async with self._parts.database.transaction(claim.tenant_id) as tx:
            await jobs.finish(tx, claim)

    def _close(self, import_id: UUID) -> None:
        """Lets go of the file; a thread that still reads it fails, and nobody asks for what it read."""
        opened = self._open.pop(import_id, None)
        if opened is not None:
            opened.file.close()


async def order_slice(tx: Tx, tenant_id: UUID, import_id: UUID, number: int) -> None:
    """Puts the job down that does the next slice."""
    args = {"import_id": str(import_id), "slice": number}
    await jobs.put(tx, tenant_id, RUN_IMPORT, dedupe_key=f"{import_id}:{number}", args=args)


def counts_of(run: ImportRun) -> Counts:
    """An import's counts."""
    return Counts(run.rows_read, run.new_rows, run.duplicate_rows, run.invalid_rows, run.repeated_rows)


def _actor_of(run: ImportRun) -> Actor:
    """Whoever began it, as far as storing asks."""
    return Actor(run.tenant_id, run.id, Kind.SECRET, run.begun_by, frozenset())
