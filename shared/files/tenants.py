"""Each tenant's files in a folder of their own, so that a tenant can be swept, counted and moved by itself."""

from pathlib import Path
from uuid import UUID

from shared.files.sealed import SealedFiles


class FilesByTenant:
    """The folders below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(self, tenant_id: UUID) -> SealedFiles:
        """The tenant's files. Cheap: a folder is made when the first file is written."""
        return SealedFiles(self._root / tenant_id.hex)
