"""The life of an import, and how its rows are counted: pure rules."""

from dataclasses import dataclass
from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"  # The file is here and is being looked into.
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


# A file that could not be read may be read by other options; what has ended stays so.
MAY_CHANGE = frozenset({ImportState.UPLOADED, ImportState.READY, ImportState.FAILED})
MAY_START = frozenset({ImportState.READY})
MAY_CANCEL = frozenset({ImportState.UPLOADED, ImportState.READY, ImportState.RUNNING, ImportState.FAILED})
ENDED = frozenset({ImportState.DONE, ImportState.CANCELLED})


@dataclass(frozen=True)
class Counts:
    """How rows were met: `new + duplicate + invalid` is `rows`.

    A duplicate is either stored and linked to the feedback that it is like, or known before by its own id and so not
    stored again: of these, `repeated` says how many there are.
    """

    rows: int = 0
    new: int = 0
    duplicate: int = 0
    invalid: int = 0
    repeated: int = 0


def rate_of(rows: int, busy_s: float) -> float:
    """Rows a second, as far as one can tell."""
    return rows / busy_s if busy_s > 0 else 0.0


def remaining_s(at_byte: int, size_bytes: int, busy_s: float) -> float | None:
    """How long the rest will take at the rate so far; None before the first rows."""
    return (size_bytes - at_byte) * busy_s / at_byte if at_byte > 0 else None
