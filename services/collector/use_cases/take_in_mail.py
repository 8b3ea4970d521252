"""Takes one mail in: a feedback, a customer's answer, a delivery report, or nothing, and then why."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.collector.channels.email_message import MailRead, read_mail
from services.collector.channels.email_refusals import Refusal
from services.collector.channels.registry import CHANNELS
from services.collector.domain.intake import Intake
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.store.keyring import Keyring
from services.collector.store.mail_tables import Mailbox
from services.collector.store.mailboxes import tenants_marked
from services.collector.use_cases.accept_feedback import AcceptFeedback, Outcome, accept_feedback
from services.collector.use_cases.hear_of_mails import Back, keep_answer, note_bounce
from services.collector.use_cases.mask_intakes import Masking
from shared.access.audit import AuditLine
from shared.access.credentials import Actor
from shared.access.kinds import Kind
from shared.contracts.vocabulary import Channel
from shared.database import Database, Tx
from shared.reply_tokens import Token, TokenKind, is_genuine, read_tokens, tenant_mark
from shared.trace import trace_id

TEXT_LENGTH_MAX = CHANNELS[Channel.EMAIL].text_length_max

# A body as the door takes it, with all of its checks; ValueError when it breaks one.
ReadBody = Callable[[Mapping[str, Any], datetime], Intake]


class MailOutcome(StrEnum):
    """What became of a mail: the name of its count."""

    FEEDBACK = "feedback"
    REPLY = "reply"
    BOUNCE = "bounce"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    KNOWN = "known"


@dataclass(frozen=True)
class Done:
    """What became of a mail, why when it became nothing, and the audit's line under the tenant that it was for."""

    outcome: MailOutcome
    reason: str = ""
    tenant_id: UUID | None = None
    line: AuditLine | None = None


Deed = Callable[[Tx], Awaitable[Done]]


@dataclass(frozen=True)
class Understood:
    """A mail that was read: which tenants its deed is about, and the deed, for one transaction."""

    tenants: tuple[UUID, ...]
    deed: Deed


@dataclass(frozen=True)
class TakeInMail:
    """What a mail becomes. Without a key for answers, each is a feedback, as it is where the key is another one's."""

    database: Database
    carrier: Database
    keyring: Keyring
    masking: Masking
    read_body: ReadBody
    reply_key: bytes | None

    async def understand(self, mailbox: Mailbox, raw: bytes, arrived_at: datetime, moment: datetime) -> Understood:
        """Reads the mail away from the event loop, and says what is to be done. Raises ValueError where it cannot."""
        mail = await asyncio.to_thread(read_mail, raw)
        if mail.report is not None:
            return await self._bounce(mailbox, mail, moment)
        if mail.refusal is None and await self._genuine(mailbox, mail.message_id or "", TokenKind.REPLY):
            return _nothing(mailbox, Refusal.OWN_LOOP)
        if mail.refusal is not None:
            return _nothing(mailbox, mail.refusal)
        intake = self._intake(mailbox, mail, arrived_at, moment)
        [masked] = await self.masking.mask([intake])
        new = _New(self.keyring, mailbox, masked, mail, moment)
        found = await self._genuine(mailbox, f"{mail.sent_to} {mail.answers}", TokenKind.REPLY)
        if found is None:
            return Understood((mailbox.tenant_id,), new.as_feedback)
        tenant_id, token = found
        back = Back(tenant_id, token.subject_id, mailbox.name, len(mail.files))
        return Understood((mailbox.tenant_id, tenant_id), replace(new, back=back).as_answer)

    async def _bounce(self, mailbox: Mailbox, mail: MailRead, moment: datetime) -> Understood:
        """One counts when it brings back words that we alone can have written; else anybody could silence others."""
        report = mail.report
        found = await self._genuine(mailbox, f"{mail.sent_to} {report.returned if report else ''}", TokenKind.BOUNCE)
        if found is None or report is None:
            return _nothing(mailbox, Refusal.REPORT)
        tenant_id, token = found

        async def deed(tx: Tx) -> Done:
            if report.is_delivered:
                return Done(MailOutcome.BOUNCE, "delivered")
            line = await note_bounce(tx, tenant_id, token.subject_id, report, moment)
            return Done(MailOutcome.BOUNCE, tenant_id=tenant_id, line=line)

        return Understood((mailbox.tenant_id, tenant_id), deed)

    async def _genuine(self, mailbox: Mailbox, text: str, kind: TokenKind) -> tuple[UUID, Token] | None:
        """The first token of this kind that we wrote, and the tenant that it was written for."""
        if self.reply_key is None:
            return None
        for token in read_tokens(text):
            if token.kind is kind and (tenant_id := await self._tenant_of(mailbox, token, self.reply_key)):
                return tenant_id, token
        return None

    async def _tenant_of(self, mailbox: Mailbox, token: Token, key: bytes) -> UUID | None:
        """Mostly the mailbox's own; several tenants may share one mailbox for answers."""
        if token.tenant_mark == tenant_mark(mailbox.tenant_id):
            return mailbox.tenant_id if is_genuine(key, token, mailbox.tenant_id) else None
        known = await tenants_marked(self.carrier, token.tenant_mark)
        return next((tenant_id for tenant_id in known if is_genuine(key, token, tenant_id)), None)

    def _intake(self, mailbox: Mailbox, mail: MailRead, arrived_at: datetime, moment: datetime) -> Intake:
        """As the door reads it. What it refuses of the sender or the time is left out: the words count."""
        said: dict[str, Any] = {
            "channel": Channel.EMAIL,
            "text": _text_of(mail)[:TEXT_LENGTH_MAX],
            "source": f"mailbox:{mailbox.name}",
            "external_id": mail.message_id or f"digest:{mail.digest}",
        }
        customer = {"email": mail.sender, "name": mail.sender_name}
        known = {name: value for name, value in customer.items() if value}
        for more in (
            {"occurred_at": (mail.sent_at or arrived_at).isoformat(), "customer": known},
            {"occurred_at": arrived_at.isoformat(), "customer": known},
            {"occurred_at": arrived_at.isoformat(), "customer": {"email": mail.sender}},
            {"occurred_at": arrived_at.isoformat()},
            {},
        ):
            try:
                intake = self.read_body(said | more, moment)
            except ValueError:
                continue
            return replace(intake, body=mail.digest.encode())
        raise ValueError("no reading of this mail passes the door")


@dataclass(frozen=True)
class _New:
    """A mail that somebody wrote, ready to be kept."""

    keyring: Keyring
    mailbox: Mailbox
    masked: MaskedIntake
    mail: MailRead
    moment: datetime
    back: Back | None = None

    async def as_feedback(self, tx: Tx) -> Done:
        """A second mail under the same id is another one where it says something else: some senders give all one id."""
        outcome, line = await self._accept(tx, self.masked)
        if outcome is Outcome.CONTRADICTS:
            outcome, line = await self._accept(tx, self._under_an_id_of_its_own())
        if outcome is not Outcome.NEW:
            return Done(MailOutcome.KNOWN)
        return Done(MailOutcome.FEEDBACK, tenant_id=self.mailbox.tenant_id, line=line)

    async def as_answer(self, tx: Tx) -> Done:
        """Under the case's customer. Where there is nobody any more, it is a feedback like others."""
        if self.back is None:
            return await self.as_feedback(tx)
        keys = await self.keyring.keys_of(tx, self.back.tenant_id)
        kept = await keep_answer(tx, keys, self.back, self._under_an_id_of_its_own(), self.moment)
        if kept is None:
            return await self.as_feedback(tx)
        if kept.line is None:
            return Done(MailOutcome.KNOWN)
        return Done(MailOutcome.REPLY, tenant_id=self.back.tenant_id, line=kept.line)

    async def _accept(self, tx: Tx, masked: MaskedIntake) -> tuple[Outcome, AuditLine | None]:
        command = AcceptFeedback(
            actor=_reader_of(self.mailbox),
            intakes=[masked],
            moment=self.moment,
            trace_id=trace_id(),
            vouches_for_addresses=False,  # Anybody can write any sender into a mail.
        )
        done = await accept_feedback(tx, self.keyring, command)
        return done.value[0].outcome, done.line

    def _under_an_id_of_its_own(self) -> MaskedIntake:
        end = f"#{self.mail.digest[:16]}"
        original, clear = self.masked.original, self.masked.clear
        return replace(
            self.masked,
            original=replace(original, external_id=f"{original.external_id}{end}"),
            clear=replace(clear, external_id=f"{clear.external_id}{end}"),
        )


def _nothing(mailbox: Mailbox, refusal: Refusal) -> Understood:
    async def deed(_: Tx) -> Done:
        return Done(MailOutcome.REFUSED, refusal)

    return Understood((mailbox.tenant_id,), deed)


def _text_of(mail: MailRead) -> str:
    """Subject and words, as one would tell them; of a mail that is files alone, that."""
    subject, text = mail.subject.strip(), mail.text.strip()
    if not text and not subject:
        return f"[{len(mail.files)} × 附件 attachment]"
    if not text or not subject or text.startswith(subject):
        return text or subject
    return f"{subject}\n{text}"


def _reader_of(mailbox: Mailbox) -> Actor:
    return Actor(mailbox.tenant_id, mailbox.id, Kind.PEER, f"mailbox:{mailbox.name}", frozenset())
