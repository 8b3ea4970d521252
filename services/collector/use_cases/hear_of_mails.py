"""What comes back to mails of ours: a customer's answer, or a report that one did not arrive."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.channels.email_reports import Report
from services.collector.domain.identity import EMAIL, normal_form
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.store.keyring import TenantKeys
from services.collector.store.replies import find_answered, is_known, is_their_address, keep_reply
from shared.access.audit import AuditLine
from shared.contracts.countries import HOME_COUNTRY
from shared.contracts.events import AddressBounced, CustomerReplied
from shared.database import Tx
from shared.messaging import outbox
from shared.trace import trace_id


@dataclass(frozen=True)
class Back:
    """What an answer goes back to: the tenant and the feedback that the token names, and by which mailbox."""

    tenant_id: UUID
    feedback_id: UUID
    mailbox: str
    files: int


@dataclass(frozen=True)
class Kept:
    """An answer that stands; without a line, it stood before."""

    line: AuditLine | None


async def keep_answer(tx: Tx, keys: TenantKeys, back: Back, masked: MaskedIntake, moment: datetime) -> Kept | None:
    """Keeps the answer and tells the tracker, in one transaction; None when whom it is about is unknown or erased."""
    if await is_known(tx, keys, masked):  # First: what was erased must not come in again as something else.
        return Kept(None)
    answered = await find_answered(tx, keys, back.feedback_id)
    if answered is None:
        return None
    reply_id = await keep_reply(tx, keys, answered, masked, moment)
    if reply_id is None:
        return Kept(None)
    intake = masked.clear
    written_by = masked.original.person.email if masked.original.person else None
    index = keys.index(EMAIL, normal_form(EMAIL, written_by or "", HOME_COUNTRY))
    event = CustomerReplied(
        feedback_id=answered.feedback_id,
        reply_id=reply_id,
        customer_id=answered.customer_id,
        text=intake.text,
        language=intake.language,
        is_from_their_address=await is_their_address(tx, keys, answered.customer_id, index),
        files=back.files,
        occurred_at=intake.occurred_at,
        received_at=moment,
    )
    await outbox.put(tx, [outbox.seal(back.tenant_id, event, at=moment, trace_id=trace_id())])
    return Kept(AuditLine("reply.receive", "reply", reply_id, {"feedback": str(answered.feedback_id)}))


async def note_bounce(tx: Tx, tenant_id: UUID, address_id: UUID, report: Report, moment: datetime) -> AuditLine:
    """Tells the tracker that a mail came back. An address is only its id here."""
    event = AddressBounced(
        address_id=address_id, is_permanent=report.is_permanent, status=report.status, reported_at=moment
    )
    await outbox.put(tx, [outbox.seal(tenant_id, event, at=moment, trace_id=trace_id())])
    detail = {"status": report.status, "is_permanent": report.is_permanent}
    return AuditLine("address.bounce", "address", address_id, detail)
