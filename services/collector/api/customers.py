"""Customers in the clear, for the few who may know: one by id, by what they are known by, and their consents."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter, ValidationInfo, field_validator

from services.collector.api.context import Here
from services.collector.channels.fields import EMAIL_LENGTH_MAX, Email, Moment, Phone, Tag
from services.collector.domain.identity import EMAIL, EXTERNAL_ID, PHONE
from services.collector.domain.intake import ConsentGiven
from services.collector.store.consents import agreed
from services.collector.store.customers import CustomerSeen
from services.collector.use_cases.change_consent import ChangeConsent, change_consent
from services.collector.use_cases.look_at_customer import Sought, look_at_customer, look_for_customers
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.reach import AddressOut
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Language, Purpose
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.problems import Problem
from shared.web.routing import Router

_RULES: dict[str, TypeAdapter[str]] = {
    EMAIL: TypeAdapter(Email),
    PHONE: TypeAdapter(Phone),
    EXTERNAL_ID: TypeAdapter(Name),
}


class SoughtIn(BaseModel):
    """A full e-mail, phone or external id; parts of one find nobody."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["email", "phone", "external_id"]
    value: Annotated[FilledText, Field(max_length=EMAIL_LENGTH_MAX)]

    @field_validator("value")
    @classmethod
    def _by_its_kind(cls, value: str, info: ValidationInfo) -> str:
        rule = _RULES.get(info.data.get("by", ""))
        return rule.validate_python(value) if rule else value


class FoundCustomerOut(BaseModel):
    """One who is known by it."""

    id: UUID


class FoundOut(BaseModel):
    """Who is known by it. More than one where people share an address."""

    items: list[FoundCustomerOut]


class ConsentChangeIn(BaseModel):
    """A grant (`is_granted` true) or a withdrawal for one purpose."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    is_granted: StrictBool
    version: Name = "unstated"
    locale: Tag = "und"
    stated_by: Name = "customer"
    given_at: Moment | None = None


class ConsentsNowOut(BaseModel):
    """What the customer agrees to now."""

    agreed: dict[Purpose, bool]


class ConsentOut(BaseModel):
    """One line of the log."""

    model_config = ConfigDict(from_attributes=True)

    purpose: Purpose
    is_granted: bool
    version: str = Field(validation_alias="text_version")
    locale: str
    stated_by: str
    given_at: datetime
    recorded_at: datetime
    feedback_id: UUID | None


class CustomerOut(BaseModel):
    """A customer in the clear, with those merged with them as one. `consents` is the whole log, newest first."""

    id: UUID
    name: str | None
    external_id: str | None
    language: Language
    region: str | None
    reach_by: str | None
    same_person: list[UUID]
    addresses: list[AddressOut]
    agreed: dict[Purpose, bool]
    consents: list[ConsentOut]
    created_at: datetime


PersonalReader = Annotated[Actor, Depends(requires(Scope.PII_READ))]
ConsentWriter = Annotated[Actor, Depends(requires(Scope.CONSENTS_WRITE))]
router = Router(prefix="/v1", tags=["customers"])


@router.post("/customers:find")
async def post_customers_find(sought: SoughtIn, here: Here, actor: PersonalReader, once: Once) -> FoundOut:
    """Customers by what they are known by; each question is noted. A POST, so that nothing personal is in a URL."""
    what = Sought(sought.by, sought.value)
    work = partial(look_for_customers, keyring=here.keyring, tenant_id=actor.tenant_id, sought=what)
    return await once.perform(here.database, actor, work, _found)


@router.get("/customers/{customer_id}")
async def get_customer(customer_id: UUID, here: Here, actor: PersonalReader) -> CustomerOut:
    """One customer with contact data and consents; each reading is noted."""
    work = partial(look_at_customer, keyring=here.keyring, tenant_id=actor.tenant_id, customer_id=customer_id)
    seen = await perform(here.database, actor, work)
    if seen is None:
        raise Problem("not_found", 404)
    return _shown(seen)


@router.post("/customers/{customer_id}/consents", status_code=201)
async def post_consent(
    customer_id: UUID, asked: ConsentChangeIn, here: Here, actor: ConsentWriter, once: Once
) -> ConsentsNowOut:
    """Adds a grant or a withdrawal. A withdrawn `reply` holds for every mail that has not gone out."""
    given_at = (asked.given_at or here.clock()).astimezone(UTC)
    consent = ConsentGiven((asked.purpose,), asked.version, asked.locale, asked.stated_by, given_at)
    command = ChangeConsent(actor.tenant_id, customer_id, asked.purpose, asked.is_granted, consent)
    return await once.perform(here.database, actor, partial(change_consent, command=command), _consents_now)


def _found(customer_ids: list[UUID]) -> FoundOut:
    return FoundOut(items=[FoundCustomerOut(id=customer_id) for customer_id in customer_ids])


def _consents_now(now_agreed: dict[Purpose, bool] | None) -> ConsentsNowOut:
    if now_agreed is None:
        raise Problem("not_found", 404)
    return ConsentsNowOut(agreed=now_agreed)


def _shown(seen: CustomerSeen) -> CustomerOut:
    return CustomerOut(
        id=seen.id,
        name=seen.profile.get("name"),
        external_id=seen.profile.get("external_id"),
        language=Language(seen.language),
        region=seen.region,
        reach_by=seen.reach_by,
        same_person=seen.same_person,
        addresses=[AddressOut(**vars(address)) for address in seen.addresses],
        agreed=agreed(seen.consents),
        consents=[ConsentOut.model_validate(row) for row in seen.consents],
        created_at=seen.created_at,
    )
