"""GET /v1/self-checks: what only the service itself can look at, such as whether its keys open. For `run.py doctor`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from shared.database import is_transient
from shared.web.doors import Operator
from shared.web.routing import Router


class Health(StrEnum):
    """How one thing is."""

    FINE = "fine"
    UNSET = "unset"  # Nothing is wrong, and nothing is there: the operator has not set it.
    BROKEN = "broken"
    UNKNOWN = "unknown"  # It could not be looked at now.


@dataclass(frozen=True)
class Looked:
    """What a look gave. `about` holds counts and kinds of errors, never a secret."""

    health: Health
    about: str = ""


SelfCheck = Callable[[], Awaitable[Looked]]


class SelfCheckOut(BaseModel):
    """One look."""

    model_config = ConfigDict(from_attributes=True)

    health: Health
    about: str


router = Router(prefix="/v1", tags=["self-checks"])


@router.get("/self-checks")
async def get_self_checks(request: Request, _: Operator) -> dict[str, SelfCheckOut]:
    """Looks at each thing now, by name."""
    checks: Mapping[str, SelfCheck] = request.app.state.self_checks
    return {name: SelfCheckOut.model_validate(await _looked(check)) for name, check in checks.items()}


async def _looked(check: SelfCheck) -> Looked:
    try:
        return await check()
    except Exception as error:
        if not is_transient(error):
            raise
        return Looked(Health.UNKNOWN, type(error).__name__)
