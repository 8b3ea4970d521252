"""Hears what came back to mails of ours: customers' answers, and addresses that nobody is reached at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.tracker.domain.case_changes import CaseEventKind
from services.tracker.domain.case_states import REOPENABLE, CaseState
from services.tracker.store.case_events import By, add_answer, move_cases
from services.tracker.store.cases import cases_of_feedback, touch_cases
from services.tracker.store.suppressed import suppress
from shared.access.audit import AuditLine, lines_of_batch
from shared.contracts.envelope import Envelope
from shared.contracts.events import AddressBounced, CustomerReplied
from shared.database import Tx


class CaseNotThereError(Exception):
    """The case that is answered has not been opened here yet: the fact waits."""


async def hear_replies(tx: Tx, facts: Sequence[Envelope]) -> Mapping[UUID, AuditLine]:
    """Into the case's history, and back onto somebody's desk. Raises CaseNotThereError."""
    heard: list[tuple[UUID, UUID]] = []
    for tenant_id, some in _by_tenant(facts).items():
        replies = [CustomerReplied.model_validate(fact.data) for fact in some]
        cases = await cases_of_feedback(tx, tenant_id, [reply.feedback_id for reply in replies])
        for reply in replies:
            if reply.feedback_id not in cases:
                raise CaseNotThereError
            if await _hear(tx, By(tenant_id), cases[reply.feedback_id], reply):
                heard.append((tenant_id, cases[reply.feedback_id]))
    return lines_of_batch("case.customer_replied", "case", heard, why=CustomerReplied.__name__)


async def _hear(tx: Tx, by: By, case_id: UUID, reply: CustomerReplied) -> bool:
    """Whether it was news. Of somebody who was erased, it says only that they answered."""
    said = {"text": reply.text} if reply.text else {}
    detail = {**said, "is_from_their_address": reply.is_from_their_address, "files": reply.files}
    await touch_cases(tx, by.tenant_id, [case_id])  # First: whoever holds the case's row is waited for.
    if not await add_answer(tx, by, CaseEventKind.CUSTOMER_REPLIED, (reply.reply_id, case_id), detail):
        return False
    await move_cases(tx, by, [case_id], CaseState.OPEN, REOPENABLE)
    return True


async def hear_bounces(tx: Tx, facts: Sequence[Envelope]) -> Mapping[UUID, AuditLine]:
    """An address that is gone for good is written to no more; that a mailbox is full for now changes nothing."""
    gone: list[tuple[UUID, UUID]] = []
    for tenant_id, some in _by_tenant(facts).items():
        bounced = (AddressBounced.model_validate(fact.data) for fact in some)
        for one in sorted((one for one in bounced if one.is_permanent), key=_address_of):
            is_new = await suppress(tx, tenant_id, one.address_id, one.status, one.reported_at)
            gone += [(tenant_id, one.address_id)] if is_new else []
    return lines_of_batch("address.suppress", "address", gone, why=AddressBounced.__name__)


def _address_of(bounced: AddressBounced) -> UUID:
    return bounced.address_id


def _by_tenant(facts: Sequence[Envelope]) -> dict[UUID, list[Envelope]]:
    """In order, so that two workers never hold each other up for ever."""
    found: dict[UUID, list[Envelope]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: fact.tenant_id):
        found[fact.tenant_id].append(fact)
    return found
