"""The sealed files of imports: the bytes as they were sent, and the same rows as lines where a format needs it."""

from collections.abc import AsyncIterable
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from services.collector.store.import_tables import ImportRun
from shared.files.kept import FileGoneError, KeptFile
from shared.files.sealed import SealedFiles

FOLDER = ("files", "collector", "imports")
FILE_BYTES_MAX = 2 * 1024 * 1024 * 1024
LINES_BYTES_MAX = 4 * 1024 * 1024 * 1024  # A workbook's rows, written out.


class ImportFiles:
    """Files of imports, each sealed under the import's key."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir.joinpath(*FOLDER)

    def of(self, tenant_id: UUID) -> SealedFiles:
        """The tenant's own folder."""
        return SealedFiles(self._root / tenant_id.hex)

    def tenants(self) -> list[UUID]:
        """Who has a folder here."""
        return [UUID(hex=folder.name) for folder in sorted(self._root.glob("[0-9a-f]" * 32))]

    async def write(
        self, whose: tuple[UUID, UUID], key: bytes, pieces: AsyncIterable[bytes], bytes_max: int
    ) -> KeptFile:
        """Keeps what is sent for a tenant's import. Raises FileTooLargeError, NoRoomError, FilesAwayError."""
        tenant_id, import_id = whose
        return await self.of(tenant_id).write(pieces, key, _where(import_id), bytes_max)

    def open_rows(self, run: ImportRun, key: bytes) -> BinaryIO:
        """The file that rows are read from. FileGoneError."""
        return self.open(run, run.rows_file_id or run.file_id, key)

    def open_upload(self, run: ImportRun, key: bytes) -> BinaryIO:
        """The file as it was sent. FileGoneError."""
        return self.open(run, run.file_id, key)

    def delete(self, run: ImportRun) -> None:
        """Takes away what the import had on disk."""
        for file_id in (run.file_id, run.rows_file_id):
            if file_id is not None:
                self.of(run.tenant_id).delete(file_id)

    def open(self, run: ImportRun, file_id: UUID | None, key: bytes) -> BinaryIO:
        """One of the import's files. FileGoneError."""
        if file_id is None:
            raise FileGoneError(str(run.id))
        return self.of(run.tenant_id).open(file_id, key, _where(run.id))


def _where(import_id: UUID) -> str:
    return f"import_file|{import_id}"
