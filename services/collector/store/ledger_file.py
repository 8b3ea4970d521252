"""The erasure ledger as a file: a restored database does not know what was erased after its backup was made."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.collector.domain.erasure import ErasureKind, ErasureReason, LedgerEntry
from shared.logs import get_log

_log = get_log("ledger")


def read_ledger_file(path: Path) -> list[LedgerEntry]:
    """What the file holds. A line that a crash cut off is left out; the database has its erasure."""
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if line.strip():
            try:
                entries.append(_entry(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                _log.error("ledger_line_unreadable", line=number)
    return entries


def append_to_ledger_file(path: Path, entries: Sequence[LedgerEntry]) -> None:
    """Adds erasures; returns once they are on disk. Each begins a new line, whatever a crash has left of the last."""
    if not entries:
        return
    lines = "".join(f"\n{json.dumps(_document(entry))}\n" for entry in entries)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _document(entry: LedgerEntry) -> dict[str, object]:
    return {
        "id": str(entry.id),
        "tenant_id": str(entry.tenant_id),
        "kind": entry.kind,
        "subject_id": str(entry.subject_id),
        "marks": entry.marks,
        "reason": entry.reason,
        "erased_at": entry.erased_at.isoformat(),
    }


def _entry(document: dict[str, object]) -> LedgerEntry:
    marks = document["marks"]
    if not isinstance(marks, list):
        raise TypeError("marks are a list")
    return LedgerEntry(
        id=UUID(str(document["id"])),
        tenant_id=UUID(str(document["tenant_id"])),
        kind=ErasureKind(str(document["kind"])),
        subject_id=UUID(str(document["subject_id"])),
        marks=tuple((str(kind), str(index)) for kind, index in marks),
        reason=ErasureReason(str(document["reason"])),
        erased_at=datetime.fromisoformat(str(document["erased_at"])),
    )
