"""When something happened that was done elsewhere: an operator takes a company's history over with its own times."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.clock import now
from shared.web.problems import Problem

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def _past(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= now():
        raise PydanticCustomError("time_out_of_range", "time out of range", {"earliest": EARLIEST.date().isoformat()})
    return moment


_SAYS = "when it happened, where a history is taken over from elsewhere; an operator's to say. Left out: now."
OccurredAt = Annotated[AwareDatetime, AfterValidator(_past), Field(description=_SAYS)]


def check_taking_over(actor: Actor, occurred_at: datetime | None) -> None:
    """Only an operator may say that something happened at another time than now."""
    if occurred_at is not None and not actor.may(Scope.OPERATOR):
        raise Problem("forbidden", 403, about={"scope": Scope.OPERATOR})
