"""Answers the customer of a case by hand: the ledger gets a row of its own for each answer, and sends it once."""

from uuid import UUID

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.store.case_events import By, add_events, count_events
from services.tracker.store.cases import hold_cases, touch_cases
from services.tracker.store.notices import plan_reply
from services.tracker.store.tables import CustomerCase, Notice
from services.tracker.use_cases.change_cases import UnknownCaseError
from services.tracker.use_cases.tell_customers import SEND_NOTICE
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.database import Tx
from shared.messaging import jobs
from shared.messaging.jobs import TRACES
from shared.trace import traces


class NobodyToAnswerError(Exception):
    """Nobody knows whose case it is."""


async def reply_to_customer(tx: Tx, actor: Actor, case_id: UUID, text: str) -> Done[Notice]:
    """Writes the answer down and has it sent. Raises UnknownCaseError, NobodyToAnswerError."""
    case = (await hold_cases(tx, actor.tenant_id, [case_id])).get(case_id)
    if case is None:
        raise UnknownCaseError
    notice = await _enter(tx, actor, case, text)
    await touch_cases(tx, actor.tenant_id, [case_id])
    detail = {"notice": str(notice.id), "round": notice.round}
    return Done(notice, AuditLine("case.reply", "case", case_id, detail))


async def _enter(tx: Tx, actor: Actor, case: CustomerCase, text: str) -> Notice:
    """Into the history, which keeps the words, and under the same id into the ledger."""
    if case.customer_id is None:
        raise NobodyToAnswerError
    number = await count_events(tx, case.tenant_id, case.id, CaseEventKind.REPLY) + 1
    said = {case.id: {"text": text, "round": number}}
    [reply_id] = await add_events(tx, By.actor(actor), CaseEventKind.REPLY, said)
    notice = await plan_reply(tx, case, reply_id, number)
    own = [case.trace_id] if case.trace_id else []
    await jobs.put(tx, case.tenant_id, SEND_NOTICE, dedupe_key=str(reply_id), args={TRACES: [*own, *traces()]})
    return notice
