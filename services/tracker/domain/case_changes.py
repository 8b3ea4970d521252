"""What a wanted change makes of a case: plain values in, plain values out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from services.tracker.domain.case_states import CaseState, check_case_move

Values = Mapping[str, object]


class CaseEventKind(StrEnum):
    """What may happen to a case."""

    OPENED = "opened"
    CHANGED = "changed"
    NOTE = "note"
    REPLY = "reply"
    JOINED = "joined"
    CUSTOMER_REPLIED = "customer_replied"


# Whoever says what the verdict should be has looked at it.
VERDICT = ("category", "urgency")
_AS_WANTED = ("assignee_id", "snoozed_until", "tags", *VERDICT)


def corrects(wanted: Values) -> bool:
    """Whether the change says what the verdict should have been, or that it is right."""
    return any(name in wanted for name in VERDICT)


def new_values(case: Values, wanted: Values, moment: datetime) -> dict[str, object]:
    """The columns that are different afterwards. Raises IllegalCaseMoveError."""
    after = {name: wanted[name] for name in _AS_WANTED if name in wanted}
    if "state" in wanted:
        to = CaseState(str(wanted["state"]))
        check_case_move(CaseState(str(case["state"])), to)
        after |= {"state": to, "close_reason": wanted.get("close_reason")}
    if "reviewed" in wanted or corrects(wanted):
        after["reviewed_at"] = moment if wanted.get("reviewed", True) else None
    return {name: value for name, value in after.items() if value != case[name]}
