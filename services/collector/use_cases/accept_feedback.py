"""Accepts feedback: one or many of one tenant, each new, a repeat, or a contradiction, all in one transaction."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.collector.domain.intake import Intake, rating_share
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.domain.receipt_code import new_receipt_code
from services.collector.store.feedback import NewFeedback, Stored, find_repeats, store
from services.collector.store.keyring import Keyring, TenantKeys
from services.collector.store.people import People, Speaker
from services.collector.use_cases.link_duplicates import order_linking
from shared.access.audit import AuditLine, Done, count_of
from shared.access.credentials import Actor
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.crypto import blind_index
from shared.database import Tx
from shared.failpoints import FailPoint, reach
from shared.ids import new_id
from shared.messaging import outbox


class Outcome(StrEnum):
    """How one feedback was met."""

    NEW = "new"
    REPLAYED = "replayed"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True)
class Accepted:
    """One feedback's outcome; id and code are those of the first time, and `known_by` is the field that told."""

    outcome: Outcome
    id: UUID
    receipt_code: str
    known_by: str | None = None


@dataclass(frozen=True)
class AcceptFeedback:
    """The command: what came in, from whom, when, under which trace."""

    actor: Actor
    intakes: Sequence[MaskedIntake]
    moment: datetime
    trace_id: str
    vouches_for_addresses: bool


async def accept_feedback(tx: Tx, keyring: Keyring, command: AcceptFeedback) -> Done[list[Accepted]]:
    """Stores what is new with its people, consents and outbox rows. Raises LostRaceError: then run it again."""
    tenant_id = command.actor.tenant_id
    keys = await keyring.keys_of(tx, tenant_id)
    known = await find_repeats(tx, keys, [intake.original for intake in command.intakes])
    accepted, fresh = _sort_out(command.intakes, known, keys)
    await _store_fresh(tx, keys, command, fresh)
    ids = [stored.id for _, stored in fresh]
    return Done(accepted, AuditLine("feedback.accept", "feedback", detail=count_of(ids)) if ids else None)


def _sort_out(
    intakes: Sequence[MaskedIntake], known: dict[object, Stored], keys: TenantKeys
) -> tuple[list[Accepted], list[tuple[MaskedIntake, Stored]]]:
    """Tells new from repeated, also within the batch: the first of two with one key is the new one."""
    accepted: list[Accepted] = []
    fresh: list[tuple[MaskedIntake, Stored]] = []
    for masked in intakes:
        intake = masked.original
        mac = blind_index(keys.index_key, "feedback_body", intake.body.decode())
        field = next((name for name, key in intake.known_by().items() if key in known), None)
        if field is None:
            stored = Stored(new_id(), new_receipt_code(), mac)
            known.update(dict.fromkeys(intake.known_by().values(), stored))
            fresh.append((masked, stored))
            outcome = Outcome.NEW
        else:
            stored = known[intake.known_by()[field]]
            outcome = Outcome.REPLAYED if hmac.compare_digest(stored.body_mac, mac) else Outcome.CONTRADICTS
        accepted.append(Accepted(outcome, stored.id, stored.receipt_code, field))
    return accepted, fresh


async def _store_fresh(
    tx: Tx, keys: TenantKeys, command: AcceptFeedback, fresh: Sequence[tuple[MaskedIntake, Stored]]
) -> None:
    if not fresh:
        return
    reach(FailPoint.BEFORE_INSERT)
    people = People(tx, keys, command.moment)
    speakers = [_speaker(masked.original, is_verified=command.vouches_for_addresses) for masked, _ in fresh]
    customers = await people.recognise(speakers)
    new = [
        NewFeedback(masked, stored, who, people.key_of(who) if who else None)
        for (masked, stored), who in zip(fresh, customers, strict=True)
    ]
    await store(tx, keys, new, command.moment)
    await outbox.put(tx, [_received(command, one) for one in new])
    await order_linking(tx, command.actor.tenant_id, command.moment)


def _speaker(intake: Intake, *, is_verified: bool) -> Speaker | None:
    return Speaker(intake.person, intake.language, is_verified) if intake.person else None


def _received(command: AcceptFeedback, new: NewFeedback) -> Envelope:
    intake = new.masked.clear
    event = FeedbackReceived(
        feedback_id=new.stored.id,
        customer_id=new.customer_id,
        channel=intake.channel,
        source=intake.source,
        text=intake.text,
        language=intake.language,
        rating=rating_share(intake.rating) if intake.rating else None,
        product=_product_name(intake),
        occurred_at=intake.occurred_at,
        received_at=command.moment,
    )
    return outbox.seal(command.actor.tenant_id, event, at=command.moment, trace_id=command.trace_id)


def _product_name(intake: Intake) -> str | None:
    product = intake.product or {}
    return product.get("model") or product.get("sku") or product.get("category")
