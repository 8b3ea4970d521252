"""Fills the demo's tenant: what customers said goes in by the collector's door, what people did by the tracker's."""

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.demo import fates, tenant
from deploy.demo.doors import Document, Doors, TookTooLongError, until
from deploy.demo.progress import Shown
from deploy.demo.sheets import read
from deploy.demo.story import SEED, Item, compose

BATCH_ITEMS = 500
CHANGED_AT_ONCE = 200
REPLIES = 16
REPLIED_WITHIN = timedelta(days=60)
STALLED_S = 60.0  # Without one more case.
TOLD_IN_S = 60.0
STORED = (200, 201)


@dataclass(frozen=True)
class Opened:
    """An item and the case that it became."""

    item: Item
    case: Document


def fill(doors: Doors, moment: datetime, items: int, shown: Shown) -> Document:
    """Everything from the first customer to the last change; returns counts. Raises what Doors raises."""
    rng = random.Random(SEED)  # noqa: S311 - a story, no secret
    team = tenant.invite(doors)
    story = compose(moment, items)
    feedback = send(doors, story, shown)
    opened = cases_of(doors, feedback, shown)
    work(doors, opened, _Desk(moment, team, rng), shown)
    # Last, for by the number of actions one sees that the filling came to its end.
    problems = [_gather(doors, problem, opened, moment) for problem in read("work")["problem"]]
    until(lambda: _is_told(doors), "not all customers were told", TOLD_IN_S)
    return {
        "feedback": len(feedback),
        "cases": len(opened),
        "problems": len(problems),
        "actions": len(problems),
        "classified_as_meant": _as_meant(opened),
    }


def send(doors: Doors, story: Sequence[Item], shown: Shown) -> dict[str, Item]:
    """Hands all items over, oldest first; returns them by the id of their feedback."""
    known: dict[str, Item] = {}
    part = shown.part("Customers speak", len(story))
    for batch in _batched(story, BATCH_ITEMS):
        answered = doors.post("collector", "/v1/feedback:batch", {"items": [item.body for item in batch]})["items"]
        known |= {one["id"]: item for one, item in zip(answered, batch, strict=True) if one["status"] in STORED}
        part(len(known))
    return known


def cases_of(doors: Doors, feedback: Mapping[str, Item], shown: Shown) -> list[Opened]:
    """Waits until each feedback has its case. Raises TookTooLongError when none comes any more."""
    part = shown.part("Classifying", len(feedback))
    count = -1
    while count < len(feedback):
        before = count
        try:
            until(lambda: _count(doors) > before, "no further case was opened", STALLED_S)  # noqa: B023 - called at once
        except TookTooLongError as error:
            raise TookTooLongError(f"{error} {before} of {len(feedback)} are there.") from None
        count = _count(doors)
        part(count)
    cases = doors.list("tracker", "/v1/cases")
    return [Opened(feedback[case["feedback_id"]], case) for case in cases if case["feedback_id"] in feedback]


def _count(doors: Doors) -> int:
    return int(doors.get("tracker", "/v1/figures")["cases"])


def _gather(doors: Doors, problem: Document, opened: Sequence[Opened], moment: datetime) -> str:
    """A problem with its cases, and its action as far as it came."""
    body = {
        "title": problem["title"],
        "case_ids": _behind(problem, opened, moment),
        "occurred_at": _ago(moment, problem),
    }
    problem_id: str = doors.post("tracker", "/v1/problems", body)["id"]
    action = problem["action"]
    planned = {name: action[name] for name in ("title", "kind", "answers")}
    body = {"problem_id": problem_id, **planned, "occurred_at": _ago(moment, action)}
    path = f"/v1/actions/{doors.post('tracker', '/v1/actions', body)['id']}/moves"
    for move in action["moves"]:
        doors.post("tracker", path, {"to": move["to"], "note": move["note"], "occurred_at": _ago(moment, move)})
    return problem_id


def _behind(problem: Document, opened: Sequence[Opened], moment: datetime) -> list[str]:
    """The cases of a wave, or the youngest about a topic."""
    if "wave" in problem:
        wave = problem["wave"]
        return [one.case["id"] for one in opened if one.item.wave == wave and fates.is_gathered(one.item, moment)]
    told = sorted(
        (one for one in opened if one.item.topic.key == problem["topic"]), key=lambda one: one.item.occurred_at
    )
    return [one.case["id"] for one in told[-problem["cases_max"] :]]


def _ago(moment: datetime, what: Document) -> str:
    return (moment - timedelta(days=what["days"])).isoformat()


def _is_told(doors: Doors) -> bool:
    return int(doors.get("tracker", "/v1/figures")["jobs_waiting"]) == 0


@dataclass(frozen=True)
class _Desk:
    """Who works on the cases, and what time it is."""

    moment: datetime
    team: Sequence[str]
    rng: random.Random

    def change_of(self, item: Item) -> Document:
        fate = fates.fate_of(item, self.moment, self.rng)
        return fate.change | ({"assignee_id": self.rng.choice(self.team)} if fate.has_assignee else {})


def work(doors: Doors, opened: Sequence[Opened], desk: _Desk, shown: Shown) -> None:
    """Answers some customers by hand, and brings every case to where it stands now."""
    part = shown.part("The team works", len(opened))
    groups: dict[str, list[str]] = defaultdict(list)
    replies, done = 0, 0
    for one in opened:
        change = desk.change_of(one.item)
        if change.get("state") == "answered" and replies < REPLIES and _is_replied_to(one.item, desk.moment):
            replies += 1
            _reply(doors, one, desk.rng)
        groups[json.dumps(change, sort_keys=True)].append(one.case["id"])
    for change_json, ids in groups.items():
        for some in _batched(ids, CHANGED_AT_ONCE):
            if change_json != "{}":
                doors.post("tracker", "/v1/cases:change", {"case_ids": some, "change": json.loads(change_json)})
            done += len(some)
            part(done)


def _is_replied_to(item: Item, moment: datetime) -> bool:
    return "consent" in item.body and moment - item.occurred_at < REPLIED_WITHIN


def _reply(doors: Doors, one: Opened, rng: random.Random) -> None:
    text = rng.choice(read("work")["reply"][one.item.body["language"]])
    doors.post("tracker", f"/v1/cases/{one.case['id']}/replies", {"text": text})


def _as_meant(opened: Sequence[Opened]) -> int:
    """How many verdicts say the category that the item was written for."""
    return sum(one.case["category"] == one.item.topic.category for one in opened)


def _batched(whole: Sequence[Any], size: int) -> list[list[Any]]:
    return [list(whole[start : start + size]) for start in range(0, len(whole), size)]
