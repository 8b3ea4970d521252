"""Sends one mail by SMTP, and tells certain from uncertain ends apart."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import aiosmtplib

from services.tracker.domain.telling import Letter
from services.tracker.notifiers.mail_trial import MailFault, Trial, trying
from services.tracker.notifiers.threads import LOOP_HEADER, Thread, WayBack
from services.tracker.settings import SmtpSecurity, TrackerSettings
from shared.failpoints import FailPoint, reach, reach_when_written

# Shorter than a job's lease together, so that a slow server cannot outlive the worker's right to send.
COMMAND_TIMEOUT_S = 20
_TAKEN = range(200, 300)
_TEMPORARY_FROM = 400
_PERMANENT_FROM = 500
_HEADER = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_TRICKY = re.compile(r"[\s<>,;:\"()\[\]\\]|=\?")
_LINE_OF_A_DOT = re.compile(rb"^\.", re.MULTILINE)


class Ending(StrEnum):
    """How a sending ended, as far as one can know."""

    SENT = "sent"
    REFUSED = "refused"  # For good: the server said so.
    NOT_NOW = "not_now"  # Nothing was handed over, for certain.
    IN_DOUBT = "in_doubt"  # The text went out, and no answer came.


@dataclass(frozen=True)
class Mail:
    """One letter to one address. `notice_id` begins the Message-ID; with a `thread`, an answer finds its way back."""

    notice_id: UUID
    to: str
    letter: Letter
    at: datetime
    thread: Thread | None = None


class Mailer(Protocol):
    """A way out for mails."""

    async def send(self, mail: Mail) -> Ending:
        """Tries once, and never raises for what a mail server does."""
        ...


class SmtpMailer:
    """Sends by the mail server of the settings; one connection a mail."""

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self._sender = parseaddr(settings.mail_from)[1] or settings.mail_from
        self._way_back = WayBack.of(settings)

    async def send(self, mail: Mail) -> Ending:
        """Tries once. What cannot be written is refused before anybody is asked."""
        try:
            data = _as_data(self._message(mail))
        except ValueError:  # Also what only looks like an address: its decoded form would be lines of its own.
            return Ending.REFUSED
        client = self._client()
        try:
            await client.connect()
            reach(FailPoint.MAIL_AFTER_CONNECT)
            await client.mail(self._way_back.envelope_sender(self._sender, mail.thread))
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            # A wrong password or sender is the operator's to mend; no customer is to be given up for it.
            return _close(client, Ending.NOT_NOW)
        refused = await self._refusal_of(client, mail.to)
        return _close(client, refused or await self._hand_over(client, data))

    async def fault_of_login(self) -> str | None:
        """Connects, signs in and hangs up; the error's kind when that fails, with the server's code."""
        client = self._client()
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as error:
            return f"{type(error).__name__} {error.code}"
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return type(error).__name__
        finally:
            client.close()
        return None

    async def trial(self, mail: Mail) -> Trial:
        """Sends as `send` does, and says at which step it failed and what the server answered."""
        async with trying() as trial:
            client = self._client()
            try:
                await client.connect()
                trial.has_come_to(MailFault.SENDER)
                await client.mail(self._sender)
                trial.has_come_to(MailFault.RECIPIENT)
                await client.rcpt(mail.to)
                trial.has_come_to(MailFault.TEXT)
                await client.data(self._message(mail).as_bytes(policy=WIRE))
            finally:
                client.close()
        return trial

    async def _refusal_of(self, client: aiosmtplib.SMTP, to: str) -> Ending | None:
        try:
            await client.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code)
        except UnicodeError:
            return Ending.REFUSED  # An address beyond ASCII, which this way out cannot write.
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Ending.NOT_NOW
        reach(FailPoint.MAIL_AFTER_RCPT)
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, data: bytes) -> Ending:
        """Nothing is handed over until the server asks for the text; from then on, silence means doubt."""
        try:
            asked = await client.execute_command(b"DATA")
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Ending.NOT_NOW
        if asked.code != aiosmtplib.SMTPStatus.start_input:
            return _refusal(asked.code)
        try:
            answer = await _say(client, data)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Ending.IN_DOUBT
        if answer.code >= _TEMPORARY_FROM:
            return _refusal(answer.code)
        if answer.code not in _TAKEN:
            return Ending.IN_DOUBT  # No word of the protocol: whoever speaks there may have taken the mail.
        reach(FailPoint.MAIL_AFTER_250_BEFORE_MARK)
        return Ending.SENT

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            use_tls=settings.smtp_security is SmtpSecurity.TLS,
            start_tls=settings.smtp_security is SmtpSecurity.STARTTLS,
            timeout=COMMAND_TIMEOUT_S,
        )

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = _address(self._settings.mail_from, self._settings.brand)
        message["To"] = _recipient(mail.to)
        message["Subject"] = mail.letter.subject
        message["Date"] = format_datetime(mail.at)
        known_as = self._way_back.message_id(mail.notice_id, mail.thread)
        message["Message-ID"] = f"<{known_as}@{self._sender.rpartition('@')[2] or 'localhost'}>"
        if reply_to := self._way_back.reply_to(mail.thread):
            message["Reply-To"] = reply_to
        message["Auto-Submitted"] = "auto-generated"
        message[LOOP_HEADER] = self._way_back.loop_mark(mail.thread)
        message.set_content(mail.letter.text)
        message["Content-Language"] = mail.letter.language  # After the content, whose setting clears such headers.
        return message


async def _say(client: aiosmtplib.SMTP, data: bytes) -> aiosmtplib.SMTPResponse:
    """Writes the text by hand, for the library says neither whether it was asked for nor how much of it went out."""
    protocol = client.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("gone before the text")
    half = len(data) // 2
    protocol.write(data[:half])
    await reach_when_written(FailPoint.MAIL_IN_DATA)
    protocol.write(data[half:])
    await reach_when_written(FailPoint.MAIL_AFTER_DOT_BEFORE_250)
    return await protocol.read_response(timeout=COMMAND_TIMEOUT_S)


def _as_data(message: EmailMessage) -> bytes:
    """The message as DATA wants it: a dot before each line that begins with one, and a line of one dot at the end.

    Raises ValueError where a header, decoded and folded, became another one or the end of them: what people write may
    hold encoded words (RFC 2047), which the library decodes.
    """
    written = message.as_bytes(policy=WIRE)
    if [name.decode() for name in _HEADER.findall(written.partition(b"\r\n\r\n")[0])] != message.keys():
        raise ValueError("a header broke out of its line")
    return _LINE_OF_A_DOT.sub(b"..", written) + b".\r\n"


def _recipient(written: str) -> Address:
    """The address as its two parts, so that nothing in it is read as anything else. Raises ValueError."""
    username, _, domain = written.rpartition("@")
    if not (username and domain) or "@" in username or not written.isprintable() or _TRICKY.search(written):
        raise ValueError("no plain address")
    return Address(username=username, domain=domain)


def _address(written: str, brand: str) -> Address:
    name, address = parseaddr(written)
    return Address(display_name=name or brand, addr_spec=address or written)


def _refusal(code: int) -> Ending:
    return Ending.REFUSED if code >= _PERMANENT_FROM else Ending.NOT_NOW


def _close(client: aiosmtplib.SMTP, ending: Ending) -> Ending:
    """Hangs up without waiting: how the goodbye goes changes nothing."""
    client.close()
    return ending
