"""Recognises people, and keeps where to reach them sealed under their own keys."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.collector.domain.identity import Mark, choose_owner, mark_of, values_of
from services.collector.domain.intake import Person
from services.collector.store.homes import home_countries
from services.collector.store.keyring import TenantKeys
from services.collector.store.lost_race import LostRaceError
from services.collector.store.tables import Address, Customer, Identity, PersonKey
from shared.contracts.countries import HOME_COUNTRY
from shared.contracts.vocabulary import Language
from shared.crypto import new_key, place, seal
from shared.database import Rows, Tx, Values
from shared.ids import id_of_hash, new_id

REACHABLE = ("email", "phone")
# What a person is known by: its kind, its keyed hash, and its normal form.
_Value = tuple[str, bytes, str]

_OWNERS = """
SELECT i.tenant_id, i.kind, i.blind_index, i.customer_id, EXISTS (
    SELECT 1 FROM identity e
    WHERE e.tenant_id = i.tenant_id AND e.customer_id = i.customer_id
        AND e.kind IN ('external_id', 'claimed_external_id')
) AS has_external_id
FROM identity i JOIN unnest($1::uuid[], $2::text[], $3::bytea[]) AS wanted (tenant_id, kind, blind_index)
    ON i.tenant_id = wanted.tenant_id AND i.kind = wanted.kind AND i.blind_index = wanted.blind_index
"""
# Held until the commit: a customer is erased before this feedback, or after it and with it.
_PERSON_KEYS = """
SELECT k.id, k.wrapped_key
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, id)
JOIN customer c ON c.tenant_id = wanted.tenant_id AND c.id = wanted.id
JOIN person_key k ON k.tenant_id = c.tenant_id AND k.id = c.id
WHERE c.erased_at IS NULL ORDER BY c.id FOR KEY SHARE OF c
"""
# Locked in one order everywhere, so that two batches wait for each other and never deadlock.
_SET_LANGUAGE = """
WITH held AS (
    SELECT c.tenant_id, c.id, given.language
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS given (tenant_id, id, language)
    JOIN customer c ON c.tenant_id = given.tenant_id AND c.id = given.id
    WHERE (c.language, c.is_language_given) IS DISTINCT FROM (given.language, true)
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE customer SET language = held.language, is_language_given = true
FROM held WHERE customer.tenant_id = held.tenant_id AND customer.id = held.id
"""
KEEP_ADDRESS = """
ON CONFLICT (tenant_id, customer_id, address_id)
DO UPDATE SET verified_at = coalesce(address.verified_at, excluded.verified_at)
"""


@dataclass(frozen=True)
class Speaker:
    """A person as one feedback of one tenant names them. `is_verified` says whether the company vouches for them."""

    keys: TenantKeys
    person: Person
    language: Language
    is_verified: bool
    moment: datetime

    @property
    def tenant_id(self) -> UUID:
        """Whose customer they are."""
        return self.keys.tenant_id


@dataclass
class _Gathered:
    """What one batch knows and adds. `named` are the customers with an external id; nobody's id is another tenant's."""

    owners: defaultdict[UUID, dict[Mark, UUID]] = field(default_factory=lambda: defaultdict(dict))
    named: set[UUID] = field(default_factory=set)
    person_keys: dict[UUID, bytes] = field(default_factory=dict)
    customers: dict[UUID, Values] = field(default_factory=dict)
    wrapped_keys: list[Values] = field(default_factory=list)
    identities: list[Values] = field(default_factory=list)
    addresses: dict[tuple[UUID, UUID], Values] = field(default_factory=dict)
    languages: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)


class People:
    """Recognises the speakers of one batch, in one transaction of their tenants."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._countries: Mapping[UUID, str] = {}
        self._gathered = _Gathered()

    async def recognise(self, speakers: Sequence[Speaker | None]) -> list[UUID | None]:
        """The customer of each speaker, known or new; None where nobody is named. Raises LostRaceError."""
        named = [speaker for speaker in speakers if speaker is not None]
        if not named:
            return [None] * len(speakers)
        self._countries = await home_countries(self._tx, {one.tenant_id for one in named if one.person.phone})
        known = [self._values(speaker) if speaker else [] for speaker in speakers]
        marks = [_marks(speaker, values) if speaker else [] for speaker, values in zip(speakers, known, strict=True)]
        await self._load_owners(speakers, marks)
        found = [
            self._place(speaker, some) if speaker and some else None
            for speaker, some in zip(speakers, marks, strict=True)
        ]
        await self._load_person_keys(speakers, found)
        for speaker, values, customer_id in zip(speakers, known, found, strict=True):
            if speaker is not None and customer_id is not None:
                self._gather_addresses(speaker, values, customer_id)
        await self._store()
        return found

    def key_of(self, customer_id: UUID) -> bytes:
        """The key of a customer whom `recognise` has named."""
        return self._gathered.person_keys[customer_id]

    def _values(self, speaker: Speaker) -> list[_Value]:
        country = self._countries.get(speaker.tenant_id, HOME_COUNTRY)
        return [(kind, speaker.keys.index(kind, value), value) for kind, value in values_of(speaker.person, country)]

    async def _load_owners(self, speakers: Sequence[Speaker | None], marks: Sequence[Sequence[Mark]]) -> None:
        wanted = {
            (speaker.tenant_id, mark.kind, mark.blind_index)
            for speaker, some in zip(speakers, marks, strict=True)
            if speaker is not None
            for mark in some
        }
        if not wanted:
            return
        for row in await self._tx.fetch(_OWNERS, *map(list, zip(*wanted, strict=True))):
            self._gathered.owners[row["tenant_id"]][Mark(row["kind"], row["blind_index"])] = row["customer_id"]
            if row["has_external_id"]:
                self._gathered.named.add(row["customer_id"])

    def _place(self, speaker: Speaker, marks: Sequence[Mark]) -> UUID:
        gathered = self._gathered
        customer_id = choose_owner(marks, gathered.owners[speaker.tenant_id], gathered.named)
        if customer_id is None:
            customer_id = new_id()
            self._gather_customer(speaker, customer_id)
        elif speaker.person.language:
            gathered.languages[customer_id] = (speaker.tenant_id, speaker.person.language)
        self._claim(speaker, marks, customer_id)
        return customer_id

    def _claim(self, speaker: Speaker, marks: Sequence[Mark], customer_id: UUID) -> None:
        """What nobody else is known by, this customer is known by from now on, within this batch, too."""
        owners = self._gathered.owners[speaker.tenant_id]
        for mark in marks:
            if mark not in owners:
                owners[mark] = customer_id
                self._gathered.identities.append(_identity(speaker, mark, customer_id))
            if mark.is_external_id:
                self._gathered.named.add(customer_id)

    def _gather_customer(self, speaker: Speaker, customer_id: UUID) -> None:
        key = self._gathered.person_keys[customer_id] = new_key()
        self._gathered.customers[customer_id] = _customer(speaker, customer_id, key)
        wrapped = speaker.keys.wrap_person_key(key, customer_id)
        self._gathered.wrapped_keys.append({"tenant_id": speaker.tenant_id, "id": customer_id, "wrapped_key": wrapped})

    async def _load_person_keys(self, speakers: Sequence[Speaker | None], found: Sequence[UUID | None]) -> None:
        known = {
            customer_id: speaker
            for speaker, customer_id in zip(speakers, found, strict=True)
            if speaker is not None and customer_id is not None and customer_id not in self._gathered.person_keys
        }
        if not known:
            return
        tenants = [speaker.tenant_id for speaker in known.values()]
        rows = await self._tx.fetch(_PERSON_KEYS, tenants, list(known))
        if len(rows) < len(known):
            raise LostRaceError  # Somebody was erased since their marks were read.
        for row in rows:
            keys = known[row["id"]].keys
            self._gathered.person_keys[row["id"]] = keys.unwrap_person_key(row["wrapped_key"], row["id"])

    def _gather_addresses(self, speaker: Speaker, values: Sequence[_Value], customer_id: UUID) -> None:
        for kind, blind_index, value in values:
            if kind in REACHABLE:
                key = (customer_id, id_of_hash(blind_index))
                if key not in self._gathered.addresses:
                    written = (speaker.person.email if kind == "email" else speaker.person.phone) or value
                    person_key = self._gathered.person_keys[customer_id]
                    self._gathered.addresses[key] = _address(speaker, (kind, written), key, person_key)

    async def _store(self) -> None:
        """Identities first, and in one order everywhere, so that two batches wait for each other and never deadlock."""
        gathered = self._gathered
        identities = sorted(gathered.identities, key=lambda row: (row["tenant_id"], row["blind_index"], row["kind"]))
        kept = await self._tx.insert(Identity, identities, tail="ON CONFLICT DO NOTHING RETURNING id")
        if len(kept) < len(identities):
            raise LostRaceError
        addresses = [row for _, row in sorted(gathered.addresses.items())]
        await self._tx.insert_all(
            Rows(Customer, list(gathered.customers.values())),
            Rows(PersonKey, gathered.wrapped_keys),
            Rows(Address, addresses, tail=KEEP_ADDRESS),
        )
        if gathered.languages:
            ids = sorted(gathered.languages)
            tenants, languages = zip(*(gathered.languages[customer_id] for customer_id in ids), strict=True)
            await self._tx.execute(_SET_LANGUAGE, tenants, ids, languages)


def _marks(speaker: Speaker, values: Sequence[_Value]) -> list[Mark]:
    return [mark_of(kind, blind_index, is_vouched=speaker.is_verified) for kind, blind_index, _ in values]


def _identity(speaker: Speaker, mark: Mark, customer_id: UUID) -> Values:
    row = {"tenant_id": speaker.tenant_id, "id": new_id(), "kind": mark.kind}
    return {**row, "blind_index": mark.blind_index, "customer_id": customer_id}


def _customer(speaker: Speaker, customer_id: UUID, key: bytes) -> Values:
    person = speaker.person
    profile = {"name": person.name, "external_id": person.external_id}
    where = place(speaker.tenant_id, "customer", "sealed_profile", customer_id)
    return {
        "tenant_id": speaker.tenant_id,
        "id": customer_id,
        "language": person.language or speaker.language,
        "is_language_given": person.language is not None,
        "sealed_profile": seal(key, json.dumps(profile, ensure_ascii=False).encode(), where),
    }


def _address(speaker: Speaker, said: tuple[str, str], key: tuple[UUID, UUID], person_key: bytes) -> Values:
    kind, written = said
    row_id = new_id()
    where = place(speaker.tenant_id, "address", "sealed", row_id)
    return {
        "tenant_id": speaker.tenant_id,
        "id": row_id,
        "customer_id": key[0],
        "kind": kind,
        "address_id": key[1],
        "sealed": seal(person_key, written.strip().encode(), where),
        "verified_at": speaker.moment if speaker.is_verified else None,
    }
