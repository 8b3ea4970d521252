"""Accepts feedback in one transaction, of one tenant or several: each is new, a repeat, or a contradiction."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.collector.domain.intake import product_name, rating_share
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.domain.receipt_code import new_receipt_code
from services.collector.store.feedback import Key, NewFeedback, Stored, find_repeats, store
from services.collector.store.keyring import Keyring, TenantKeys
from services.collector.store.people import People, Speaker
from services.collector.use_cases.link_duplicates import order_linking
from shared.access.audit import AuditLine, Deed, Done, count_of
from shared.access.credentials import Actor
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
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


@dataclass(frozen=True)
class _Fresh:
    """A feedback that nobody has sent before."""

    command: AcceptFeedback
    keys: TenantKeys
    masked: MaskedIntake
    stored: Stored


async def accept_feedback(tx: Tx, keyring: Keyring, command: AcceptFeedback) -> Done[list[Accepted]]:
    """Stores what is new with its people, consents and outbox rows. Raises LostRaceError: then run it again."""
    [accepted], deeds = await accept_together(tx, keyring, [command])
    return Done(accepted, deeds[0].line if deeds else None)


async def accept_together(
    tx: Tx, keyring: Keyring, commands: Sequence[AcceptFeedback]
) -> tuple[list[list[Accepted]], list[Deed]]:
    """As `accept_feedback`, for several commands: the answers of each, and what each tenant's each actor has done."""
    keys = {command.actor.tenant_id: await keyring.keys_of(tx, command.actor.tenant_id) for command in commands}
    asked = [(keys[command.actor.tenant_id], masked) for command in commands for masked in command.intakes]
    known = await find_repeats(tx, [(of_tenant, masked.original) for of_tenant, masked in asked])
    fresh: list[_Fresh] = []
    accepted = [_sort_out(command, keys[command.actor.tenant_id], known, fresh) for command in commands]
    if fresh:
        await _store_fresh(tx, fresh)
    return accepted, _deeds(fresh)


def _sort_out(
    command: AcceptFeedback, keys: TenantKeys, known: dict[Key, Stored], fresh: list[_Fresh]
) -> list[Accepted]:
    """Tells new from repeated, also within the batch: the first of two with one key is the new one."""
    return [_met(masked, command, keys, known, fresh) for masked in command.intakes]


def _met(
    masked: MaskedIntake, command: AcceptFeedback, keys: TenantKeys, known: dict[Key, Stored], fresh: list[_Fresh]
) -> Accepted:
    intake = masked.original
    mac = keys.index("feedback_body", intake.body.decode())
    names = {field: (keys.tenant_id, key) for field, key in intake.known_by().items()}
    for field, key in names.items():
        if (stored := known.get(key)) is not None:
            is_same = hmac.compare_digest(stored.body_mac, mac)
            outcome = Outcome.REPLAYED if is_same else Outcome.CONTRADICTS
            return Accepted(outcome, stored.id, stored.receipt_code, field)
    stored = Stored(new_id(), new_receipt_code(), mac)
    known.update(dict.fromkeys(names.values(), stored))
    fresh.append(_Fresh(command, keys, masked, stored))
    return Accepted(Outcome.NEW, stored.id, stored.receipt_code)


async def _store_fresh(tx: Tx, fresh: Sequence[_Fresh]) -> None:
    reach(FailPoint.BEFORE_INSERT)
    people = People(tx)
    customers = await people.recognise([_speaker(one) for one in fresh])
    new = [
        NewFeedback(one.keys, one.command.moment, one.masked, one.stored, who, people.key_of(who) if who else None)
        for one, who in zip(fresh, customers, strict=True)
    ]
    facts = [_received(one.command, row) for one, row in zip(fresh, new, strict=True) if not row.is_held]
    await store(tx, new, facts)
    for tenant_id, moment in sorted({one.keys.tenant_id: one.command.moment for one in fresh}.items()):
        await order_linking(tx, tenant_id, moment)


def _deeds(fresh: Sequence[_Fresh]) -> list[Deed]:
    """One line for each actor of each tenant, however many of their requests came together."""
    ids: dict[tuple[UUID, str], list[UUID]] = {}
    for one in fresh:
        ids.setdefault((one.keys.tenant_id, one.command.actor.label), []).append(one.stored.id)
    return [
        Deed(tenant_id, actor, AuditLine("feedback.accept", "feedback", detail=count_of(stored)))
        for (tenant_id, actor), stored in ids.items()
    ]


def _speaker(one: _Fresh) -> Speaker | None:
    intake, command = one.masked.original, one.command
    if intake.person is None:
        return None
    return Speaker(one.keys, intake.person, intake.language, command.vouches_for_addresses, command.moment)


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
        product=product_name(intake.product),
        occurred_at=intake.occurred_at,
        received_at=command.moment,
    )
    return outbox.seal(command.actor.tenant_id, event, at=command.moment, trace_id=command.trace_id)
