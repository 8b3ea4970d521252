"""How members and their links look from outside."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.tracker.api.entrance import Entrance
from services.tracker.api.tenant_schema import TimeZone
from services.tracker.domain import links
from services.tracker.domain.links import LinkPurpose
from services.tracker.domain.members import EMAIL_LENGTH_MAX, is_email, normal_email
from services.tracker.store.member_tables import Member
from services.tracker.use_cases.change_members import MadeLink
from shared.access.scopes import Role
from shared.contracts.text import Name, Text
from shared.contracts.vocabulary import Language
from shared.web.versions import Versioned

WELCOME_PATH = "/welcome"


def _email(said: str) -> str:
    normal = normal_email(said)
    if not is_email(normal):
        raise PydanticCustomError("not_an_email", "no e-mail")
    return normal


Email = Annotated[Text, Field(max_length=EMAIL_LENGTH_MAX), AfterValidator(_email)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class MemberIn(BaseModel):
    """Somebody to invite."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    name: Name
    roles: Roles
    language: Language = Language.ZH
    time_zone: TimeZone | None = None

    def columns(self) -> dict[str, Any]:
        """As the store writes it."""
        return self.model_dump() | {"roles": sorted(set(self.roles))}


class MemberChangeIn(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    roles: Roles = []
    language: Language = Language.ZH
    time_zone: TimeZone | None = None

    def columns(self) -> dict[str, Any]:
        """What was said, as the store writes it."""
        said = self.model_dump(exclude_unset=True)
        return said | {"roles": sorted(set(self.roles))} if "roles" in said else said


class MemberOut(Versioned):
    """A member."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str | None
    name: str
    roles: list[Role]
    language: Language
    time_zone: str | None
    has_password: bool
    invited_at: datetime
    joined_at: datetime | None
    disabled_at: datetime | None
    forgotten_at: datetime | None


class MembersOut(BaseModel):
    """A page of members, newest first."""

    items: list[MemberOut]
    next: str | None


class LinkOut(BaseModel):
    """A way in that works once. It is shown in this answer and never again."""

    purpose: LinkPurpose
    token: str
    url: str
    expires_at: datetime


class InvitedOut(BaseModel):
    """Who was invited, and the link to hand to them."""

    member: MemberOut
    link: LinkOut


def member_out(member: Member) -> MemberOut:
    """A member without what belongs to the house alone."""
    shown = member.model_dump(include=set(MemberOut.model_fields))
    return MemberOut(**shown, has_password=member.password_hash is not None)


def link_out(at: Entrance, request: Request, made: MadeLink) -> LinkOut:
    """A link as it is shown once. The token stands behind the #, which browsers send to nobody."""
    token = links.written(made.token)
    url = at.url(request, f"{WELCOME_PATH}#{token}")
    return LinkOut(purpose=made.purpose, token=token, url=url, expires_at=made.expires_at)
