"""How a customer can be reached: what the collector tells a service that is about to send."""

from uuid import UUID

from pydantic import BaseModel

from shared.contracts.vocabulary import Language

# Whose customers a service, or an operator, means.
TENANT_HEADER = "Huiyin-Tenant"
CUSTOMERS_MAX = 200


class AddressOut(BaseModel):
    """One address in the clear."""

    address_id: UUID
    kind: str
    value: str
    is_verified: bool


class PersonOut(BaseModel):
    """One customer's language, consent for the purpose, and addresses, verified ones first.

    Merged customers are one person: `person_id` is the kept one, `same_person` all of them. An older collector leaves
    both out: then they are somebody of their own.
    """

    customer_id: UUID
    person_id: UUID | None = None
    same_person: list[UUID] = []
    language: Language
    has_consent: bool
    addresses: list[AddressOut]


class PeopleOut(BaseModel):
    """The customers that are known."""

    people: list[PersonOut]
