"""Tells one customer one thing once: claimed and committed before sending, and never sent again when in doubt."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.tracker.domain.case_states import ANSWERABLE, CaseState
from services.tracker.domain.telling import (
    ANSWERING,
    Letter,
    NoticeEvent,
    NoticeState,
    Reason,
    Told,
    whom_to_tell,
)
from services.tracker.notifiers.email import Ending, Mail, Mailer
from services.tracker.store import notices
from services.tracker.store.case_events import By, move_cases
from services.tracker.store.notices import AlreadyToldError
from services.tracker.store.suppressed import suppressed_of
from services.tracker.store.tables import Notice
from services.tracker.use_cases.letter_of_notice import Written, letter_of
from services.tracker.use_cases.tell_progress import tell_progress
from services.tracker.use_cases.thread_of_notice import cases_of_notice, thread_of
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
        person = await self._person(notice)
        async with self.database.transaction(notice.tenant_id) as tx:
            told = whom_to_tell(person, await suppressed_of(tx, notice.tenant_id, [person]))
        if isinstance(told, Reason):
            await self._end(claim, notice, NoticeState.SKIPPED, told)
            return
        async with self.database.transaction(notice.tenant_id) as tx:
            written = await letter_of(tx, notice, told.person.language, self.brand)
        if isinstance(written, Reason):
            await self._end(claim, notice, NoticeState.SKIPPED, written)
            return
        try:
            await self._keep_or_send(claim, notice, told, written)
        except AlreadyToldError:
            await self._end(claim, notice, NoticeState.SKIPPED, Reason.ALREADY_TOLD)

    async def _person(self, notice: Notice) -> PersonOut | None:
        try:
            people = await self.addresses.read(notice.tenant_id, [notice.customer_id], Purpose.REPLY)
        except PeerAwayError as error:
            raise TryLaterError(RETRY_PAUSE_S) from error
        return people.get(notice.customer_id)

    async def _keep_or_send(self, claim: Claim, notice: Notice, told: Told, written: Written) -> None:
        if written.kept_for is not None:
            await self._keep(claim, notice, told, written)
        elif self.mailer is not None:
            await self._send(claim, notice, told, self.mailer, written.letter)
        elif notice.tries:  # A mail server was set when it was tried: it will be set again, and the mail must wait.
            raise TryLaterError(RETRY_PAUSE_MAX_S)
        else:
            await self._keep(claim, notice, told, replace(written, kept_for=Reason.NO_SMTP))

    async def _keep(self, claim: Claim, notice: Notice, told: Told, written: Written) -> None:
        reason = written.kept_for or Reason.NO_SMTP
        async with self.database.transaction(notice.tenant_id) as tx:
            await notices.keep_unsent(tx, notice, told, written.letter, reason)
            await _note(tx, notice, NoticeState.NOT_SENT, reason)
            await _mark_answered(tx, notice, NoticeState.NOT_SENT)
            await jobs.finish(tx, claim)

    async def _send(self, claim: Claim, notice: Notice, told: Told, mailer: Mailer, letter: Letter) -> None:
        address = told.address
        async with self.database.transaction(notice.tenant_id) as tx:
            await jobs.hold(tx, claim)
            if not await notices.claim(tx, notice, told, letter):
                raise StaleLeaseError(claim.kind)
            thread = await thread_of(tx, notice, address.address_id)
        reach(FailPoint.MAIL_AFTER_CLAIM)
        ending = await mailer.send(Mail(notice.id, address.value, letter, self.clock(), thread))
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
            await _mark_answered(tx, notice, state)
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


async def _mark_answered(tx: Tx, notice: Notice, state: NoticeState) -> None:
    event = NoticeEvent(notice.event)
    if state not in ANSWERING[event]:
        return
    cases = await cases_of_notice(tx, notice)
    await move_cases(tx, By(notice.tenant_id), cases, CaseState.ANSWERED, ANSWERABLE)
    await tell_progress(tx, notice.tenant_id, cases)
