"""POST /v1/addresses:read: contact data for a service that is about to send. Never for a browser."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from services.collector.api.context import Here
from services.collector.use_cases.read_addresses import ReadAddresses, read_addresses
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.contracts.reach import CUSTOMERS_MAX, AddressOut, PeopleOut, PersonOut
from shared.contracts.vocabulary import Occasion, Purpose
from shared.web.doors import requires
from shared.web.routing import Router


class AddressesIn(BaseModel):
    """Whose addresses, and what for: `list` shows somebody what was sent, and sends nothing."""

    model_config = ConfigDict(extra="forbid")

    customer_ids: list[UUID] = Field(max_length=CUSTOMERS_MAX)
    purpose: Purpose
    occasion: Occasion = Occasion.SEND


Reader = Annotated[Actor, Depends(requires(Scope.ADDRESSES_READ))]
router = Router(prefix="/v1", tags=["addresses"])


@router.post("/addresses:read")
async def post_addresses_read(asked: AddressesIn, here: Here, actor: Reader) -> PeopleOut:
    """Language, consent and addresses of each customer that is known; each reading is noted."""
    reading = ReadAddresses(actor.tenant_id, asked.customer_ids, asked.purpose, asked.occasion)
    work = partial(read_addresses, keyring=here.keyring, reading=reading)
    people = await perform(here.database, actor, work)
    return PeopleOut(
        people=[
            PersonOut(
                customer_id=person.customer_id,
                person_id=person.group[0],
                same_person=person.group,
                language=person.language,
                has_consent=person.has_consent,
                addresses=[AddressOut(**vars(address)) for address in person.addresses],
            )
            for person in people
        ]
    )
