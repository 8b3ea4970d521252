"""The first rows of a file, as they would come in."""

from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.store.import_tables import ImportRun
from services.collector.use_cases.import_chunk import first_rows
from services.collector.use_cases.import_files import ImportFiles
from services.collector.use_cases.import_plan import PREVIEW_ROWS, Check, FileReader, FileRow, ImportPlan


class Previews:
    """Shows the first rows: they are read again each time, for nothing of them is kept in the clear."""

    def __init__(self, files: ImportFiles, reader: FileReader, check: Check) -> None:
        self._files = files
        self._reader = reader
        self._check = check

    def of(self, run: ImportRun, plan: ImportPlan, key: bytes) -> list[FileRow]:
        """Twenty rows with all that is wrong with them. Raises UnreadableFileError, FileGoneError."""
        with self._files.open_rows(run, key) as file:
            return first_rows(self._reader.rows(file, plan, None, Occurrences()), plan, self._check, PREVIEW_ROWS)
