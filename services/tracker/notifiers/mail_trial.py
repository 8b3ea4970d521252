"""How a test mail came out: which step failed, and what the server said, so that a person knows what to mend."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

import aiosmtplib

# Shorter than a browser waits for the answer.
TRIAL_TIMEOUT_S = 10.0
ANSWER_LENGTH_MAX = 300


class MailFault(StrEnum):
    """What is to be mended, one kind of remedy each."""

    NO_SERVER = "no_server"  # None is set.
    NAME = "name"  # The host's name is known to nobody.
    REFUSED = "refused"  # Nobody listens there, or no way leads there.
    TIMEOUT = "timeout"
    TLS = "tls"  # The certificate, or whether there is any protection at all.
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"
    DROPPED = "dropped"  # The server hung up, or spoke no SMTP.


@dataclass
class Trial:
    """The result. `answer` is the server's own words, for who may see the settings; they stand in no log."""

    fault: MailFault | None = None
    code: int | None = None
    answer: str = ""
    _step: MailFault | None = None

    def has_come_to(self, step: MailFault) -> None:
        """The step that a refusal is about from now on."""
        self._step = step

    def failed(self, error: BaseException) -> None:
        """Reads the kind of fault from the error and from how far it came."""
        self.fault = self._kind_of(error)
        if isinstance(error, aiosmtplib.SMTPResponseException):
            self.code = error.code
        said = error.message if isinstance(error, aiosmtplib.SMTPException) else str(error)
        self.answer = " ".join(str(said).split())[:ANSWER_LENGTH_MAX]

    def _kind_of(self, error: BaseException) -> MailFault:
        causes = _with_causes(error)
        if any(isinstance(one, TimeoutError) for one in causes):
            return MailFault.TIMEOUT
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) or "SMTP AUTH" in str(error):
            return MailFault.SIGN_IN
        if any(isinstance(one, ssl.SSLError) for one in causes) or "STARTTLS" in str(error):
            return MailFault.TLS
        if any(isinstance(one, socket.gaierror) for one in causes):
            return MailFault.NAME
        if self._step is not None and isinstance(error, aiosmtplib.SMTPResponseException):
            return MailFault.SIGN_IN if _wants_sign_in(error) else self._step
        return self._kind_of_connecting(error)

    def _kind_of_connecting(self, error: BaseException) -> MailFault:
        is_gone = isinstance(error, aiosmtplib.SMTPServerDisconnected | aiosmtplib.SMTPResponseException)
        if is_gone or any(isinstance(one, aiosmtplib.SMTPServerDisconnected) for one in _with_causes(error)):
            return MailFault.DROPPED
        return MailFault.REFUSED


@asynccontextmanager
async def trying() -> AsyncIterator[Trial]:
    """Notes on the trial what goes wrong inside, and lets nothing out that a mail server does."""
    trial = Trial()
    try:
        async with asyncio.timeout(TRIAL_TIMEOUT_S):
            yield trial
    except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError) as error:
        trial.failed(error)


_SIGN_IN_CODES = (530, 535)


def _wants_sign_in(error: aiosmtplib.SMTPResponseException) -> bool:
    return error.code in _SIGN_IN_CODES


def _with_causes(error: BaseException) -> list[BaseException]:
    found = [error]
    while (cause := found[-1].__cause__ or found[-1].__context__) is not None and cause not in found:
        found.append(cause)
    return found
