"""What one person is to read for a row of the ledger, and whether it may leave the box."""

from dataclasses import dataclass

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.telling import Letter, NoticeEvent, Reason
from services.tracker.notifiers.letters import write_letter
from services.tracker.store.actions import answers_of, read_action
from services.tracker.store.case_events import read_event
from services.tracker.store.tables import Notice
from services.tracker.store.tenants import read_tenant
from shared.contracts.vocabulary import Language
from shared.database import Tx


@dataclass(frozen=True)
class Written:
    """A letter. `kept_for` says why it is only kept: a tenant that is a demonstration writes to nobody."""

    letter: Letter
    kept_for: Reason | None


async def letter_of(tx: Tx, notice: Notice, language: Language, brand: str) -> Written | Reason:
    """The letter in the customer's language, or why there is nothing to say any more; `brand` is the instance's."""
    event = NoticeEvent(notice.event)
    said = await (
        _answer_of_reply(tx, notice) if event is NoticeEvent.REPLY else _answer_of_closure(tx, notice, language)
    )
    if isinstance(said, Reason):
        return said
    tenant = await read_tenant(tx, notice.tenant_id)
    own_brand = tenant.brand if tenant and tenant.brand else brand
    letter = write_letter(event, language, brand=own_brand, answer=said)
    return Written(letter, Reason.DEMO if tenant and tenant.is_demo else None)


async def _answer_of_closure(tx: Tx, notice: Notice, language: Language) -> str | Reason | None:
    """Nothing when the action was reopened meanwhile, for then it would not be true."""
    action = await read_action(tx, notice.tenant_id, notice.about)
    if action is None or (action.state, action.round) != (ActionState.CLOSED, notice.round):
        return Reason.REOPENED
    return answers_of(action).get(language)


async def _answer_of_reply(tx: Tx, notice: Notice) -> str | Reason:
    """The words stand in the case's history, until the customer is erased."""
    reply = await read_event(tx, notice.tenant_id, notice.id)
    said = reply.detail.get("text") if reply else None
    return str(said) if said else Reason.UNKNOWN_CUSTOMER
