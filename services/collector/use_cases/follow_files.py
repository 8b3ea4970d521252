"""What becomes of files in time: bound to their feedback when it comes, given up when it does not, swept when lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from services.collector.domain.attaching import is_over
from services.collector.store import attachments
from services.collector.store.attachment_keys import KeyGoneError
from services.collector.store.attachment_tables import Attachment
from services.collector.store.keyring import Keyring
from services.collector.use_cases.take_file import FilesOf, bind
from shared.access import audit
from shared.access.audit import AuditLine
from shared.clock import Clock, now
from shared.database import Database, Tx
from shared.files.kept import FilesAwayError
from shared.logs import get_log
from shared.messaging import jobs
from shared.messaging.jobs import Claim, TryLaterError

FOLLOW_PAUSE_MIN_S = 2.0
FOLLOW_PAUSE_MAX_S = 3600.0
SWEEP_PAUSE_S = 3600.0
# A file without a row is a crash's leftover, and sealed; no hurry, lest a wrong database costs a right folder.
ORPHAN_AGE = timedelta(days=7)

_log = get_log("files")


@dataclass(frozen=True)
class FollowFiles:
    """The jobs about files."""

    database: Database
    keyring: Keyring
    files_of: FilesOf
    clock: Clock = now

    async def follow(self, claim: Claim) -> None:
        """Looks after one attachment until it has its bytes and its feedback, or is given up."""
        attachment_id, given_up = UUID(claim.dedupe_key), []
        async with self.database.transaction(claim.tenant_id) as tx:
            held = await attachments.hold(tx, claim.tenant_id, attachment_id)
            if held is not None and not await self._is_settled(tx, held):
                if not self._is_over(held):
                    raise TryLaterError(_pause_s(held, self.clock()))
                given_up = await attachments.drop(tx, claim.tenant_id, attachment_id)
                line = AuditLine("attachment.give_up", "attachment", attachment_id, {"files": len(given_up)})
                await audit.write(tx, "collector", {claim.tenant_id: line})
            await jobs.finish(tx, claim)
        self._delete(claim.tenant_id, given_up)

    async def delete(self, claim: Claim) -> None:
        """Deletes the files of whoever was erased. Their key is gone already, and what fails here is tried again."""
        self._delete(claim.tenant_id, [UUID(file_id) for file_id in claim.args["files"]])
        async with self.database.transaction(claim.tenant_id) as tx:
            await jobs.finish(tx, claim)

    async def _is_settled(self, tx: Tx, held: Attachment) -> bool:
        try:
            is_bound = await bind(tx, self.keyring, held)
        except KeyGoneError:  # The person was erased, and the row goes with them.
            return True
        return is_bound and held.file_id is not None

    def _is_over(self, held: Attachment) -> bool:
        is_stored = held.file_id is not None
        return is_over(asked_at=held.asked_at, is_stored=is_stored, moment=self.clock())

    def _delete(self, tenant_id: UUID, file_ids: Sequence[UUID]) -> None:
        files = self.files_of(tenant_id)
        for file_id in file_ids:
            files.delete(file_id)


@dataclass(frozen=True)
class FileSweep:
    """A lane beside the jobs: deletes what no row names, and folders of tenants that were forgotten."""

    root: Path
    database: Database
    files_of: FilesOf
    clock: Clock = now
    name: str = "jobs"

    async def run(self) -> None:
        """Sweeps once an hour until cancelled."""
        while True:
            try:
                swept = await self.sweep()
                if swept:
                    _log.info("files_swept", count=swept)
            except FilesAwayError as error:
                _log.warning("files_away", error=str(error))
            await asyncio.sleep(SWEEP_PAUSE_S)

    async def sweep(self) -> int:
        """One turn over all tenants; how many files went."""
        swept = 0
        for tenant_id in await asyncio.to_thread(_tenants, self.root):
            is_named = partial(self._named, tenant_id)
            swept += await self.files_of(tenant_id).sweep(is_named, self.clock() - ORPHAN_AGE)
        return swept

    async def _named(self, tenant_id: UUID, file_ids: Sequence[UUID]) -> set[UUID]:
        async with self.database.transaction(tenant_id) as tx:
            return await attachments.named(tx, tenant_id, file_ids)


def _tenants(root: Path) -> list[UUID]:
    return [UUID(hex=folder.name) for folder in sorted(root.glob("[0-9a-f]" * 32))]


def _pause_s(held: Attachment, moment: datetime) -> float:
    """As long again as it has waited: soon at first, once an hour at last."""
    waited_s = (moment - held.asked_at).total_seconds()
    return min(max(waited_s, FOLLOW_PAUSE_MIN_S), FOLLOW_PAUSE_MAX_S)
