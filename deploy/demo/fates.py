"""What became of each case until now: answered, solved, closed, resting, or waiting for somebody to look."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.demo.sheets import SPAM
from deploy.demo.story import Item

FRESH_DAYS = 10
SLOW_DAYS = 30
SHARE_STILL_OPEN = 0.1  # Of complaints that are older than fresh and younger than slow.
SHARE_ASSIGNED = 0.75
SHARE_TAGGED = 0.08
SHARE_SNOOZED = 0.22
SHARE_REVIEWED = 0.06
SNOOZED_DAYS = (1, 3, 7)
TAGS = ("换机", "回访", "老客户")
TAGS_OF_WAVES: Mapping[str, str] = {"trips_breaker": "安全", "map_lost": "固件2.4.1"}
# How old a case of a wave is at least when it belongs to the wave's problem: nobody has gathered the newest yet.
GATHERED_AFTER_DAYS = {"trips_breaker": 0, "map_lost": 4}

_FRESH = {"new": 74, "open": 26}
_SLOW = {"open": 60, "waiting": 40}
_OVER: Mapping[str, Mapping[str, int]] = {
    "praise": {"closed/no_answer_needed": 68, "answered": 32},
    "question": {"answered": 60, "solved": 25, "closed/told_elsewhere": 15},
    "suggestion": {"answered": 55, "closed/no_answer_needed": 45},
    SPAM: {"closed/spam": 100},
}
_COMPLAINT_OVER = {
    "solved": 56, "answered": 27, "closed/told_elsewhere": 9, "closed/duplicate": 5, "closed/not_for_us": 3,
}  # fmt: skip
_WAVE_OVER = {"solved": 90, "answered": 10}

Document = dict[str, Any]


@dataclass(frozen=True)
class Fate:
    """A change of a case. `change` is what the door takes; `has_assignee` asks for somebody from the team."""

    change: Document
    has_assignee: bool


def is_gathered(item: Item, moment: datetime) -> bool:
    """Whether the case stands under its wave's problem."""
    days = GATHERED_AFTER_DAYS.get(item.wave or "")
    return days is not None and _age(item, moment) >= timedelta(days=days)


def fate_of(item: Item, moment: datetime, rng: random.Random) -> Fate:
    """Where the case stands now, and who has it."""
    standing = _standing(item, moment, rng)
    state, _, reason = standing.partition("/")
    is_resting = state == "open" and item.wave is None and rng.random() < SHARE_SNOOZED
    change: Document = {} if state == "new" else {"state": state}
    change |= {"close_reason": reason} if reason else {}
    change |= {"snoozed_until": _until(moment, rng)} if is_resting else {}
    change |= _tagged(item, moment, rng)
    is_reviewed = state not in ("new", "open") and item.topic.kind != SPAM and rng.random() < SHARE_REVIEWED
    change |= {"category": item.topic.category} if is_reviewed else {}
    return Fate(change, state not in ("new", "closed") and rng.random() < SHARE_ASSIGNED)


def _age(item: Item, moment: datetime) -> timedelta:
    return moment - item.occurred_at


def _standing(item: Item, moment: datetime, rng: random.Random) -> str:
    is_complaint = item.topic.kind in ("issue", "service")
    if item.wave is not None and is_gathered(item, moment):
        chances: Mapping[str, int] = _WAVE_OVER if item.wave == "trips_breaker" else {"open": 1}
    elif _age(item, moment) < timedelta(days=FRESH_DAYS):
        chances = {"new": 1} if item.wave else _FRESH
    elif is_complaint and _age(item, moment) < timedelta(days=SLOW_DAYS) and rng.random() < SHARE_STILL_OPEN:
        chances = _SLOW
    else:
        chances = _OVER.get(item.topic.kind, _COMPLAINT_OVER)
    return rng.choices(list(chances), list(chances.values()))[0]


def _until(moment: datetime, rng: random.Random) -> str:
    """The morning after some days."""
    return (moment + timedelta(days=rng.choice(SNOOZED_DAYS))).replace(minute=0, second=0, microsecond=0).isoformat()


def _tagged(item: Item, moment: datetime, rng: random.Random) -> Document:
    tag = TAGS_OF_WAVES.get(item.wave or "")
    if tag and is_gathered(item, moment):
        return {"tags": [tag]}
    return {"tags": [rng.choice(TAGS)]} if rng.random() < SHARE_TAGGED else {}
