"""Sends one mail by SMTP, and tells certain from uncertain ends apart."""

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
from services.tracker.settings import SmtpSecurity, TrackerSettings

# Shorter than a job's lease together, so that a slow server cannot outlive the worker's right to send.
COMMAND_TIMEOUT_S = 20
_PERMANENT_FROM = 500


class Ending(StrEnum):
    """How a sending ended, as far as one can know."""

    SENT = "sent"
    REFUSED = "refused"  # For good: the server said so.
    NOT_NOW = "not_now"  # Nothing was handed over, for certain.
    IN_DOUBT = "in_doubt"  # The text went out, and no answer came.


@dataclass(frozen=True)
class Mail:
    """One letter to one address. `notice_id` becomes the Message-ID."""

    notice_id: UUID
    to: str
    letter: Letter
    at: datetime


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

    async def send(self, mail: Mail) -> Ending:
        """Tries once."""
        client = self._client()
        try:
            await client.connect()
            await client.mail(self._sender)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            # A wrong password or sender is the operator's to mend; no customer is to be given up for it.
            return _close(client, Ending.NOT_NOW)
        refused = await self._refusal_of(client, mail.to)
        return _close(client, refused or await self._hand_over(client, mail))

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

    async def _refusal_of(self, client: aiosmtplib.SMTP, to: str) -> Ending | None:
        try:
            await client.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code)
        except UnicodeError:
            return Ending.REFUSED  # An address beyond ASCII, which this way out cannot write.
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Ending.NOT_NOW
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: Mail) -> Ending:
        """From here on, silence means doubt: the server may have taken the mail."""
        try:
            await client.data(self._message(mail).as_bytes(policy=WIRE))
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Ending.IN_DOUBT
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
        message["To"] = mail.to
        message["Subject"] = mail.letter.subject
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.notice_id}@{self._sender.rpartition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.letter.text)
        message["Content-Language"] = mail.letter.language  # After the content, whose setting clears such headers.
        return message


def _address(written: str, brand: str) -> Address:
    name, address = parseaddr(written)
    return Address(display_name=name or brand, addr_spec=address or written)


def _refusal(code: int) -> Ending:
    return Ending.REFUSED if code >= _PERMANENT_FROM else Ending.NOT_NOW


def _close(client: aiosmtplib.SMTP, ending: Ending) -> Ending:
    """Hangs up without waiting: how the goodbye goes changes nothing."""
    client.close()
    return ending
