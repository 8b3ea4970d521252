"""`run.py evaluate-masking`: how well the collector hides what people disclose, on sentences that a person marked."""

import json as json_format
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, fail
from deploy.commands.test import ROOT

MEASURE_TIMEOUT_S = 600
MISSED_SHOWN_MAX = 20


def evaluate_masking(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns text, lang, spans.")],
    _data_dir: DataDirOption,
    *,
    json: JsonOption = False,
) -> None:
    """Measures the masking of personal data on labelled sentences. Nothing needs to run."""
    # The rules are the collector's own, so its own module measures them, as a process of its own.
    command = [sys.executable, "-m", "services.collector.evaluate_masking", str(file.resolve())]
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
    head = (
        f"{document['sentences']} sentences, {document['spans']} spans: recall {document['recall']:.4f}, "
        f"precision {document['precision']:.4f}, false masks {document['false_mask_rate']:.4f}"
    )
    kinds = [
        f"{kind:<10} {count['found']:>4} of {count['spans']:<4} {count['recall']:.4f}"
        for kind, count in document["per_kind"].items()
    ]
    missed = document["missed"]
    shown = [f"missed in row {miss['row']}: {miss['kind']} {miss['value']}" for miss in missed[:MISSED_SHOWN_MAX]]
    rest = len(missed) - len(shown)
    return "\n".join([head, *kinds, *shown, *([f"and {rest} more; --json lists them"] if rest else [])])
