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
from shared.contracts.vocabulary import Purpose
from shared.database import Tx, Values
from shared.ids import new_id

# What came before the masking has no `external_mac`, and is known by its source and id as they are.
_REPEATS = """
SELECT id, receipt_code, body_mac, client_event_id, external_mac, source, external_id FROM feedback
WHERE tenant_id = $1 AND client_event_id = ANY ($2::uuid[])
UNION
SELECT id, receipt_code, body_mac, client_event_id, external_mac, source, external_id FROM feedback
WHERE tenant_id = $1 AND external_mac = ANY ($3::bytea[])
UNION
SELECT f.id, f.receipt_code, f.body_mac, f.client_event_id, f.external_mac, f.source, f.external_id FROM feedback f
JOIN unnest($4::text[], $5::text[]) AS wanted (source, external_id)
    ON f.source = wanted.source AND f.external_id = wanted.external_id
WHERE f.tenant_id = $1 AND f.external_mac IS NULL
"""


@dataclass(frozen=True)
class Stored:
    """A feedback that is on disk, or will be when the transaction commits."""

    id: UUID
    receipt_code: str
    body_mac: bytes


@dataclass(frozen=True)
class NewFeedback:
    """A feedback that nobody has sent before; `key` is its customer's, to seal what was hidden."""

    masked: MaskedIntake
    stored: Stored
    customer_id: UUID | None
    key: bytes | None


async def find_repeats(tx: Tx, keys: TenantKeys, intakes: Sequence[Intake]) -> dict[object, Stored]:
    """What is stored already, by each of its keys."""
    events = [intake.client_event_id for intake in intakes if intake.client_event_id]
    named = [(intake.source or "", intake.external_id) for intake in intakes if intake.external_id]
    if not events and not named:
        return {}
    by_mac = {external_mac(keys, source, external_id): (source, external_id) for source, external_id in named}
    plain = ([source for source, _ in named], [external_id for _, external_id in named])
    found: dict[object, Stored] = {}
    for row in await tx.fetch(_REPEATS, keys.tenant_id, events, list(by_mac), *plain):
        stored = Stored(row["id"], row["receipt_code"], row["body_mac"])
        found.update(dict.fromkeys(_known_by(row, by_mac), stored))
    return found


def _known_by(row: asyncpg.Record, by_mac: Mapping[bytes, object]) -> list[object]:
    """As `Intake.known_by` names them; a mac that nobody asked for here stays one."""
    known: list[object] = []
    if row["client_event_id"]:
        known.append(row["client_event_id"])
    if row["external_mac"]:
        known.append(by_mac.get(row["external_mac"], row["external_mac"]))
    elif row["external_id"]:
        known.append((row["source"], row["external_id"]))
    return known


def external_mac(keys: TenantKeys, source: str, external_id: str) -> bytes:
    """The keyed hash by which a row of another system is known again."""
    return keys.index("feedback_external", f"{source}\0{external_id}")


async def store(tx: Tx, keys: TenantKeys, fresh: Sequence[NewFeedback], moment: datetime) -> None:
    """Adds feedback with receipt codes and consents. Raises LostRaceError when somebody stored one of them first."""
    tenant_id = keys.tenant_id
    ordered = sorted(fresh, key=lambda new: str(new.masked.original.known_by()))
    rows = [_feedback(keys, new, moment) for new in ordered]
    kept = await tx.insert(Feedback, rows, tail="ON CONFLICT DO NOTHING RETURNING id")
    if len(kept) < len(rows):
        raise LostRaceError
    codes: list[Values] = [
        {"code": new.stored.receipt_code, "tenant_id": tenant_id, "feedback_id": new.stored.id} for new in fresh
    ]
    await tx.insert(PublicCode, codes)
    await tx.insert(Consent, [row for new in fresh for row in _consents(tenant_id, new)])


def _feedback(keys: TenantKeys, new: NewFeedback, moment: datetime) -> Values:
    intake, original = new.masked.clear, new.masked.original
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
        "received_at": moment,
    }


def _span(span: MaskedSpan) -> dict[str, object]:
    return {"kind": span.kind, "original": span.original, "masked": span.masked}


def _consents(tenant_id: UUID, new: NewFeedback) -> list[Mapping[str, object]]:
    consent = new.masked.clear.consent
    if consent is None or new.customer_id is None:
        return []
    common = {
        "tenant_id": tenant_id,
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
