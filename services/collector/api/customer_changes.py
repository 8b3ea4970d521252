"""/v1/customers: who there is, without personal data; what is known of one, changed; and their addresses."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationInfo, field_validator

from services.collector.api.context import Here
from services.collector.channels.fields import EMAIL_LENGTH_MAX, Email, Phone
from services.collector.domain.intake import Person
from services.collector.store.customers import list_customers
from services.collector.store.tables import Customer
from services.collector.use_cases.change_customer import (
    AddAddress,
    ChangeCustomer,
    add_customer_address,
    change_customer,
    drop_customer_address,
)
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.text import FilledText, Name
from shared.contracts.vocabulary import Language
from shared.paging import Place
from shared.web.doors import requires
from shared.web.idempotency import Once
from shared.web.pages import Page
from shared.web.problems import Problem
from shared.web.routing import Router

_RULES: dict[str, TypeAdapter[str]] = {"email": TypeAdapter(Email), "phone": TypeAdapter(Phone)}
ReachBy = Literal["email", "sms", "app"]


class CustomerRowOut(BaseModel):
    """A customer as a line of a list: nothing by which they could be known."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    language: Language
    region: str | None
    reach_by: ReachBy | None
    merged_into: UUID | None
    created_at: datetime


class CustomersOut(BaseModel):
    """A page of customers, newest first."""

    items: list[CustomerRowOut]
    next: str | None


class CustomerChangeIn(BaseModel):
    """What is to be different: the language and way in which they want to be written to, and where they live."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    region: Name | None = None
    reach_by: ReachBy | None = None


class AddressIn(BaseModel):
    """One more address, which the company vouches for: an e-mail or a phone."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["email", "phone"]
    value: Annotated[FilledText, Field(max_length=EMAIL_LENGTH_MAX)]

    @field_validator("value")
    @classmethod
    def _by_its_kind(cls, value: str, info: ValidationInfo) -> str:
        rule = _RULES.get(info.data.get("kind", ""))
        return rule.validate_python(value) if rule else value


class AddressAddedOut(BaseModel):
    """The address's id."""

    address_id: UUID


Reader = Annotated[Actor, Depends(requires(Scope.FEEDBACK_READ))]
Writer = Annotated[Actor, Depends(requires(Scope.CUSTOMERS_WRITE))]
router = Router(prefix="/v1", tags=["customers"])


@router.get("/customers")
async def get_customers(here: Here, actor: Reader, page: Page) -> CustomersOut:
    """Customers, newest first, without personal data."""
    async with here.database.transaction(actor.tenant_id) as tx:
        found = await list_customers(tx, actor.tenant_id, page.place(actor), page.rows_max)
    shown, following = page.turn(actor, found, lambda customer: Place(customer.created_at, customer.id))
    return CustomersOut(items=[CustomerRowOut.model_validate(customer) for customer in shown], next=following)


@router.patch("/customers/{customer_id}")
async def patch_customer(customer_id: UUID, wanted: CustomerChangeIn, here: Here, actor: Writer) -> CustomerRowOut:
    """Changes what is known of a customer. What is left out stays; null takes a region or a way away."""
    given = wanted.model_dump(exclude_unset=True)
    if given.get("language", "") is None:
        del given["language"]  # Everybody has one.
    command = ChangeCustomer(actor.tenant_id, customer_id, given)
    changed = await perform(here.database, actor, partial(change_customer, command=command))
    return _row(changed)


@router.post("/customers/{customer_id}/addresses", status_code=201)
async def post_customer_address(
    customer_id: UUID, wanted: AddressIn, here: Here, actor: Writer, once: Once
) -> AddressAddedOut:
    """Adds an address. It counts as verified, for the company says that it is theirs."""
    person = Person(email=wanted.value) if wanted.kind == "email" else Person(phone=wanted.value)
    command = AddAddress(actor.tenant_id, customer_id, person, here.clock())
    work = partial(add_customer_address, keyring=here.keyring, command=command)
    return await once.perform(here.database, actor, work, _added)


@router.delete("/customers/{customer_id}/addresses/{address_id}", status_code=204)
async def delete_customer_address(customer_id: UUID, address_id: UUID, here: Here, actor: Writer) -> Response:
    """Takes an address away; the customer is not known by it any more."""
    work = partial(
        drop_customer_address,
        keyring=here.keyring,
        tenant_id=actor.tenant_id,
        customer_id=customer_id,
        address_id=address_id,
    )
    if not await perform(here.database, actor, work):
        raise Problem("not_found", 404)
    return Response(status_code=204)


def _row(customer: Customer | None) -> CustomerRowOut:
    if customer is None:
        raise Problem("not_found", 404)
    return CustomerRowOut.model_validate(customer)


def _added(address_id: UUID | None) -> AddressAddedOut:
    if address_id is None:
        raise Problem("not_found", 404)
    return AddressAddedOut(address_id=address_id)
