"""Imports every train.csv below a folder in one go, twice, by the command that people use, and adds up.

    python3 -m tests.faults.import_folder ../shared/data --data-dir DATA

For each file, new + duplicate + rejected must be its rows, and the second run must add nothing. An instance must run in
DATA. The last line is JSON, and the exit status 1 when a sum is wrong.
"""

import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIELD_LENGTH_MAX = 1_000_000


def rows_in(path: Path) -> int:
    """As another reader counts them: lines without anything in them are none."""
    csv.field_size_limit(FIELD_LENGTH_MAX)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for row in csv.reader(file) if row) - 1


def imported(files: list[Path], data_dir: Path) -> dict[str, Any]:
    """What the command says."""
    command = [sys.executable, "run.py", "import", *map(str, files), "--data-dir", str(data_dir), "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path, required=True)
    given = parser.parse_args()
    files = sorted(given.folder.glob("*/train.csv"))
    first, second = (imported(files, given.data_dir.resolve()) for _ in range(2))
    lines = []
    for path, once, again in zip(files, first["files"], second["files"], strict=True):
        rows = rows_in(path)
        adds_up = once["new"] + once["duplicate"] + once["invalid"] == once["rows"] == rows
        adds_nothing = again["new"] == 0 and again["repeated"] == rows - again["invalid"]
        counts = {name: once[name] for name in ("new", "duplicate", "repeated", "invalid")}
        lines.append({"file": path.parent.name, "rows": rows, **counts, "adds_up": adds_up, "again": adds_nothing})
    is_ok = bool(lines) and all(line["adds_up"] and line["again"] for line in lines)
    print(json.dumps({"ok": is_ok, "files": lines}))  # noqa: T201 - a command's answer
    return 0 if is_ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
