"""Members: how an e-mail is written, and who may give which role to whom."""

import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from shared.access.scopes import ROLES, Role, Scope

EMAIL_LENGTH_MAX = 254
# What nobody sees, though it is no control, mark of format or blank to Unicode: fillers, joiners, variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


class RoleRefusedError(Exception):
    """Somebody wants a role for themselves that would let them do more than they may."""

    def __init__(self, role: Role) -> None:
        super().__init__(role)
        self.role = role


def normal_email(email: str) -> str:
    """The one spelling of an address: NFKC, small letters, without blanks around it."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def is_email(normal: str) -> bool:
    """Whether a normal spelling can be an address at all. Two that look alike are not to be told apart by nothing."""
    return len(normal) <= EMAIL_LENGTH_MAX and _EMAIL.fullmatch(normal) is not None and _is_visible(normal)


def _is_visible(text: str) -> bool:
    return _INVISIBLE.search(text) is None and not any(unicodedata.category(one)[0] in "CZ" for one in text)


def check_giving(giver_id: UUID | None, may: frozenset[Scope], member_id: UUID, added: Iterable[Role]) -> None:
    """Raises RoleRefusedError when somebody widens what they themselves may.

    Whoever manages members may give others any role, so that a company can have its first officer for data protection;
    `giver_id` is None for the operator, who holds everything.
    """
    for role in sorted(added):
        if giver_id == member_id and not ROLES[role] <= may:
            raise RoleRefusedError(role)
