"""Tries to sign in, counted in the database, so that the count holds across processes and restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.database import Tx

WINDOW_MIN = 15


class TooManyTriesError(Exception):
    """A bucket holds no more tries."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"{wait.total_seconds():.0f} s")
        self.wait = wait


@dataclass(frozen=True)
class Bucket:
    """Whose tries count together (a keyed hash), and how many they have in `WINDOW_MIN`."""

    who: bytes
    tries_max: int

    @property
    def step(self) -> timedelta:
        """How long one try takes to come back."""
        return timedelta(minutes=WINDOW_MIN) / self.tries_max


async def take(tx: Tx, buckets: Sequence[Bucket], moment: datetime) -> None:
    """Takes a try from each bucket. Raises TooManyTriesError; then the caller's transaction takes nothing."""
    whole = timedelta(minutes=WINDOW_MIN)
    for bucket in _in_order(buckets):
        wait = await tx.fetchval("SELECT sign_in_take($1, $2, $3, $4)", bucket.who, moment, bucket.step, whole)
        if wait:
            raise TooManyTriesError(wait)


async def give_back(tx: Tx, buckets: Sequence[Bucket]) -> None:
    """Gives the try back to each bucket: it was no failure."""
    for bucket in _in_order(buckets):
        await tx.execute("SELECT sign_in_give_back($1, $2)", bucket.who, bucket.step)


def _in_order(buckets: Sequence[Bucket]) -> list[Bucket]:
    """All transactions lock rows in one order, so none waits for another in a circle."""
    return sorted(buckets, key=lambda bucket: bucket.who)
