"""The one place that reads the wall clock, so that rules and tests take time as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, always in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place
