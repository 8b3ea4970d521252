"""What may be wrong with a mailbox: one kind for each remedy, and the server's own words for the operator."""

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

ANSWER_LENGTH_MAX = 300


class MailboxFault(StrEnum):
    """What is to be mended."""

    NAME = "name"  # The host's name is known to nobody.
    REFUSED = "refused"  # Nobody listens there, or no way leads there.
    TIMEOUT = "timeout"
    TLS = "tls"
    NOT_LOOPBACK = "not_loopback"  # Without protection, only this very machine is read.
    SIGN_IN = "sign_in"
    FOLDER = "folder"
    MOVE = "move"
    DROPPED = "dropped"  # The server hung up, or spoke no IMAP.
    INTERNAL = "internal"  # A fault of ours.


class MailboxFaultError(Exception):
    """Reading did not go on. `answer` is the server's own words; they stand in no log and no line."""

    def __init__(self, fault: MailboxFault, answer: object = "") -> None:
        super().__init__(fault)
        self.fault = fault
        said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        self.answer = " ".join(said.split())[:ANSWER_LENGTH_MAX]


# In this order: the first that fits. What the server says no to is told by whoever asked for it.
_BY_ERROR: tuple[tuple[type[Exception], MailboxFault | None], ...] = (
    (imaplib.IMAP4.abort, MailboxFault.DROPPED),
    (imaplib.IMAP4.error, None),
    (ssl.SSLError, MailboxFault.TLS),
    (TimeoutError, MailboxFault.TIMEOUT),
    (socket.gaierror, MailboxFault.NAME),
    (UnicodeError, MailboxFault.NAME),
    (ConnectionRefusedError, MailboxFault.REFUSED),
    # A server that talks nonsense, too.
    (OSError, MailboxFault.DROPPED),
    (ValueError, MailboxFault.DROPPED),
    (TypeError, MailboxFault.DROPPED),
    (AttributeError, MailboxFault.DROPPED),
    (LookupError, MailboxFault.DROPPED),
)


@contextmanager
def faults(refusal: MailboxFault = MailboxFault.DROPPED) -> Iterator[None]:
    """What goes wrong inside, as MailboxFaultError; what the server says no to is of the given kind."""
    try:
        yield
    except MailboxFaultError:
        raise
    except tuple(kind for kind, _ in _BY_ERROR) as error:
        fault = next(fault for kind, fault in _BY_ERROR if isinstance(error, kind))
        raise MailboxFaultError(fault or refusal, error.args[0] if fault is None and error.args else error) from None
