"""What it means to be erased: of whom, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ErasureReason(StrEnum):
    """Why somebody is erased. A closed list, for a sentence could hold what is to be forgotten."""

    ASKED_BY_CUSTOMER = "asked_by_customer"
    RETENTION_OVER = "retention_over"
    TAKEN_BY_MISTAKE = "taken_by_mistake"


class ErasureKind(StrEnum):
    """Of whom or what the id is."""

    CUSTOMER = "customer"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class LedgerEntry:
    """One erasure as the ledger keeps it. `marks` are kinds and keyed hashes (hex) by which the person was known."""

    id: UUID
    tenant_id: UUID
    kind: ErasureKind
    subject_id: UUID
    marks: tuple[tuple[str, str], ...]
    reason: ErasureReason
    erased_at: datetime
