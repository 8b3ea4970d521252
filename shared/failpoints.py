"""Steps at which a test may kill this process, or let it fail. In production nothing is armed, and `reach` is idle.

`HUIYIN_FAILPOINT` says what happens, such as `job_after_claim` (kill -9 at the first reach), `job_after_claim@3` (at
the third) or `job_after_claim=raise`. A path instead names a file that holds such a line, read at every reach and
deleted by the process that it strikes: so a test arms a running process, and one that is started again lives.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from shared.logs import get_log

VARIABLE = "HUIYIN_FAILPOINT"
PERMISSION = "HUIYIN_FAILPOINT_ALLOWED"
PERMITTED = "this-is-a-test"
FLUSH_S = 0.1

_log = get_log("failpoints")


class FailPoint(StrEnum):
    """Every step at which a crash leaves something else behind. Each is reached at one place in the code."""

    BEFORE_INSERT = "before_insert"
    AFTER_INSERT_BEFORE_COMMIT = "after_insert_before_commit"
    AFTER_COMMIT_BEFORE_REPLY = "after_commit_before_reply"
    RELAY_AFTER_CLAIM = "relay_after_claim"
    RELAY_AFTER_PUBLISH_BEFORE_MARK = "relay_after_publish_before_mark"
    CONSUMER_AFTER_FETCH = "consumer_after_fetch"
    CONSUMER_AFTER_EFFECT_BEFORE_COMMIT = "consumer_after_effect_before_commit"
    CONSUMER_AFTER_COMMIT_BEFORE_ACK = "consumer_after_commit_before_ack"
    JOB_AFTER_CLAIM = "job_after_claim"
    JOB_AFTER_DONE_BEFORE_COMMIT = "job_after_done_before_commit"
    JOB_AFTER_COMMIT = "job_after_commit"
    MAIL_AFTER_CLAIM = "mail_after_claim"
    MAIL_AFTER_CONNECT = "mail_after_connect"
    MAIL_AFTER_RCPT = "mail_after_rcpt"
    MAIL_IN_DATA = "mail_in_data"
    MAIL_AFTER_DOT_BEFORE_250 = "mail_after_dot_before_250"
    MAIL_AFTER_250_BEFORE_MARK = "mail_after_250_before_mark"
    MAIL_AFTER_GIVING_BACK = "mail_after_giving_back"


class FailPointReachedError(Exception):
    """What a point raises that was armed with `=raise`."""


class _Trap:
    """What is armed in this process, and how often that was reached."""

    def __init__(self, given: str) -> None:
        self._given = given
        self._file = Path(given) if given.startswith("/") else None
        self._reached = 0  # Since it was armed: a process lives through many reaches before a test arms it.
        if self._file is None:
            _parse(given)

    def is_due(self, point: FailPoint) -> bool:
        armed, times, _ = self._order()
        self._reached += armed is point
        return armed is point and self._reached >= times

    def strike(self, point: FailPoint) -> None:
        _, _, kills = self._order()
        self._reached = 0
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        _log.warning("failpoint_reached", point=point)
        if kills:
            os.kill(os.getpid(), signal.SIGKILL)
        raise FailPointReachedError(point)

    def _order(self) -> tuple[FailPoint | None, int, bool]:
        if self._file is None:
            return _parse(self._given)
        try:
            return _parse(self._file.read_text().strip())
        except FileNotFoundError:
            return None, 0, False


def _parse(order: str) -> tuple[FailPoint, int, bool]:
    """The point, at which reach, and whether it kills; ValueError for what is no order."""
    where, _, how = order.partition("=")
    name, _, times = where.partition("@")
    if how not in ("", "raise"):
        raise ValueError(f"{how!r} is not what a failpoint does: leave it out to kill, or say raise")
    return FailPoint(name), int(times or 1), how == ""


_trap: _Trap | None = None


def arm(environment: Mapping[str, str]) -> None:
    """Arms what the environment asks for; ValueError when it does not permit it, or asks for what is not there."""
    global _trap  # noqa: PLW0603 - one process has one trap, and a disarmed reach must cost no more than a look
    given = environment.get(VARIABLE)
    if given and environment.get(PERMISSION) != PERMITTED:
        raise ValueError(f"{VARIABLE} makes this process kill itself and is for tests alone: unset it")
    _trap = _Trap(given) if given else None


def reach(point: FailPoint) -> None:
    """Does nothing, except in a test that armed this point."""
    if _trap is not None and _trap.is_due(point):
        _trap.strike(point)


async def reach_when_written(point: FailPoint) -> None:
    """As `reach`, after what was written to a connection has left this process. Never yields while nothing is due."""
    if _trap is not None and _trap.is_due(point):
        await asyncio.sleep(FLUSH_S)
        _trap.strike(point)
