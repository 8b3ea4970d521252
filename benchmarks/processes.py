"""How much memory an instance takes: PSS, in which what several processes share counts once."""

from pathlib import Path
from typing import Any

KB_A_MB = 1024


def memory_by_part(description: dict[str, Any]) -> dict[str, float]:
    """MB of each part that `run.json` names, with what it has started; the supervisor by itself."""
    parents = _parents()
    named = description["services"] | description["engines"]
    pids = {name: _tree(part["pid"], parents) for name, part in named.items() if part["pid"]}
    pids["supervisor"] = {description["pid"]}
    return {name: round(sum(map(_pss_kb, found)) / KB_A_MB, 1) for name, found in pids.items()}


def tree_of(root: int) -> set[int]:
    """A process and all that it has started."""
    return _tree(root, _parents())


def _parents() -> dict[int, int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(") ", 1)[1].split()[1])
        except OSError:  # It has ended since it was listed.
            continue
    return parents


def _tree(root: int, parents: dict[int, int]) -> set[int]:
    found, fresh = set[int](), {root}
    while fresh:
        found |= fresh
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
    return found


def _pss_kb(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # As above; a part that is gone takes nothing.
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
