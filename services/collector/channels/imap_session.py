"""One visit to a mailbox over IMAP (RFC 3501), in a thread: every wait and every length is bounded."""

import contextlib
import imaplib
import ipaddress
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from services.collector.channels.email_parts import MAIL_BYTES_MAX
from services.collector.channels.imap_words import folder_name, quoted
from services.collector.channels.mailbox_faults import MailboxFault, MailboxFaultError, faults

COMMAND_TIMEOUT_S = 20.0
ANSWER_SLACK_BYTES = 65_536

_UID = re.compile(rb"\bUID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,19})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGN_IN_NO = re.compile(r"unsafe login|authenticat|log ?in|password|not allowed", re.IGNORECASE)


class Security(StrEnum):
    """How the connection is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class AfterReading(StrEnum):
    """What is done to a mail that was taken in."""

    KEEP = "keep"
    SEEN = "seen"
    MOVE = "move"


@dataclass(frozen=True)
class Place:
    """Where a mailbox is, and how one comes in."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    folder: str
    move_to: str | None = None


@dataclass(frozen=True)
class Opened:
    """A folder as it stands: numbers of mails hold while its validity does."""

    uid_validity: int
    mails: int


@dataclass(frozen=True)
class Listed:
    """A mail that lies there."""

    uid: int
    size_bytes: int
    arrived_at: datetime | None


class ImapSession:
    """Blocking; whoever uses it does so in a thread, and may `kill` it from outside."""

    def __init__(self, place: Place, *, timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        self._place = place
        self._timeout_s = timeout_s
        self._imap: imaplib.IMAP4 | None = None

    def open(self) -> Opened:
        """Connects, signs in and opens the folder. Raises MailboxFaultError, as all of these."""
        with faults():
            self._imap = self._connected()
        with faults(MailboxFault.SIGN_IN):
            self._sign_in(self._imap)
        with faults(MailboxFault.FOLDER):
            return self._select(self._imap)

    def uids_after(self, uid: int, since: date | None) -> list[int]:
        """Numbers of the mails behind one, in order; a server names the last one even when it is not."""
        asked = ["UID", f"{uid + 1}:*"]
        if since is not None:
            asked += ["SINCE", f"{since.day:02d}-{_MONTHS[since.month - 1]}-{since.year:04d}"]
        with faults():
            _, rows = _ok(self._there.uid("SEARCH", *asked))
            found = rows[0] if rows and isinstance(rows[0], bytes) else b""
            return sorted({number for number in map(int, found.split()) if number > uid})

    def list(self, uids: Sequence[int]) -> dict[int, Listed]:
        """How long each of the mails is, and when it came; one that is gone is not there."""
        if not uids:
            return {}
        with faults():
            _, rows = _ok(self._there.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)"))
        found = (_listed(row) for row in rows if isinstance(row, bytes))
        return {one.uid: one for one in found if one is not None}

    def fetch(self, uid: int) -> bytes | None:
        """The mail, or its beginning where it is longer than a mail may be; None when it is gone. Marks nothing."""
        with faults():
            _, rows = _ok(self._there.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAIL_BYTES_MAX}>)"))
        return next((bytes(row[1]) for row in rows if isinstance(row, tuple) and len(row) > 1), None)

    def mark(self, uid: int, how: AfterReading) -> None:
        """Marks a mail as read, or moves it away, as it was told."""
        if how is AfterReading.KEEP:
            return
        with faults():
            _ok(self._there.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)"))
        if how is AfterReading.MOVE:
            with faults(MailboxFault.MOVE):
                self._move(uid)

    def close(self) -> None:
        """Takes its leave; how that goes changes nothing."""
        try:
            if self._imap is not None:
                self._imap.logout()
        except (imaplib.IMAP4.error, OSError, ValueError):
            self.kill()

    def kill(self) -> None:
        """Cuts the connection, also under the thread that waits on it."""
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imap.sock.shutdown(socket.SHUT_RDWR)  # Wakes whoever waits; closing alone does not.
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imap.shutdown()

    @property
    def _there(self) -> imaplib.IMAP4:
        if self._imap is None:
            raise MailboxFaultError(MailboxFault.DROPPED)
        return self._imap

    def _connected(self) -> imaplib.IMAP4:
        place = self._place
        if place.security is Security.TLS:
            return _BoundedTls(
                place.host, place.port, ssl_context=ssl.create_default_context(), timeout=self._timeout_s
            )
        imap = _Bounded(place.host, place.port, timeout=self._timeout_s)
        if place.security is Security.NONE and not _is_loopback(imap.sock.getpeername()[0]):
            imap.shutdown()
            raise MailboxFaultError(MailboxFault.NOT_LOOPBACK)
        if place.security is Security.STARTTLS:
            try:
                imap.starttls(ssl.create_default_context())
            except imaplib.IMAP4.error as error:  # Without protection no password goes over the wire.
                raise MailboxFaultError(MailboxFault.TLS, error) from None
        return imap

    def _sign_in(self, imap: imaplib.IMAP4) -> None:
        user, password = self._place.username, self._place.password
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            imap.login(quoted(user), password)
        if b"ID" in _capabilities(imap):
            imap.xatom("ID", '("name" "Huiyin")')  # NetEase's servers open no folder to whoever has no name.

    def _select(self, imap: imaplib.IMAP4) -> Opened:
        status, [answer] = imap.select(folder_name(self._place.folder))
        if status != "OK":
            kind = MailboxFault.SIGN_IN if _SIGN_IN_NO.search(str(answer)) else MailboxFault.FOLDER
            raise MailboxFaultError(kind, answer or b"")
        _, [validity] = imap.response("UIDVALIDITY")
        return Opened(int(validity or 0), int(answer or 0))

    def _move(self, uid: int) -> None:
        folder = folder_name(self._place.move_to or "")
        able = _capabilities(self._there)
        if b"MOVE" in able:
            _ok(self._there.uid("MOVE", str(uid), folder))
            return
        if b"UIDPLUS" not in able:  # Then nobody can take away this one mail alone.
            raise MailboxFaultError(MailboxFault.MOVE, "the server has neither MOVE nor UIDPLUS")
        _ok(self._there.uid("COPY", str(uid), folder))
        _ok(self._there.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)"))
        _ok(self._there.uid("EXPUNGE", str(uid)))


def _capabilities(imap: imaplib.IMAP4) -> list[bytes]:
    """Asked anew, for a server may offer more to whoever has signed in."""
    _, rows = imap.capability()
    return b" ".join(row for row in rows if isinstance(row, bytes)).upper().split()


def _is_loopback(address: str) -> bool:
    """Of the address that was really connected to: a name may lead elsewhere the second time it is asked."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


class _Bounded(imaplib.IMAP4):
    """Takes no answer longer than a mail may be, whatever the server announces."""

    def read(self, size: int) -> bytes:
        _refuse_long(size)
        return super().read(size)


class _BoundedTls(imaplib.IMAP4_SSL):
    """As the other."""

    def read(self, size: int) -> bytes:
        _refuse_long(size)
        return super().read(size)


def _refuse_long(size: int) -> None:
    if size > MAIL_BYTES_MAX + ANSWER_SLACK_BYTES:
        raise imaplib.IMAP4.abort("the server announces more than was asked for")


def _ok(answer: tuple[str, list[object]]) -> tuple[str, list[object]]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[1][0] if answer[1] else answer[0])
    return answer


def _listed(row: bytes) -> Listed | None:
    uid, size = _UID.search(row), _SIZE.search(row)
    if uid is None:
        return None
    parsed = imaplib.Internaldate2tuple(row)
    arrived_at = datetime(*parsed[:6]).astimezone(UTC) if parsed else None
    return Listed(int(uid[1]), int(size[1]) if size else 0, arrived_at)
