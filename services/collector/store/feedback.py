"""Keeps what was said, and finds what was said before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.collector.domain.intake import Intake, rating_share
from services.collector.domain.known_values import MaskedSpan
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.store.carrier_tables import PublicCode
from services.collector.store.keyring import TenantKeys
from services.collector.store.lost_race import LostRaceError
from services.collector.store.originals import sealed
from services.collector.store.tables import Consent, Feedback
from shared.contracts.envelope import Envelope
from shared.contracts.vocabulary import Purpose
from shared.database import Rows, Tx, Values
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.tables import Outbox

_FOUND = "f.tenant_id, f.id, f.receipt_code, f.body_mac, f.client_event_id, f.external_mac, f.source, f.external_id"
_BY_EVENT = f"""
SELECT {_FOUND} FROM feedback f JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, client_event_id)
    ON f.tenant_id = wanted.tenant_id AND f.client_event_id = wanted.client_event_id
"""
# What came before the masking has no `external_mac`, and is known by its source and id as they are.
_BY_SOURCE = f"""
SELECT {_FOUND} FROM feedback f JOIN unnest($1::uuid[], $2::bytea[]) AS wanted (tenant_id, external_mac)
    ON f.tenant_id = wanted.tenant_id AND f.external_mac = wanted.external_mac
UNION ALL
SELECT {_FOUND} FROM feedback f
JOIN unnest($1::uuid[], $3::text[], $4::text[]) AS wanted (tenant_id, source, external_id)
    ON f.tenant_id = wanted.tenant_id AND f.source = wanted.source AND f.external_id = wanted.external_id
WHERE f.external_mac IS NULL
"""
# A tenant, and what one of its feedbacks is known by.
Key = tuple[UUID, object]


@dataclass(frozen=True)
class Stored:
    """A feedback that is on disk, or will be when the transaction commits."""

    id: UUID
    receipt_code: str
    body_mac: bytes


@dataclass(frozen=True)
class NewFeedback:
    """A feedback of one tenant that nobody has sent before; `key` is its customer's, to seal what was hidden."""

    keys: TenantKeys
    moment: datetime
    masked: MaskedIntake
    stored: Stored
    customer_id: UUID | None
    key: bytes | None


async def find_repeats(tx: Tx, asked: Sequence[tuple[TenantKeys, Intake]]) -> dict[Key, Stored]:
    """What is stored already, by each of its keys."""
    events = [(keys.tenant_id, intake.client_event_id) for keys, intake in asked if intake.client_event_id]
    rows = await tx.fetch(_BY_EVENT, *map(list, zip(*events, strict=True))) if events else []
    known = {(row["tenant_id"], row["client_event_id"]): _stored(row) for row in rows}
    named = [(keys, intake.source or "", intake.external_id) for keys, intake in asked if intake.external_id]
    return {**known, **await _named(tx, named)} if named else known


async def _named(tx: Tx, named: Sequence[tuple[TenantKeys, str, str]]) -> dict[Key, Stored]:
    macs = [external_mac(keys, source, external_id) for keys, source, external_id in named]
    tenants = [keys.tenant_id for keys, _, _ in named]
    sources, external_ids = [source for _, source, _ in named], [external_id for _, _, external_id in named]
    by_mac = dict(zip(zip(tenants, macs, strict=True), zip(sources, external_ids, strict=True), strict=True))
    known: dict[Key, Stored] = {}
    for row in await tx.fetch(_BY_SOURCE, tenants, macs, sources, external_ids):
        plain = (row["source"], row["external_id"])
        known[row["tenant_id"], by_mac.get((row["tenant_id"], row["external_mac"]), plain)] = _stored(row)
    return known


def _stored(row: asyncpg.Record) -> Stored:
    return Stored(row["id"], row["receipt_code"], row["body_mac"])


def external_mac(keys: TenantKeys, source: str, external_id: str) -> bytes:
    """The keyed hash by which a row of another system is known again."""
    return keys.index("feedback_external", f"{source}\0{external_id}")


async def store(tx: Tx, fresh: Sequence[NewFeedback], facts: Sequence[Envelope]) -> None:
    """Adds feedback with receipt codes, consents and facts. Raises LostRaceError when somebody stored one first."""
    ordered = sorted(fresh, key=lambda new: (new.keys.tenant_id, str(new.masked.original.known_by())))
    kept = await tx.insert_all(
        Rows(Feedback, [_feedback(new) for new in ordered], tail="ON CONFLICT DO NOTHING RETURNING id"),
        Rows(PublicCode, [_code(new) for new in fresh]),
        Rows(Consent, [row for new in fresh for row in _consents(new)]),
        Rows(Outbox, outbox.rows(facts)),
    )
    if len(kept) < len(ordered):
        raise LostRaceError


def _code(new: NewFeedback) -> Values:
    return {"code": new.stored.receipt_code, "tenant_id": new.keys.tenant_id, "feedback_id": new.stored.id}


def _feedback(new: NewFeedback) -> Values:
    keys, intake, original = new.keys, new.masked.clear, new.masked.original
    rating = intake.rating
    return {
        "tenant_id": keys.tenant_id,
        "id": new.stored.id,
        "customer_id": new.customer_id,
        "channel": intake.channel,
        "source": intake.source,
        "external_id": intake.external_id,
        "external_mac": external_mac(keys, original.source or "", original.external_id)
        if original.external_id
        else None,
        "client_event_id": intake.client_event_id,
        "receipt_code": new.stored.receipt_code,
        "body_mac": new.stored.body_mac,
        "text": intake.text,
        "masked_spans": json.dumps([_span(span) for span in new.masked.spans]) if new.masked.spans else None,
        **sealed(keys, new.key, new.stored.id, new.masked.hidden),
        "language": intake.language,
        "rating": rating_share(rating) if rating else None,
        "rating_given": json.dumps({"scale": rating.scale, "value": rating.value}) if rating else None,
        "product": json.dumps(intake.product, ensure_ascii=False) if intake.product else None,
        "details": json.dumps(intake.details, ensure_ascii=False) if intake.details else None,
        "occurred_at": intake.occurred_at,
        "received_at": new.moment,
    }


def _span(span: MaskedSpan) -> dict[str, object]:
    return {"kind": span.kind, "original": span.original, "masked": span.masked}


def _consents(new: NewFeedback) -> list[Mapping[str, object]]:
    consent = new.masked.clear.consent
    if consent is None or new.customer_id is None:
        return []
    common = {
        "tenant_id": new.keys.tenant_id,
        "customer_id": new.customer_id,
        "feedback_id": new.stored.id,
        "text_version": consent.text_version,
        "locale": consent.locale,
        "stated_by": consent.stated_by,
        "given_at": consent.given_at,
    }
    return [
        common | {"id": new_id(), "purpose": purpose, "is_granted": purpose in consent.purposes} for purpose in Purpose
    ]
