"""What the collector's doors work with; put together in `main.py`."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.collector.api.uploads import Uploads
from services.collector.store.keyring import Keyring
from services.collector.use_cases.group_commit import GroupWriter
from services.collector.use_cases.import_files import ImportFiles
from services.collector.use_cases.import_plan import FileReader
from services.collector.use_cases.mask_intakes import Masking
from services.collector.use_cases.replay_erasures import ErasureLedger
from services.collector.use_cases.take_file import FilesOf, TakeFile
from shared.clock import Clock, now
from shared.database import Database
from shared.messaging.lanes import Kick


@dataclass(frozen=True)
class Context:
    """The collector's parts."""

    database: Database
    carrier: Database
    keyring: Keyring
    ledger: ErasureLedger
    kick_relay: Kick
    writer: GroupWriter
    files_of: FilesOf
    take_file: TakeFile
    kick_jobs: Kick
    import_files: ImportFiles
    file_reader: FileReader
    public_url: str | None = None
    kick_mailboxes: Kick = field(default_factory=Kick)
    clock: Clock = now
    masking: Masking = field(default_factory=Masking)
    uploads: Uploads = field(default_factory=Uploads)

    def receipt_url(self, code: str) -> str | None:
        """Where the holder of a receipt looks; None while nobody has said where customers reach us."""
        return f"{self.public_url}/receipts/{code}" if self.public_url else None


async def context_of(request: Request) -> Context:
    """The parts of the application that answers this request."""
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(context_of)]
