"""How tenants look from outside, and what may be wanted of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.tracker.domain.reasons import names_a_person
from services.tracker.domain.tenancy import SLUG, is_time_zone
from services.tracker.use_cases.keep_tenants import TenantWanted
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.text import FilledText, Name, OneLine
from shared.contracts.vocabulary import Language, TenantState
from shared.web.versions import Versioned

REASON_LENGTH_MAX = 500
SLUG_LENGTH_MAX = 40
_DEMO = "a demonstration: its mails are kept and never sent; an operator's to say"


def _slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise PydanticCustomError("not_a_slug", "not a slug")
    return text


def _time_zone(name: str) -> str:
    if not is_time_zone(name):
        raise PydanticCustomError("not_a_time_zone", "not a time zone")
    return name


def _reason(text: str) -> str:
    if names_a_person(text):
        raise PydanticCustomError("names_a_person", "personal data in a reason")
    return text


def _country(code: str) -> str:
    if code not in DIAL_PLANS:
        raise PydanticCustomError("not_a_country", "not a country", {"known": ", ".join(DIAL_PLANS)})
    return code


Slug = Annotated[FilledText, Field(max_length=SLUG_LENGTH_MAX), AfterValidator(_slug)]
TimeZone = Annotated[Name, AfterValidator(_time_zone)]
Country = Annotated[Name, AfterValidator(_country)]
Languages = Annotated[list[Language], Field(min_length=1, max_length=len(Language))]
Brand = Annotated[Name, Field(description="the name under which customers are written to")]
Reason = Annotated[OneLine, Field(max_length=REASON_LENGTH_MAX), AfterValidator(_reason)]


class TenantIn(BaseModel):
    """A tenant to be made. `slug` is its short name, which people give when they sign in.

    A telephone number without a country's code is one of `country` (ISO 3166-1); left out, it follows the time zone.
    """

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    name: Name
    time_zone: TimeZone = "Asia/Shanghai"
    languages: Languages = [Language.ZH, Language.EN]
    country: Country | None = None
    brand: Brand | None = None
    is_demo: bool = Field(default=False, description=_DEMO)


class TenantChangeIn(BaseModel):
    """What is to be otherwise; a part that is left out stays. Without a brand, customers read the instance's."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    time_zone: TimeZone | None = None
    languages: Languages | None = None
    country: Country | None = None
    brand: Brand | None = None
    is_demo: bool | None = Field(None, description=_DEMO)

    def parts(self) -> TenantWanted:
        """What was said. Of all parts, only a brand can be taken away."""
        said = self.model_dump(exclude_unset=True)
        return {name: value for name, value in said.items() if value is not None or name == "brand"}


class ReasonIn(BaseModel):
    """Why; it stands in the audit for good, so it names no person: a contract's or a ticket's number will do."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class DeletionIn(ReasonIn):
    """Why, and once more which: there is no way back."""

    slug: Slug


class TenantOut(Versioned):
    """A tenant. Its time zone says when its days and weeks begin, its country how telephone numbers are read."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: str
    time_zone: str
    languages: list[Language]
    country: str
    brand: str | None
    is_demo: bool
    state: TenantState
    created_at: datetime
    changed_at: datetime


class TenantsOut(BaseModel):
    """A page of tenants, newest first."""

    items: list[TenantOut]
    next: str | None
