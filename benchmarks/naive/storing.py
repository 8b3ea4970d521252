"""How the plain way stores: objects of a session, one after the other, and one commit at the end."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import HTTPException
from sqlalchemy import insert
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.collector.api.feedback_schema import FeedbackIn
from services.collector.domain.identity import Mark, mark_of, values_of
from services.collector.domain.intake import Intake, Person, rating_share
from services.collector.domain.masked_intake import MaskedIntake, mask_intake
from services.collector.domain.receipt_code import new_receipt_code
from services.collector.store.carrier_tables import PublicCode
from services.collector.store.feedback import external_mac
from services.collector.store.keyring import TenantKeys
from services.collector.store.originals import sealed
from services.collector.store.tables import Address, Customer, Feedback, Identity, PersonKey
from shared.access.tables import Audit
from shared.clock import now
from shared.contracts.countries import HOME_COUNTRY
from shared.contracts.envelope import Envelope
from shared.contracts.events import FeedbackReceived
from shared.crypto import blind_index, new_key, place, seal
from shared.ids import id_of_hash, new_id
from shared.messaging import outbox
from shared.messaging.tables import Outbox
from shared.trace import new_trace_id


@dataclass(frozen=True)
class Caller:
    """Who asks, with a session that sees their tenant's rows."""

    session: AsyncSession
    tenant_id: UUID
    label: str
    keys: TenantKeys


async def store(here: Caller, items: Sequence[FeedbackIn]) -> list[tuple[Feedback, bool]]:
    """Each feedback, and whether it is new."""
    moment = now()
    intakes = [item.to_intake(item.model_dump(mode="json", exclude_unset=True), moment) for item in items]
    known = await _repeats(here, intakes)
    stored = []
    fresh = []
    for intake in intakes:
        feedback = next((known[key] for key in _keys_of(here, intake) if key in known), None)
        is_new = feedback is None
        if feedback is None:
            masked = mask_intake(intake)
            person_key, customer_id = await _customer(here, intake, moment) if intake.person else (None, None)
            feedback = _feedback(here, masked, person_key, customer_id, moment)
            known.update(dict.fromkeys(_keys_of(here, intake), feedback))
            fresh.append((feedback, masked))
        elif not hmac.compare_digest(feedback.body_mac, _body_mac(here, intake)):
            raise HTTPException(422)
        stored.append((feedback, is_new))
    await _commit(here, fresh, moment)
    return stored


async def _repeats(here: Caller, intakes: Sequence[Intake]) -> dict[object, Feedback]:
    events = [intake.client_event_id for intake in intakes if intake.client_event_id]
    macs = [_external_mac(here, intake) for intake in intakes if intake.external_id]
    wanted = Feedback.client_event_id.in_(events) | Feedback.external_mac.in_(macs)  # type: ignore[union-attr]  # a column
    found = await here.session.exec(select(Feedback).where(Feedback.tenant_id == here.tenant_id, wanted))
    known: dict[object, Feedback] = {}
    for feedback in found:
        known |= {key: feedback for key in (feedback.client_event_id, feedback.external_mac) if key}
    return known


def _keys_of(here: Caller, intake: Intake) -> list[object]:
    by_source = _external_mac(here, intake) if intake.external_id else None
    return [key for key in (intake.client_event_id, by_source) if key]


def _external_mac(here: Caller, intake: Intake) -> bytes:
    return external_mac(here.keys, intake.source or "", intake.external_id or "")


def _body_mac(here: Caller, intake: Intake) -> bytes:
    return blind_index(here.keys.index_key, "feedback_body", intake.body.decode())


async def _customer(here: Caller, intake: Intake, moment: datetime) -> tuple[bytes | None, UUID | None]:
    """Whom the feedback names, known or new, and the key of theirs."""
    person = intake.person or Person()
    values = values_of(person, HOME_COUNTRY)
    marks = [mark_of(kind, here.keys.index(kind, value), is_vouched=True) for kind, value in values]
    if not marks:
        return None, None
    customer_id = await _owner(here, marks)
    if customer_id is None:
        customer_id, key = new_id(), new_key()
        _add_customer(here, intake, customer_id, key)
        here.session.add_all(
            Identity(tenant_id=here.tenant_id, id=new_id(), customer_id=customer_id, **vars(mark)) for mark in marks
        )
        await here.session.flush()
    else:
        kept = await here.session.get_one(PersonKey, (here.tenant_id, customer_id))
        key = here.keys.unwrap_person_key(kept.wrapped_key, customer_id)
    for kind, value in values:
        if kind in ("email", "phone"):
            written = (person.email if kind == "email" else person.phone) or value
            await _add_address(here, (kind, value, written), customer_id, key, moment)
    return key, customer_id


async def _owner(here: Caller, marks: Sequence[Mark]) -> UUID | None:
    indexes = [mark.blind_index for mark in marks]
    wanted = select(Identity).where(Identity.tenant_id == here.tenant_id, Identity.blind_index.in_(indexes))  # type: ignore[attr-defined]  # a column
    owners = {(one.kind, one.blind_index): one.customer_id for one in await here.session.exec(wanted)}
    return next(
        (owners[mark.kind, mark.blind_index] for mark in marks if (mark.kind, mark.blind_index) in owners), None
    )


def _add_customer(here: Caller, intake: Intake, customer_id: UUID, key: bytes) -> None:
    person = intake.person or Person()
    profile = json.dumps({"name": person.name, "external_id": person.external_id}, ensure_ascii=False)
    where = place(here.tenant_id, "customer", "sealed_profile", customer_id)
    here.session.add(
        Customer(
            tenant_id=here.tenant_id,
            id=customer_id,
            language=person.language or intake.language,
            is_language_given=person.language is not None,
            sealed_profile=seal(key, profile.encode(), where),
        )
    )
    wrapped = here.keys.wrap_person_key(key, customer_id)
    here.session.add(PersonKey(tenant_id=here.tenant_id, id=customer_id, wrapped_key=wrapped))


async def _add_address(
    here: Caller, said: tuple[str, str, str], customer_id: UUID, key: bytes, moment: datetime
) -> None:
    kind, value, written = said
    address_id = id_of_hash(here.keys.index(kind, value))
    known = select(Address).where(
        Address.tenant_id == here.tenant_id, Address.customer_id == customer_id, Address.address_id == address_id
    )
    if (await here.session.exec(known)).first() is not None:
        return
    row_id = new_id()
    where = place(here.tenant_id, "address", "sealed", row_id)
    here.session.add(
        Address(
            tenant_id=here.tenant_id,
            id=row_id,
            customer_id=customer_id,
            kind=kind,
            address_id=address_id,
            sealed=seal(key, written.strip().encode(), where),
            verified_at=moment,
        )
    )


def _feedback(
    here: Caller, masked: MaskedIntake, person_key: bytes | None, customer_id: UUID | None, moment: datetime
) -> Feedback:
    clear, feedback_id = masked.clear, new_id()
    rating = clear.rating
    hidden: dict[str, Any] = {**sealed(here.keys, person_key, feedback_id, masked.hidden)}
    feedback = Feedback(
        tenant_id=here.tenant_id,
        id=feedback_id,
        customer_id=customer_id,
        channel=clear.channel,
        source=clear.source,
        external_id=clear.external_id,
        external_mac=_external_mac(here, masked.original) if masked.original.external_id else None,
        client_event_id=clear.client_event_id,
        receipt_code=new_receipt_code(),
        body_mac=_body_mac(here, masked.original),
        text=clear.text,
        masked_spans=[vars(span) for span in masked.spans] or None,
        **hidden,
        language=clear.language,
        rating=rating_share(rating) if rating else None,
        rating_given=vars(rating) if rating else None,
        product=clear.product,
        details=clear.details,
        occurred_at=clear.occurred_at,
        received_at=moment,
    )
    here.session.add(feedback)
    return feedback


async def _commit(here: Caller, fresh: Sequence[tuple[Feedback, MaskedIntake]], moment: datetime) -> None:
    """The app role may add to the tables of carriers and not read them, so these are plain INSERTs."""
    if fresh:
        await here.session.flush()
        await _insert(here, PublicCode, [_code_row(here, feedback) for feedback, _ in fresh])
        await _insert(here, Outbox, [_outbox_row(here, feedback, masked, moment) for feedback, masked in fresh])
        count = {"count": len(fresh), "first": str(fresh[0][0].id), "last": str(fresh[-1][0].id)}
        line = {"actor": here.label, "verb": "feedback.accept", "object_kind": "feedback", "detail": count}
        await _insert(here, Audit, [{"tenant_id": here.tenant_id, "id": new_id(), **line}])
    await here.session.commit()


async def _insert(here: Caller, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    connection = await here.session.connection()
    await connection.execute(insert(table), rows)


def _code_row(here: Caller, feedback: Feedback) -> dict[str, Any]:
    return {"code": feedback.receipt_code, "tenant_id": here.tenant_id, "feedback_id": feedback.id}


def _outbox_row(here: Caller, feedback: Feedback, masked: MaskedIntake, moment: datetime) -> dict[str, Any]:
    envelope = _envelope(here, feedback, masked, moment)
    return {
        "tenant_id": here.tenant_id,
        "id": envelope.id,
        "subject": "huiyin.FeedbackReceived",
        "about": feedback.id,
        "body": envelope.model_dump(mode="json"),
    }


def _envelope(here: Caller, feedback: Feedback, masked: MaskedIntake, moment: datetime) -> Envelope:
    clear = masked.clear
    product = clear.product or {}
    event = FeedbackReceived(
        feedback_id=feedback.id,
        customer_id=feedback.customer_id,
        channel=clear.channel,
        source=clear.source,
        text=clear.text,
        language=clear.language,
        rating=feedback.rating,
        product=product.get("model") or product.get("sku") or product.get("category"),
        occurred_at=clear.occurred_at,
        received_at=moment,
    )
    return outbox.seal(here.tenant_id, event, at=moment, trace_id=new_trace_id())
