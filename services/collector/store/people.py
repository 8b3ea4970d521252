"""Recognises people, and keeps where to reach them sealed under their own keys."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.collector.domain.identity import Mark, choose_owner, mark_of, values_of
from services.collector.domain.intake import Person
from services.collector.store.homes import home_country
from services.collector.store.keyring import TenantKeys
from services.collector.store.lost_race import LostRaceError
from services.collector.store.tables import Address, Customer, Identity, PersonKey
from shared.contracts.countries import HOME_COUNTRY
from shared.contracts.vocabulary import Language
from shared.crypto import new_key, place, seal
from shared.database import Tx, Values
from shared.ids import id_of_hash, new_id

REACHABLE = ("email", "phone")

_OWNERS = """
SELECT i.kind, i.blind_index, i.customer_id, EXISTS (
    SELECT 1 FROM identity e
    WHERE e.tenant_id = i.tenant_id AND e.customer_id = i.customer_id
        AND e.kind IN ('external_id', 'claimed_external_id')
) AS has_external_id
FROM identity i JOIN unnest($2::text[], $3::bytea[]) AS wanted (kind, blind_index)
    ON i.kind = wanted.kind AND i.blind_index = wanted.blind_index
WHERE i.tenant_id = $1
"""
# Held until the commit: a customer is erased before this feedback, or after it and with it.
_PERSON_KEYS = """
SELECT k.id, k.wrapped_key FROM customer c JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.tenant_id = $1 AND c.id = ANY ($2) AND c.erased_at IS NULL ORDER BY c.id FOR KEY SHARE OF c
"""
_SET_LANGUAGE = """
UPDATE customer SET language = given.language, is_language_given = true
FROM unnest($2::uuid[], $3::text[]) AS given (id, language)
WHERE customer.tenant_id = $1 AND customer.id = given.id
    AND (customer.language, customer.is_language_given) IS DISTINCT FROM (given.language, true)
"""
KEEP_ADDRESS = """
ON CONFLICT (tenant_id, customer_id, address_id)
DO UPDATE SET verified_at = coalesce(address.verified_at, excluded.verified_at)
"""


@dataclass(frozen=True)
class Speaker:
    """A person as one feedback names them. `is_verified` says whether the company vouches for who they are."""

    person: Person
    language: Language
    is_verified: bool


@dataclass
class _Gathered:
    """What one batch knows and adds. `named` are the customers with an external id."""

    owners: dict[Mark, UUID] = field(default_factory=dict)
    named: set[UUID] = field(default_factory=set)
    customers: dict[UUID, Values] = field(default_factory=dict)
    identities: dict[Mark, Values] = field(default_factory=dict)
    person_keys: dict[UUID, bytes] = field(default_factory=dict)
    addresses: dict[tuple[UUID, UUID], Values] = field(default_factory=dict)
    languages: dict[UUID, str] = field(default_factory=dict)


class People:
    """Recognises the speakers of one batch, in one transaction of one tenant."""

    def __init__(self, tx: Tx, keys: TenantKeys, moment: datetime) -> None:
        self._tx = tx
        self._keys = keys
        self._moment = moment
        self._country = HOME_COUNTRY
        self._gathered = _Gathered()

    async def recognise(self, speakers: Sequence[Speaker | None]) -> list[UUID | None]:
        """The customer of each speaker, known or new; None where nobody is named. Raises LostRaceError."""
        if any(speaker and speaker.person.phone for speaker in speakers):
            self._country = await home_country(self._tx, self._keys.tenant_id)
        marks = [self._marks(speaker) for speaker in speakers]
        await self._load_owners({mark for some in marks for mark in some})
        found = [self._place(speaker, some) for speaker, some in zip(speakers, marks, strict=True)]
        await self._load_person_keys()
        for speaker, customer_id in zip(speakers, found, strict=True):
            if speaker is not None and customer_id is not None:
                self._gather_addresses(speaker, customer_id)
        await self._store()
        return found

    def key_of(self, customer_id: UUID) -> bytes:
        """The key of a customer whom `recognise` has named."""
        return self._gathered.person_keys[customer_id]

    def _marks(self, speaker: Speaker | None) -> list[Mark]:
        if speaker is None:
            return []
        values = values_of(speaker.person, self._country)
        return [mark_of(kind, self._keys.index(kind, value), is_vouched=speaker.is_verified) for kind, value in values]

    async def _load_owners(self, marks: set[Mark]) -> None:
        kinds, indexes = [mark.kind for mark in marks], [mark.blind_index for mark in marks]
        rows = await self._tx.fetch(_OWNERS, self._keys.tenant_id, kinds, indexes) if marks else []
        self._gathered.owners = {Mark(row["kind"], row["blind_index"]): row["customer_id"] for row in rows}
        self._gathered.named = {row["customer_id"] for row in rows if row["has_external_id"]}

    def _place(self, speaker: Speaker | None, marks: Sequence[Mark]) -> UUID | None:
        if speaker is None or not marks:
            return None
        gathered = self._gathered
        customer_id = choose_owner(marks, gathered.owners, gathered.named)
        if customer_id is None:
            customer_id = new_id()
            gathered.person_keys[customer_id] = new_key()
            gathered.customers[customer_id] = self._customer(speaker, customer_id)
        elif speaker.person.language:
            gathered.languages[customer_id] = speaker.person.language
        self._claim(marks, customer_id)
        return customer_id

    def _claim(self, marks: Sequence[Mark], customer_id: UUID) -> None:
        """What nobody else is known by, this customer is known by from now on, within this batch, too."""
        for mark in marks:
            if mark not in self._gathered.owners:
                self._gathered.owners[mark] = customer_id
                self._gathered.identities[mark] = self._identity(mark, customer_id)
            if mark.is_external_id:
                self._gathered.named.add(customer_id)

    def _customer(self, speaker: Speaker, customer_id: UUID) -> Values:
        profile = {"name": speaker.person.name, "external_id": speaker.person.external_id}
        where = place(self._keys.tenant_id, "customer", "sealed_profile", customer_id)
        plain = json.dumps(profile, ensure_ascii=False).encode()
        return {
            "tenant_id": self._keys.tenant_id,
            "id": customer_id,
            "language": speaker.person.language or speaker.language,
            "is_language_given": speaker.person.language is not None,
            "sealed_profile": seal(self._gathered.person_keys[customer_id], plain, where),
        }

    def _identity(self, mark: Mark, customer_id: UUID) -> Values:
        row = {"tenant_id": self._keys.tenant_id, "id": new_id(), "kind": mark.kind}
        return {**row, "blind_index": mark.blind_index, "customer_id": customer_id}

    async def _load_person_keys(self) -> None:
        known = set(self._gathered.owners.values()) - self._gathered.person_keys.keys()
        rows = await self._tx.fetch(_PERSON_KEYS, self._keys.tenant_id, list(known)) if known else []
        if len(rows) < len(known):
            raise LostRaceError  # Somebody was erased since their marks were read.
        for row in rows:
            self._gathered.person_keys[row["id"]] = self._keys.unwrap_person_key(row["wrapped_key"], row["id"])

    def _gather_addresses(self, speaker: Speaker, customer_id: UUID) -> None:
        for kind, value in values_of(speaker.person, self._country):
            if kind in REACHABLE:
                address_id = id_of_hash(self._keys.index(kind, value))
                key = (customer_id, address_id)
                if key not in self._gathered.addresses:
                    written = (speaker.person.email if kind == "email" else speaker.person.phone) or value
                    self._gathered.addresses[key] = self._address(kind, written, key, is_verified=speaker.is_verified)

    def _address(self, kind: str, value: str, key: tuple[UUID, UUID], *, is_verified: bool) -> Values:
        row_id = new_id()
        where = place(self._keys.tenant_id, "address", "sealed", row_id)
        return {
            "tenant_id": self._keys.tenant_id,
            "id": row_id,
            "customer_id": key[0],
            "kind": kind,
            "address_id": key[1],
            "sealed": seal(self._gathered.person_keys[key[0]], value.strip().encode(), where),
            "verified_at": self._moment if is_verified else None,
        }

    async def _store(self) -> None:
        """Identities first, and in one order everywhere, so that two batches wait for each other and never deadlock."""
        gathered = self._gathered
        identities = [
            row for _, row in sorted(gathered.identities.items(), key=lambda item: (item[0].blind_index, item[0].kind))
        ]
        kept = await self._tx.insert(Identity, identities, tail="ON CONFLICT DO NOTHING RETURNING id")
        if len(kept) < len(identities):
            raise LostRaceError
        await self._tx.insert(Customer, list(gathered.customers.values()))
        await self._tx.insert(PersonKey, [self._person_key(customer_id) for customer_id in gathered.customers])
        addresses = [row for _, row in sorted(gathered.addresses.items())]
        await self._tx.insert(Address, addresses, tail=KEEP_ADDRESS)
        if gathered.languages:
            ids = sorted(gathered.languages)
            languages = [gathered.languages[customer_id] for customer_id in ids]
            await self._tx.execute(_SET_LANGUAGE, self._keys.tenant_id, ids, languages)

    def _person_key(self, customer_id: UUID) -> Values:
        wrapped = self._keys.wrap_person_key(self._gathered.person_keys[customer_id], customer_id)
        return {"tenant_id": self._keys.tenant_id, "id": customer_id, "wrapped_key": wrapped}
