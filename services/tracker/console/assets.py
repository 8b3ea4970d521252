"""The console's own files: styles and scripts, read once, named by their content so that browsers may keep them."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_DIGEST_CHARACTERS = 12


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire."""

    kind: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True)
class Assets:
    """All files. `digest` changes with any of them, so modules may import each other by plain names."""

    digest: str
    files: Mapping[str, Asset]

    def url(self, name: str) -> str:
        """Where a file is."""
        if name not in self.files:
            raise LookupError(name)
        return f"/console/static/{self.digest}/{name}"


@cache
def read_assets() -> Assets:
    """Reads the folder."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in KINDS)
    files = {str(path.relative_to(FOLDER)): _asset(path) for path in paths}
    whole = hashlib.sha256()
    for name, asset in files.items():
        whole.update(name.encode() + b"\0" + asset.plain)
    return Assets(whole.hexdigest()[:_DIGEST_CHARACTERS], files)


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    return Asset(KINDS[path.suffix], plain, gzip.compress(plain, mtime=0))
