"""`run.py evaluate-duplicates`: how well the collector knows a statement again, on pairs that a person labelled."""

import json as json_format
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, fail
from deploy.commands.test import ROOT

MEASURE_TIMEOUT_S = 600
SHOWN_MAX = 20


def evaluate_duplicates(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns text_a, text_b, lang, label.")],
    _data_dir: DataDirOption,
    *,
    json: JsonOption = False,
) -> None:
    """Measures the finding of duplicates on labelled pairs. Nothing needs to run."""
    # The rules are the collector's own, so its own module measures them, as a process of its own.
    command = [sys.executable, "-m", "services.collector.evaluate_duplicates", str(file.resolve())]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=MEASURE_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        fail(f"Not measured within {MEASURE_TIMEOUT_S} s. Split the file.", as_json=json)
    if done.returncode:
        fail(done.stderr.strip() or f"The measuring ended with status {done.returncode}.", as_json=json)
    document = json_format.loads(done.stdout)
    answer(document, as_json=json, text=_says(document))


def _says(document: dict[str, Any]) -> str:
    near = document["near_only"]
    rows = [("all", document), ("zh", document["zh"]), ("en", document["en"])]
    rows += [("near", near), ("near zh", near["zh"]), ("near en", near["en"])]
    lines = [
        f"{name:<8} {part['pairs']:>5} pairs: precision {part['precision']:.4f}, recall {part['recall']:.4f}"
        for name, part in rows
    ]
    for what, how in (("wrong", "called a duplicate"), ("missed", "missed")):
        pairs = document[what]
        lines += [f"{how}, row {pair['row']}: {pair['text_a']} | {pair['text_b']}" for pair in pairs[:SHOWN_MAX]]
        lines += [f"and {len(pairs) - SHOWN_MAX} more; --json lists them"] if len(pairs) > SHOWN_MAX else []
    return "\n".join(lines)
