"""IMAP servers that misbehave: each is left within its time, with a fault that has a remedy, and little memory."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.collector.channels.email_parts import MAIL_BYTES_MAX
from services.collector.channels.imap_session import ImapSession, Place, Security
from services.collector.channels.imap_words import folder_name, quoted
from services.collector.channels.mailbox_faults import ANSWER_LENGTH_MAX, MailboxFault, MailboxFaultError

TIMEOUT_S = 0.5
LEFT_WITHIN_S = 5.0
GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"
OPENED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n"


class _Handler(socketserver.StreamRequestHandler):
    """Says what it was told to, by the command that is asked."""

    def handle(self) -> None:
        said: dict[bytes, bytes] = self.server.said  # type: ignore[attr-defined]  # set below
        self.wfile.write(said[b"greeting"])
        while line := self.rfile.readline():
            tag, _, rest = line.strip().partition(b" ")
            command = rest.upper().removeprefix(b"UID ").split(b" ")[0]
            if command == b"AUTHENTICATE" and command not in said:
                self.wfile.write(b"+ \r\n")
                self.rfile.readline()
            answer = said.get(command, OPENED if command == b"SELECT" else b"")
            if answer is None:
                return
            self.wfile.write(answer if answer.startswith(b"!") else answer + tag + b" OK done\r\n")


@contextmanager
def liar(**said: bytes | None) -> Iterator[ImapSession]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        commands: dict[bytes, Any] = {name.upper().encode(): one for name, one in said.items()}
        server.said = commands | {b"greeting": said.get("greeting", GREETING)}  # type: ignore[attr-defined]  # for it
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = Place("127.0.0.1", server.server_address[1], Security.NONE, "care", "secret", "INBOX")
        session = ImapSession(place, timeout_s=TIMEOUT_S)
        try:
            yield session
        finally:
            session.kill()
            server.shutdown()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"greeting": b""}, MailboxFault.TIMEOUT),
        ({"greeting": b"220 smtp.example.test ESMTP\r\n"}, MailboxFault.DROPPED),
        ({"greeting": b"* BYE too many\r\n"}, MailboxFault.DROPPED),
        ({"greeting": b"\xff\0" * 100_000 + b"\r\n"}, MailboxFault.DROPPED),
        ({"authenticate": None}, MailboxFault.DROPPED),
        ({"select": None}, MailboxFault.DROPPED),
        ({"select": b"!"}, MailboxFault.TIMEOUT),
        ({"select": b"* 1 EXISTS\r\n"}, MailboxFault.DROPPED),
        ({"select": b"* OK [UIDVALIDITY x] y\r\n* z EXISTS\r\n"}, MailboxFault.DROPPED),
    ],
)
def test_a_server_that_talks_nonsense_is_left(said: dict[str, bytes | None], fault: MailboxFault) -> None:
    began = time.monotonic()
    with liar(**said) as session, pytest.raises(MailboxFaultError) as raised:
        session.open()
    assert raised.value.fault is fault
    assert len(raised.value.answer) <= ANSWER_LENGTH_MAX
    assert time.monotonic() - began < LEFT_WITHIN_S


def test_no_more_is_taken_than_was_asked_for() -> None:
    huge = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % (MAIL_BYTES_MAX * 100)
    with liar(fetch=huge) as session:
        session.open()
        with pytest.raises(MailboxFaultError) as raised:
            session.fetch(1)
    assert raised.value.fault is MailboxFault.DROPPED
    assert "more than was asked for" in raised.value.answer


def test_odd_answers_about_mails_are_no_mails() -> None:
    with liar(search=b"* SEARCH 3 1 2 2\r\n", fetch=b"* 1 FETCH (FLAGS ())\r\n* 2 FETCH (UID 2)\r\n") as session:
        session.open()
        assert session.uids_after(1, None) == [2, 3], "a server names the last mail though it is known"
        assert {uid: one.size_bytes for uid, one in session.list([1, 2]).items()} == {2: 0}
        assert session.fetch(2) is None


def test_a_thread_that_waits_is_woken_by_the_end_of_its_connection() -> None:
    with liar(fetch=b"!") as session:
        session.open()
        raised: list[BaseException] = []

        def wait() -> None:
            try:
                session.fetch(1)
            except MailboxFaultError as error:
                raised.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        session.kill()
        waiting.join(LEFT_WITHIN_S)
        assert not waiting.is_alive()
        assert raised


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ("收件箱", '"&ZTZO9nux-"'),
        ("R&D", '"R&-D"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("已读 mail", '"&XfKL+w- mail"'),
        ("x\r\nA1 LOGOUT", '"x&AA0ACg-A1 LOGOUT"'),
    ],
)
def test_names_are_written_so_that_nothing_breaks_out(name: str, written: str) -> None:
    assert folder_name(name) == written
    assert "\r" not in folder_name(name)
    assert quoted('"') == '"\\""'
