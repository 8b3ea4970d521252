"""Runs the training in a child process, so that scikit-learn never enters the serving one."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from shared.tether import dies_with_parent

TRAINING_TIMEOUT_S = 300
_SECRET_MARKS = ("_URL", "_KEY", "PASSWORD")
# More threads only wait for each other (measured: 13.6 s of processor time with two, 3.1 s with one), and they change
# the last bits of the sums: with one, the same sentences make the same model on every machine.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class TrainingFailedError(Exception):
    """The worker ended without a model."""


@dataclass(frozen=True)
class Trained:
    """What the worker made."""

    version: str
    corpus: str
    examples: int


async def train_in_child(folder: Path) -> Trained:
    """Trains the starter model into the folder. Raises TrainingFailedError."""
    environment = {key: value for key, value in os.environ.items() if not any(mark in key for mark in _SECRET_MARKS)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.classifier.model.train",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
        env=environment | _ONE_THREAD,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), TRAINING_TIMEOUT_S)
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    if process.returncode:
        raise TrainingFailedError(f"the worker ended with status {process.returncode}")
    made = json.loads(output.splitlines()[-1])
    return Trained(made["version"], made["corpus"], made["examples"])
