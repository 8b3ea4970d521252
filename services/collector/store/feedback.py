"""Keeps what was said, and finds what was said before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.collector.domain.intake import Intake, rating_share
from services.collector.store.lost_race import LostRaceError
from services.collector.store.tables import Consent, Feedback, PublicCode
from shared.contracts.vocabulary import Purpose
from shared.database import Tx, Values
from shared.ids import new_id

_REPEATS = """
SELECT id, receipt_code, body_mac, client_event_id, source, external_id FROM feedback
WHERE tenant_id = $1 AND client_event_id = ANY ($2::uuid[])
UNION
SELECT f.id, f.receipt_code, f.body_mac, f.client_event_id, f.source, f.external_id FROM feedback f
JOIN unnest($3::text[], $4::text[]) AS wanted (source, external_id)
    ON f.source = wanted.source AND f.external_id = wanted.external_id
WHERE f.tenant_id = $1
"""


@dataclass(frozen=True)
class Stored:
    """A feedback that is on disk, or will be when the transaction commits."""

    id: UUID
    receipt_code: str
    body_mac: bytes


@dataclass(frozen=True)
class NewFeedback:
    """A feedback that nobody has sent before."""

    intake: Intake
    stored: Stored
    customer_id: UUID | None


async def find_repeats(tx: Tx, tenant_id: UUID, intakes: Sequence[Intake]) -> dict[object, Stored]:
    """What is stored already, by each of its keys."""
    events = [intake.client_event_id for intake in intakes if intake.client_event_id]
    named = [(intake.source, intake.external_id) for intake in intakes if intake.external_id]
    if not events and not named:
        return {}
    rows = await tx.fetch(_REPEATS, tenant_id, events, [source for source, _ in named], [known for _, known in named])
    found: dict[object, Stored] = {}
    for row in rows:
        stored = Stored(row["id"], row["receipt_code"], row["body_mac"])
        found.update(dict.fromkeys(_keys(row), stored))
    return found


def _keys(row: asyncpg.Record) -> list[object]:
    keys: list[object] = []
    if row["client_event_id"]:
        keys.append(row["client_event_id"])
    if row["external_id"]:
        keys.append((row["source"], row["external_id"]))
    return keys


async def store(tx: Tx, tenant_id: UUID, fresh: Sequence[NewFeedback], moment: datetime) -> None:
    """Adds feedback with receipt codes and consents. Raises LostRaceError when somebody stored one of them first."""
    ordered = sorted(fresh, key=lambda new: str(new.intake.known_by()))
    rows = [_feedback(tenant_id, new, moment) for new in ordered]
    kept = await tx.insert(Feedback, rows, tail="ON CONFLICT DO NOTHING RETURNING id")
    if len(kept) < len(rows):
        raise LostRaceError
    codes: list[Values] = [
        {"code": new.stored.receipt_code, "tenant_id": tenant_id, "feedback_id": new.stored.id} for new in fresh
    ]
    await tx.insert(PublicCode, codes)
    await tx.insert(Consent, [row for new in fresh for row in _consents(tenant_id, new)])


def _feedback(tenant_id: UUID, new: NewFeedback, moment: datetime) -> Values:
    intake = new.intake
    rating = intake.rating
    return {
        "tenant_id": tenant_id,
        "id": new.stored.id,
        "customer_id": new.customer_id,
        "channel": intake.channel,
        "source": intake.source,
        "external_id": intake.external_id,
        "client_event_id": intake.client_event_id,
        "receipt_code": new.stored.receipt_code,
        "body_mac": new.stored.body_mac,
        "text": intake.text,
        "language": intake.language,
        "rating": rating_share(rating) if rating else None,
        "rating_given": json.dumps({"scale": rating.scale, "value": rating.value}) if rating else None,
        "product": json.dumps(intake.product, ensure_ascii=False) if intake.product else None,
        "occurred_at": intake.occurred_at,
        "received_at": moment,
    }


def _consents(tenant_id: UUID, new: NewFeedback) -> list[Mapping[str, object]]:
    consent = new.intake.consent
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
