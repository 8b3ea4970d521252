"""Sees to it that a database which was restored from a backup erases again what was erased since."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from services.collector.domain.erasure import LedgerEntry
from services.collector.store.erasures import customers_with, forgotten_tenants, read_ledger
from services.collector.store.keyring import Keyring
from services.collector.store.ledger_file import append_to_ledger_file, read_ledger_file
from services.collector.use_cases.erase import ErasedNow, carry_out
from shared.access.audit import Done, perform
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.database import Database, Tx
from shared.ids import new_id
from shared.logs import get_log

LEDGER_FILE = "erasures.jsonl"

_log = get_log("ledger")


class ErasureLedger:
    """The ledger's two copies, in the database and in a file, and what one of them lacks."""

    def __init__(self, folder: Path, database: Database, carrier: Database, keyring: Keyring) -> None:
        self._path = folder / LEDGER_FILE
        self._database, self._carrier, self._keyring = database, carrier, keyring
        self._is_replayed = False
        self._replaying = asyncio.Lock()

    async def write_down(self, entry: LedgerEntry) -> None:
        """Adds an erasure that has been committed to the file. A full disk costs nothing but time: see `replay`."""
        try:
            await asyncio.to_thread(append_to_ledger_file, self._path, [entry])
        except OSError as error:
            _log.error("ledger_file_unwritten", error=type(error).__name__)

    async def replay(self) -> None:
        """Once in a process: erases what only the file knows of, and writes down what only the database does."""
        async with self._replaying:
            if self._is_replayed:
                return
            known = await read_ledger(self._carrier)
            written = await asyncio.to_thread(read_ledger_file, self._path)
            done, noted = {_key(entry) for entry in known}, {_key(entry) for entry in written}
            gone = await forgotten_tenants(self._carrier)
            for entry in written:
                if _key(entry) not in done and entry.tenant_id not in gone:
                    await self._erase_again(entry)
            lacking = [entry for entry in known if _key(entry) not in noted]
            await asyncio.to_thread(append_to_ledger_file, self._path, lacking)
            self._is_replayed = True

    async def _erase_again(self, entry: LedgerEntry) -> None:
        actor = Actor(entry.tenant_id, entry.id, Kind.OPERATOR, "erasure ledger", frozenset())
        async with self._database.transaction(entry.tenant_id) as tx:
            others = await customers_with(tx, entry.tenant_id, entry.marks, entry.erased_at)
        for subject_id in [entry.subject_id, *(other for other in others if other != entry.subject_id)]:
            again = entry if subject_id == entry.subject_id else replace(entry, id=new_id(), subject_id=subject_id)
            await perform(self._database, actor, partial(_carry_out, keyring=self._keyring, entry=again))
        _log.info("erased_again", kind=entry.kind, subject=str(entry.subject_id))


async def _carry_out(tx: Tx, keyring: Keyring, entry: LedgerEntry) -> Done[ErasedNow]:
    return await carry_out(tx, keyring, entry, new_id().hex)


def _key(entry: LedgerEntry) -> tuple[UUID, UUID]:
    return entry.tenant_id, entry.subject_id
