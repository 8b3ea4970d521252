"""Who is who: when two feedbacks come from the same person."""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from services.collector.domain.dialling import one_spelling
from services.collector.domain.intake import Person

EXTERNAL_ID, EMAIL, PHONE = "external_id", "email", "phone"
# What somebody says of themselves by a key that anybody can read. It names nobody whom the company vouched for: else a
# stranger could speak, agree or be answered in another's name.
_CLAIMED = "claimed_"


@dataclass(frozen=True)
class Mark:
    """Something a person is recognised by, as a keyed hash."""

    kind: str
    blind_index: bytes

    @property
    def is_external_id(self) -> bool:
        """Whether it is an account of the company's own, vouched for or claimed."""
        return self.kind in kinds_of(EXTERNAL_ID)


def kinds_of(kind: str) -> tuple[str, str]:
    """A mark as the company vouches for it, and as somebody claims it."""
    return kind, _CLAIMED + kind


def mark_of(kind: str, blind_index: bytes, *, is_vouched: bool) -> Mark:
    """What a person is recognised by; a claim and what is vouched for never meet."""
    vouched, claimed = kinds_of(kind)
    return Mark(vouched if is_vouched else claimed, blind_index)


def values_of(person: Person, country: str) -> list[tuple[str, str]]:
    """What the person is recognised by, strongest first, in normal form. What is empty in it names nobody."""
    values = [(EXTERNAL_ID, person.external_id), (EMAIL, person.email), (PHONE, person.phone)]
    normal = [(kind, normal_form(kind, value, country)) for kind, value in values if value]
    return [(kind, value) for kind, value in normal if value]


def normal_form(kind: str, value: str, country: str) -> str:
    """The spelling under which equal values are equal. `country` is the one that the tenant is at home in."""
    if kind == PHONE:
        return one_spelling(value, country)
    plain = unicodedata.normalize("NFKC", value).strip()
    return plain.casefold() if kind == EMAIL else plain


def choose_owner(marks: Sequence[Mark], owners: Mapping[Mark, UUID], named: AbstractSet[UUID]) -> UUID | None:
    """The known customer that these marks point to, or None for a new one; `named` are those with an external id.

    The strongest known mark decides. A shared e-mail or phone does not make two external ids one person.
    """
    brings_external_id = any(mark.is_external_id for mark in marks)
    for mark in marks:
        owner = owners.get(mark)
        if owner is None:
            continue
        if not mark.is_external_id and brings_external_id and owner in named:
            continue
        return owner
    return None
