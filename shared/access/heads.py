"""The ends of the audit chains, noted in a file outside the database: who cuts off a chain's end must change both."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

# Of days before these, the last head of each tenant is kept.
WHOLE_DAYS = 2


@dataclass(frozen=True)
class Head:
    """The last line of a tenant's chain at some moment."""

    at: datetime
    tenant_id: UUID
    seq: int
    hash: bytes

    def written(self) -> str:
        """The head as a line of the file."""
        known = {"at": self.at.isoformat(), "tenant_id": str(self.tenant_id), "seq": self.seq, "hash": self.hash.hex()}
        return json.dumps(known) + "\n"


@dataclass(frozen=True)
class Heads:
    """The file of one service, `DATA/audit/<service>.heads`: one JSON object a line, added to and thinned by day."""

    path: Path

    def note(self, heads: Sequence[Head]) -> None:
        """Adds heads. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        lines = "".join(head.written() for head in heads)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(lines)

    def read(self) -> Iterator[Head]:
        """Every head that was noted, oldest first. A line that is no head is passed over: a crash may have cut it."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                head = _head(line)
                if head is not None:
                    yield head

    def thin(self, today: date) -> None:
        """Keeps of older days the last head of each tenant, so that the file grows by days and not by deeds."""
        edge = today - timedelta(days=WHOLE_DAYS)
        kept: dict[tuple[UUID, date] | tuple[UUID, int], Head] = {}
        many = 0
        for head in self.read():
            many += 1
            kept[(head.tenant_id, head.at.date()) if head.at.date() < edge else (head.tenant_id, head.seq)] = head
        if len(kept) == many:
            return
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        Heads(draft).note(sorted(kept.values(), key=lambda head: head.at))
        draft.replace(self.path)


def _head(line: str) -> Head | None:
    try:
        known = json.loads(line)
        at = datetime.fromisoformat(known["at"])
        return Head(at, UUID(known["tenant_id"]), int(known["seq"]), bytes.fromhex(known["hash"]))
    except (ValueError, KeyError, TypeError):
        return None
