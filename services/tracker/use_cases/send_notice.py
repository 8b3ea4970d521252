"""Tells one customer one thing once: claimed and committed before sending, and never sent again when in doubt."""

from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.action_states import ActionState
from services.tracker.domain.case_states import ANSWERABLE, CaseState
from services.tracker.domain.telling import Letter, NoticeEvent, NoticeState, Reason, Told, whom_to_tell
from services.tracker.notifiers.email import Ending, Mail, Mailer
from services.tracker.notifiers.letters import write_letter
from services.tracker.store import notices
from services.tracker.store.actions import answers_of, read_action
from services.tracker.store.case_events import By, move_cases
from services.tracker.store.notices import AddressAlreadyToldError
from services.tracker.store.problems import cases_of_customer
from services.tracker.store.tables import Notice
from shared.access import audit
from shared.access.audit import AuditLine
from shared.clock import Clock, now
from shared.contracts.reach import PersonOut
from shared.contracts.vocabulary import Purpose
from shared.database import Database, Tx
from shared.failpoints import FailPoint, reach
from shared.logs import get_log
from shared.messaging import jobs
from shared.messaging.jobs import Claim, StaleLeaseError, TryLaterError
from shared.peers.addresses import Addresses, PeerAwayError

_log = get_log("mail")

SEND_TRIES_MAX = 60  # With the pauses below about a day: a mail server may be away for a night.
RETRY_PAUSE_S = 5.0
RETRY_PAUSE_MAX_S = 1800.0

# How an ending stands in the ledger when it is not tried again.
_ENDED = {
    Ending.SENT: (NoticeState.SENT, None),
    Ending.REFUSED: (NoticeState.FAILED, Reason.REFUSED),
    Ending.NOT_NOW: (NoticeState.FAILED, Reason.UNREACHABLE),
    Ending.IN_DOUBT: (NoticeState.IN_DOUBT, Reason.NO_REPLY_AFTER_DATA),
}


@dataclass(frozen=True)
class SendNotice:
    """The job's handler. `mailer` is None while no mail server is set."""

    database: Database
    addresses: Addresses
    mailer: Mailer | None
    brand: str
    clock: Clock = now

    async def __call__(self, claim: Claim) -> None:
        """Sends, or writes down why not; the job ends in the same transaction."""
        notice = await self._read(claim)
        if notice is None or notice.state not in (NoticeState.QUEUED, NoticeState.CLAIMED):
            await self._finish(claim)
        elif notice.state == NoticeState.CLAIMED:
            # A worker died between its claim and its last word: only a person can find out what happened.
            await self._end(claim, notice, NoticeState.IN_DOUBT, Reason.STOPPED_WHILE_SENDING)
        else:
            await self._tell(claim, notice)

    async def _tell(self, claim: Claim, notice: Notice) -> None:
        told = whom_to_tell(await self._person(notice))
        if isinstance(told, Reason):
            await self._end(claim, notice, NoticeState.SKIPPED, told)
            return
        letter = await self._letter(notice, told)
        if letter is None:
            await self._end(claim, notice, NoticeState.SKIPPED, Reason.REOPENED)
            return
        try:
            await self._write_and_send(claim, notice, told, letter)
        except AddressAlreadyToldError:
            await self._end(claim, notice, NoticeState.SKIPPED, Reason.ALREADY_TOLD)

    async def _person(self, notice: Notice) -> PersonOut | None:
        try:
            people = await self.addresses.read(notice.tenant_id, [notice.customer_id], Purpose.REPLY)
        except PeerAwayError as error:
            raise TryLaterError(RETRY_PAUSE_S) from error
        return people.get(notice.customer_id)

    async def _letter(self, notice: Notice, told: Told) -> Letter | None:
        """What the person reads; None when the action was reopened meanwhile, for then it would not be true."""
        async with self.database.transaction(notice.tenant_id) as tx:
            action = await read_action(tx, notice.tenant_id, notice.about)
        if action is None or (action.state, action.round) != (ActionState.CLOSED, notice.round):
            return None
        answers = answers_of(action)
        language = told.person.language
        return write_letter(NoticeEvent(notice.event), language, brand=self.brand, answer=answers.get(language))

    async def _write_and_send(self, claim: Claim, notice: Notice, told: Told, letter: Letter) -> None:
        address = told.address
        if self.mailer is None:
            if notice.tries:  # A mail server was set when it was tried: it will be set again, and the mail must wait.
                raise TryLaterError(RETRY_PAUSE_MAX_S)
            async with self.database.transaction(notice.tenant_id) as tx:
                await notices.keep_unsent(tx, notice, address.address_id, letter)
                await _note(tx, notice, NoticeState.NOT_SENT, Reason.NO_SMTP)
                await jobs.finish(tx, claim)
            return
        async with self.database.transaction(notice.tenant_id) as tx:
            await jobs.hold(tx, claim)
            if not await notices.claim(tx, notice, address.address_id, letter):
                raise StaleLeaseError(claim.kind)
        reach(FailPoint.MAIL_AFTER_CLAIM)
        ending = await self.mailer.send(Mail(notice.id, address.value, letter, self.clock()))
        _log.info("mail", notice=str(notice.id), ending=ending)
        await self._book(claim, notice, ending)

    async def _book(self, claim: Claim, notice: Notice, ending: Ending) -> None:
        if ending is Ending.NOT_NOW and notice.tries + 1 < SEND_TRIES_MAX:
            async with self.database.transaction(notice.tenant_id) as tx:
                await notices.give_back(tx, notice, Reason.UNREACHABLE)
            reach(FailPoint.MAIL_AFTER_GIVING_BACK)
            raise TryLaterError(min(RETRY_PAUSE_S * 2**notice.tries, RETRY_PAUSE_MAX_S))
        await self._end(claim, notice, *_ENDED[ending])

    async def _end(self, claim: Claim, notice: Notice, state: NoticeState, reason: Reason | None) -> None:
        async with self.database.transaction(notice.tenant_id) as tx:
            await notices.end(tx, notice, state, reason)
            await _note(tx, notice, state, reason)
            if state is NoticeState.SENT:
                await _mark_answered(tx, notice)
            await jobs.finish(tx, claim)

    async def _read(self, claim: Claim) -> Notice | None:
        async with self.database.transaction(claim.tenant_id) as tx:
            return await notices.read_notice(tx, claim.tenant_id, UUID(claim.dedupe_key))

    async def _finish(self, claim: Claim) -> None:
        async with self.database.transaction(claim.tenant_id) as tx:
            await jobs.finish(tx, claim)


async def _note(tx: Tx, notice: Notice, state: NoticeState, reason: Reason | None) -> None:
    """One audit line for a notice, at its end."""
    detail = {"about": str(notice.about), "event": notice.event, "round": notice.round}
    before, after = {"state": notice.state}, {"state": state}
    line = AuditLine("notice.send", "notice", notice.id, detail, before=before, after=after, why=reason)
    await audit.write(tx, "tracker", {notice.tenant_id: line})


async def _mark_answered(tx: Tx, notice: Notice) -> None:
    action = await read_action(tx, notice.tenant_id, notice.about)
    if action is not None:
        cases = await cases_of_customer(tx, notice.tenant_id, action.problem_id, notice.customer_id)
        await move_cases(tx, By(notice.tenant_id), cases, CaseState.ANSWERED, ANSWERABLE)
