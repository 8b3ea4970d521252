"""Reads one mailbox, as a job that comes again: whoever holds its lease is its only reader.

Each mail has one transaction: what it becomes, how far the mailbox is read, and the proof that the lease still holds.
So a restart reads nothing twice, and a reader that slept has no effect any more.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from services.collector.channels.imap_session import AfterReading, ImapSession, Listed, Place, Security
from services.collector.channels.mailbox_faults import MailboxFault, MailboxFaultError
from services.collector.store import mailboxes
from services.collector.store.keyring import Keyring
from services.collector.store.lost_race import LostRaceError
from services.collector.store.mail_tables import Mailbox
from services.collector.use_cases.take_in_mail import Deed, Done, MailOutcome, TakeInMail, Understood
from shared.access import audit
from shared.clock import Clock, now
from shared.database import Database, Tx, is_transient
from shared.logs import get_log
from shared.messaging import jobs
from shared.messaging.jobs import Claim, StaleLeaseError, TryLaterError
from shared.messaging.lanes import Kick
from shared.metrics import MAILBOX_FAILURES, MAILS_READ
from shared.trace import new_trace_id, tracing

READ_MAILBOX = "read_mailbox"
MAILS_A_TURN_MAX = 50
RACES_MAX = 5
FAILURE_PAUSE_S = 30.0
FAILURE_PAUSE_MAX_S = 3_600.0
VISITS_AT_ONCE_MAX = 8
STEP_TIMEOUT_S = 90.0  # Of one command: a server may send a long mail slowly, and no longer.

_log = get_log("mailbox")
T = TypeVar("T")


@dataclass(frozen=True)
class ReadMailbox:
    """The job's handler."""

    database: Database
    keyring: Keyring
    take_in: TakeInMail
    kick_relay: Kick
    clock: Clock = now
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(VISITS_AT_ONCE_MAX, thread_name_prefix="mailbox")
    )

    async def __call__(self, claim: Claim) -> None:
        """Reads what is new, and comes again. The job ends with its mailbox."""
        mailbox = await self._find(claim)
        if mailbox is None:
            async with self.database.transaction(claim.tenant_id) as tx:
                await jobs.finish(tx, claim)
            return
        if not mailbox.is_active:
            raise TryLaterError(mailbox.interval_s)
        try:
            is_more = await self._visit(claim, mailbox)
        except MailboxFaultError as error:
            await self._failed(claim, mailbox, error.fault)
        except Exception as error:
            if is_transient(error) or isinstance(error, StaleLeaseError):
                raise
            _log.error("mailbox_broken", mailbox=str(mailbox.id), error=type(error).__name__)
            await self._failed(claim, mailbox, MailboxFault.INTERNAL)
        else:
            raise TryLaterError(0.0 if is_more else mailbox.interval_s)

    async def _find(self, claim: Claim) -> Mailbox | None:
        async with self.database.transaction(claim.tenant_id) as tx:
            return await mailboxes.read_mailbox_row(tx, claim.tenant_id, UUID(claim.dedupe_key))

    async def _failed(self, claim: Claim, mailbox: Mailbox, fault: MailboxFault) -> None:
        MAILBOX_FAILURES.labels(fault).inc()
        _log.warning("mailbox_not_read", mailbox=str(mailbox.id), fault=fault)
        async with self.database.transaction(claim.tenant_id) as tx:
            await jobs.hold(tx, claim)
            failures = await mailboxes.note_failure(tx, mailbox, fault)
        raise TryLaterError(min(FAILURE_PAUSE_S * 2 ** max(failures - 1, 0), FAILURE_PAUSE_MAX_S))

    async def _visit(self, claim: Claim, mailbox: Mailbox) -> bool:
        """Takes in some mails; whether more wait."""
        async with self.database.transaction(mailbox.tenant_id) as tx:
            keys = await self.keyring.keys_of(tx, mailbox.tenant_id)
        session = ImapSession(place_of(mailbox, mailboxes.password_of(keys, mailbox)))
        try:
            opened = await self._ask(session, session.open)
            async with self.database.transaction(mailbox.tenant_id) as tx:
                await jobs.hold(tx, claim)
                last = await mailboxes.begin_reading(tx, mailbox, opened.uid_validity)
            waiting = await self._ask(session, lambda: session.uids_after(last, mailbox.since))
            turn = waiting[:MAILS_A_TURN_MAX]
            known = await self._ask(session, lambda: session.list(turn))
            visit = _Visit(claim, mailbox, session, opened.uid_validity)
            stuck = [await self._take(visit, known.get(uid) or Listed(uid, 0, None)) for uid in turn]
            if any(stuck):  # Said once all were taken in: none waits because another could not be moved.
                raise MailboxFaultError(MailboxFault.MOVE)
            async with self.database.transaction(mailbox.tenant_id) as tx:
                await jobs.hold(tx, claim)
                await mailboxes.note_read(tx, mailbox)
            await self._ask(session, session.close)
        finally:
            session.kill()
        return len(waiting) > len(turn)

    async def _ask(self, session: ImapSession, step: Callable[[], T]) -> T:
        """One step in a thread. One that takes too long is cut off under it."""
        asked = asyncio.get_running_loop().run_in_executor(self.threads, step)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), STEP_TIMEOUT_S)
        except TimeoutError:
            session.kill()
            raise MailboxFaultError(MailboxFault.TIMEOUT) from None

    async def _take(self, visit: "_Visit", listed: Listed) -> bool:
        """Takes one mail in and marks it as taken; whether the marking failed."""
        raw = await self._ask(visit.session, lambda: visit.session.fetch(listed.uid))
        if raw is None:  # Somebody took it away meanwhile.
            return False
        try:
            done = await self._kept(visit, listed, raw)
        except Exception as error:
            if is_transient(error) or isinstance(error, StaleLeaseError):
                raise
            _log.error("mail_set_aside", mailbox=str(visit.mailbox.id), uid=listed.uid, error=type(error).__name__)
            done = Done(MailOutcome.SET_ASIDE, type(error).__name__)
            await self._book(visit, listed, Understood((visit.mailbox.tenant_id,), _just(done)))
        MAILS_READ.labels(done.outcome).inc()
        self.kick_relay()
        return done.outcome is not MailOutcome.SET_ASIDE and not await self._mark(visit, listed.uid)

    async def _mark(self, visit: "_Visit", uid: int) -> bool:
        how = AfterReading(visit.mailbox.after_reading)
        try:
            await self._ask(visit.session, lambda: visit.session.mark(uid, how))
        except MailboxFaultError as error:
            if error.fault is not MailboxFault.MOVE:
                raise
            return False
        return True

    async def _kept(self, visit: "_Visit", listed: Listed, raw: bytes) -> Done:
        moment = self.clock()
        arrived_at = mailboxes.moment_of(listed.arrived_at, moment)
        understood = await self.take_in.understand(visit.mailbox, raw, arrived_at, moment)
        for _ in range(RACES_MAX):
            try:
                return await self._book(visit, listed, understood)
            except LostRaceError:
                continue
        raise LostRaceError

    async def _book(self, visit: "_Visit", listed: Listed, understood: Understood) -> Done:
        mailbox = visit.mailbox
        async with self.database.transaction(*understood.tenants) as tx:
            await jobs.hold(tx, visit.claim)
            with tracing([new_trace_id()]):
                done = await understood.deed(tx)
            if done.line is not None and done.tenant_id is not None:
                await audit.write(tx, f"mailbox:{mailbox.name}", {done.tenant_id: done.line})
            if done.outcome in (MailOutcome.REFUSED, MailOutcome.SET_ASIDE):
                await mailboxes.leave_mail(tx, visit.left(listed, done))
            await mailboxes.pass_mail(tx, mailbox, visit.uid_validity, listed.uid, done.outcome)
        return done


@dataclass(frozen=True)
class _Visit:
    """Who reads which mailbox by which connection; numbers of mails hold while `uid_validity` does."""

    claim: Claim
    mailbox: Mailbox
    session: ImapSession
    uid_validity: int

    def left(self, listed: Listed, done: Done) -> dict[str, object]:
        """Where a mail lies that became nothing, and why."""
        return {
            "tenant_id": self.mailbox.tenant_id,
            "mailbox_id": self.mailbox.id,
            "uid_validity": self.uid_validity,
            "uid": listed.uid,
            "outcome": done.outcome,
            "reason": done.reason,
            "size_bytes": listed.size_bytes,
        }


def place_of(mailbox: Mailbox, password: str) -> Place:
    """How one comes into the mailbox."""
    return Place(
        host=mailbox.host,
        port=mailbox.port,
        security=Security(mailbox.security),
        username=mailbox.username,
        password=password,
        folder=mailbox.folder,
        move_to=mailbox.move_to,
    )


def _just(done: Done) -> Deed:
    async def deed(_: Tx) -> Done:
        return done

    return deed
