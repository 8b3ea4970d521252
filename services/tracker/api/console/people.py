"""Who the members are whose ids stand in cases and histories."""

from collections.abc import Iterable
from uuid import UUID

from services.tracker.console.texts import Say
from services.tracker.store.member_tables import Member
from services.tracker.store.members import list_members
from shared.database import Tx

MEMBERS_SHOWN_MAX = 500


class Colleagues:
    """The members of a company by id. One who was forgotten has no name any more."""

    def __init__(self, members: Iterable[Member], say: Say) -> None:
        self._members = {member.id: member for member in members}
        self._say = say

    def __call__(self, member_id: UUID | None) -> str:
        """A member's name."""
        member = self._members.get(member_id) if member_id else None
        return (member.name if member else "") or self._say("common.somebody")

    def named(self, member_id: str) -> str:
        """As calling it, for an id as it stands in a history."""
        return self(UUID(member_id))

    @property
    def assignable(self) -> list[Member]:
        """Who can be given work."""
        there = [one for one in self._members.values() if one.disabled_at is None and one.forgotten_at is None]
        return sorted(there, key=lambda member: member.name)


async def colleagues_of(tx: Tx, tenant_id: UUID, say: Say) -> Colleagues:
    """The members of the tenant."""
    return Colleagues(await list_members(tx, tenant_id, None, MEMBERS_SHOWN_MAX), say)
