"""What a notice's mail is about, so that an answer to it finds its case."""

from uuid import UUID

from services.tracker.domain.telling import NoticeEvent
from services.tracker.notifiers.threads import Thread
from services.tracker.store.actions import read_action
from services.tracker.store.cases import read_cases
from services.tracker.store.problems import cases_of_customer
from services.tracker.store.tables import Notice
from shared.database import Tx


async def thread_of(tx: Tx, notice: Notice, address_id: UUID) -> Thread:
    """The case that is answered; of several of one customer, the newest."""
    cases = await read_cases(tx, notice.tenant_id, await cases_of_notice(tx, notice))
    return Thread(notice.tenant_id, cases[0].feedback_id if cases else None, address_id)


async def cases_of_notice(tx: Tx, notice: Notice) -> list[UUID]:
    """The customer's cases that a notice tells of."""
    if NoticeEvent(notice.event) is NoticeEvent.REPLY:
        return [notice.about]
    action = await read_action(tx, notice.tenant_id, notice.about)
    if action is None:
        return []
    return await cases_of_customer(tx, notice.tenant_id, action.problem_id, notice.customer_id)
