"""What a receipt tells: the stages that a feedback has come to, and which is still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.vocabulary import Stage

# In this order; a feedback may skip some, and go back when its case is opened again.
WAY = (Stage.RECEIVED, Stage.UNDERSTOOD, Stage.WORKING, Stage.FIXING, Stage.ANSWERED, Stage.CLOSED)
ENDS = (Stage.ANSWERED, Stage.CLOSED)


@dataclass(frozen=True)
class Step:
    """One change of stage, as it was told; they may be told in any order."""

    step: int
    stage: Stage
    at: datetime


@dataclass(frozen=True)
class Reached:
    """A stage on the way here, and since when."""

    stage: Stage
    at: datetime


def way_so_far(received_at: datetime, steps: Sequence[Step]) -> list[Reached]:
    """The stages up to the present one, which is the last; each with the latest day that it was come to."""
    told = sorted(steps, key=lambda one: one.step)
    latest = {Stage.RECEIVED: received_at} | {one.stage: one.at for one in told}
    present = told[-1].stage if told else Stage.RECEIVED
    passed = [stage for stage in WAY[: WAY.index(present)] if stage not in ENDS and stage in latest]
    return [Reached(stage, latest[stage]) for stage in (*passed, present)]


def still_to_come(present: Stage) -> list[Stage]:
    """What follows: of the two ends one is enough."""
    return [] if present in ENDS else list(WAY[WAY.index(present) + 1 : -1])
