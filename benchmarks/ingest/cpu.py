"""How much processor time a process has taken, with all that it has started, also what has ended since."""

import os
from pathlib import Path

from benchmarks.processes import tree_of

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_UTIME = 11  # Of the fields after the name; then stime, cutime and cstime.


def cpu_s(root: int) -> float:
    """Seconds since the start of the tree, in the kernel and outside it."""
    return sum(_ticks(pid) for pid in tree_of(root)) / _TICKS_PER_S


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:  # It has ended since it was listed; its parent has its time.
        return 0
    return sum(map(int, fields[_UTIME : _UTIME + 4]))
