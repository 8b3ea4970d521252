"""Killed anywhere, an import goes on where it stood: hardly a row is read again, none is stored twice, none is lost."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO
from uuid import UUID

import pytest

from services.collector.api.import_bodies import intake_or_faults
from services.collector.channels.files.reading import Position
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.store.keyring import Keyring
from services.collector.use_cases.import_chunk import CHUNK_ROWS_MAX
from services.collector.use_cases.import_files import ImportFiles
from services.collector.use_cases.import_plan import FileRow, ImportPlan
from services.collector.use_cases.import_reader import EveryFile
from services.collector.use_cases.look_into_import import LookIntoImport
from services.collector.use_cases.run_import import RUN_IMPORT, Importing, ImportRunner
from services.collector.use_cases.take_in_file import LOOK_INTO_IMPORT
from shared.clock import now
from shared.crypto import read_master_key
from shared.database import Database
from shared.messaging.jobs import Claim, TryLaterError
from tests.collector.imports.office import IMPORTS, office
from tests.house_of_test import House

_TAKE = """
UPDATE job SET fence = fence + 1, locked_until = now() + interval '1 minute'
WHERE tenant_id = $1 AND kind = $2 AND done_at IS NULL
RETURNING id, args::text AS args, fence, tries, dedupe_key
"""
ROWS = 4_000
# Every second row says the same as another: only how-manieth it is tells them apart.
CONTENT = "text\n" + "".join(f"the heater trips {number % (ROWS // 2)}\n" for number in range(ROWS))


class CountedFile(EveryFile):
    """Counts the rows that are read."""

    read = 0

    def rows(
        self, file: BinaryIO, plan: ImportPlan, start: Position | None, occurrences: Occurrences
    ) -> Iterator[FileRow]:
        for row in super().rows(file, plan, start, occurrences):
            self.read += 1
            yield row


class Killed(BaseException):
    """As sudden as kill -9: nobody expects it."""


class Mortal:
    """Links nothing, and dies at the n-th chunk, before its commit."""

    def __init__(self) -> None:
        self.left = 0

    async def __call__(self, *_: object) -> int:
        self.left -= 1
        if self.left == 0:
            raise Killed
        return 0


async def claim_of(house: House, tenant_id: UUID, kind: str) -> Claim | None:
    """A job of the tenant, taken over by whoever asks."""
    async with house.query("collector", "carrier") as carrier:
        row = await carrier.fetchrow(_TAKE, tenant_id, kind)
    if row is None:
        return None
    return Claim(tenant_id, row["id"], kind, row["dedupe_key"], json.loads(row["args"]), row["fence"], row["tries"])


class Workshop:
    """Processes that work at one import and die: each begins with nothing in memory."""

    def __init__(self, house: House, tenant_id: UUID, database: Database) -> None:
        self._house, self._tenant_id, self._database = house, tenant_id, database
        self.reader, self.link = CountedFile(), Mortal()
        self._files = ImportFiles(house.data.root)

    async def look(self) -> None:
        claim = await claim_of(self._house, self._tenant_id, LOOK_INTO_IMPORT)
        assert claim is not None
        await LookIntoImport(self._database, self._keyring(), self._files, self.reader)(claim)

    async def work(self, *, dies_at_chunk: int = 0) -> bool:
        """One process, until the import ends or it dies; False when there was nothing to do."""
        self.link.left = dies_at_chunk
        parts = Importing(
            database=self._database,
            keyring=self._keyring(),
            files=self._files,
            reader=self.reader,
            check=intake_or_faults,
            link=self.link,
            kick_relay=lambda: None,
        )
        runner, has_worked = ImportRunner(parts), False
        while claim := await claim_of(self._house, self._tenant_id, RUN_IMPORT):
            has_worked = True
            try:
                await runner(claim)
            except Killed:
                break
        return has_worked

    def _keyring(self) -> Keyring:
        return Keyring(read_master_key(self._house.data.keys / "master.key"))


@pytest.fixture
async def database(house: House) -> AsyncIterator[Database]:
    opened = Database(house.url("collector", "app"))
    await opened.open()
    yield opened
    await opened.close()


async def test_killed_twice_each_row_is_stored_once_and_hardly_one_read_again(
    house: House, tenant_id: UUID, database: Database
) -> None:
    async with office(house, tenant_id, lanes="api") as us:
        shop = Workshop(house, tenant_id, database)
        made = await us.send(CONTENT)
        await shop.look()
        await us.client.post(f"{IMPORTS}/{made['id']}:start")
        await shop.work(dies_at_chunk=3)
        before = await us.read(made["id"])
        assert before["counts"]["rows"] == await us.stored() == 2 * CHUNK_ROWS_MAX
        await shop.work(dies_at_chunk=2)
        await shop.work()
        done = await us.read(made["id"])
        assert (done["state"], done["counts"]["new"], await us.stored()) == ("done", ROWS, ROWS)
        # What a process had read ahead when it died: the chunk under way, and the one behind it.
        assert shop.reader.read <= ROWS + 2 * 2 * CHUNK_ROWS_MAX


async def test_a_suspended_tenant_waits_and_a_cancelled_import_ends(
    house: House, tenant_id: UUID, database: Database
) -> None:
    async with office(house, tenant_id, lanes="api") as us:
        shop = Workshop(house, tenant_id, database)
        made = await us.send(CONTENT)
        await shop.look()
        await us.client.post(f"{IMPORTS}/{made['id']}:start")
        await house.know_tenant(tenant_id)
        shut = "UPDATE credential SET revoked_at = $2 WHERE id = $1 AND kind = 'tenant'"
        async with house.query("collector") as owner:
            await owner.execute(shut, tenant_id, now())
            with pytest.raises(TryLaterError):
                await shop.work()
            await owner.execute(shut, tenant_id, None)
        assert await us.stored() == 0
        answer = await us.client.post(f"{IMPORTS}/{made['id']}:cancel")
        assert answer.json()["state"] == "cancelled"
        await shop.work()
        assert await us.stored() == 0
        assert list((house.data.root / "files" / "collector" / "imports" / tenant_id.hex).rglob("*.sealed")) == []
        assert (await us.client.post(f"{IMPORTS}/{made['id']}:start")).status_code == 409
