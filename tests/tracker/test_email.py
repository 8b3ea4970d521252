"""What a mail server says, and what it means for one customer's mail."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from deploy.embedded.ports import free_port
from services.tracker.domain.telling import Letter
from services.tracker.notifiers.email import Ending, Mail, SmtpMailer
from services.tracker.settings import TrackerSettings
from shared.ids import new_id
from tests.fakes.mail_server import mail_server
from tests.house_of_test import House

LETTER = Letter("zh", "您反馈的问题已经解决", "您好：\n")


def mail() -> Mail:
    return Mail(new_id(), "zhang@example.test", LETTER, datetime(2026, 11, 21, tzinfo=UTC))


def mailer(house: House, port: int, **more: Any) -> SmtpMailer:  # noqa: ANN401 - any setting
    keys = house.data.keys
    given = {
        "collector_url": "http://collector.invalid",
        "classifier_url": "http://classifier.invalid",
        "peer_key_file": keys / "tracker.peer.key",
        "cursor_key_file": keys / "cursor.key",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": "Care <care@example.test>",
    }
    return SmtpMailer(house.settings(TrackerSettings, "tracker", lanes="api", **(given | more)))


async def test_a_mail_arrives_as_it_was_written(house: House) -> None:
    one = mail()
    with mail_server() as server:
        assert await mailer(house, server.port).send(one) is Ending.SENT
        [arrived] = server.mails
    assert arrived["Subject"] == LETTER.subject
    assert arrived["From"] == "Care <care@example.test>"
    assert arrived["Message-ID"] == f"<{one.notice_id}@example.test>"
    assert arrived.get_content().splitlines() == LETTER.text.splitlines()


@pytest.mark.parametrize(
    ("reply", "ending"),
    [("550 no such user", Ending.REFUSED), ("421 later", Ending.NOT_NOW), ("452 full", Ending.NOT_NOW)],
)
@pytest.mark.parametrize("at", ["rcpt_replies", "data_replies"])
async def test_a_refusal_is_certain(house: House, at: str, reply: str, ending: Ending) -> None:
    with mail_server() as server:
        setattr(server, at, [reply])
        assert await mailer(house, server.port).send(mail()) is ending
        assert server.mails == []


async def test_silence_after_the_text_is_doubt(house: House) -> None:
    with mail_server() as server:
        server.hangs_up_after_data = 1
        assert await mailer(house, server.port).send(mail()) is Ending.IN_DOUBT


async def test_an_answer_that_is_no_answer_is_doubt(house: House) -> None:
    with mail_server() as server:
        server.data_replies = ["thank you kindly"]
        assert await mailer(house, server.port).send(mail()) is Ending.IN_DOUBT


async def test_lines_that_begin_with_a_dot_arrive_as_they_were(house: House) -> None:
    text = "one\n.\n..two\n.three\n"
    one = Mail(new_id(), "zhang@example.test", Letter("en", "Dots", text), datetime(2026, 11, 21, tzinfo=UTC))
    with mail_server() as server:
        assert await mailer(house, server.port).send(one) is Ending.SENT
        [arrived] = server.mails
    assert arrived.get_content().splitlines() == text.splitlines()


SAYS = "=?utf-8?q?evil=2Ecc=0D=0ASubject=3A?="


@pytest.mark.parametrize(
    "to",
    [
        *(
            f"mallory@{SAYS}.evil.example",
            "=?utf-8?q?=0D=0ABcc:_x?=@evil.example",
            "a b@c.example",
            "a@b.example\nBcc: x@y",
        ),
        *(
            "a@b@c.example",
            "<a@b.example>",
            "a@b.example, c@d.example",
            '"a b"@c.example',
            "nobody",
            "@c.example",
            "a@",
        ),
    ],
)
async def test_an_address_that_is_more_than_one_is_refused_before_anybody_is_asked(house: House, to: str) -> None:
    with mail_server() as server:
        ending = await mailer(house, server.port).send(Mail(new_id(), to, LETTER, datetime(2026, 11, 21, tzinfo=UTC)))
        assert (ending, server.mails) == (Ending.REFUSED, [])


@pytest.mark.parametrize(
    "subject", [f"Yes {SAYS} Free", "=?utf-8?q?=0D=0A=0D=0Aclick?= here", "one\r\nBcc: x@y.example"]
)
async def test_a_subject_never_becomes_another_header(house: House, subject: str) -> None:
    one = Mail(new_id(), "zhang@example.test", Letter("en", subject, "Hello\n"), datetime(2026, 11, 21, tzinfo=UTC))
    with mail_server() as server:
        ending = await mailer(house, server.port).send(one)
        assert ending is Ending.REFUSED or [mail.keys().count("Subject") for mail in server.mails] == [1]
        assert all(mail["Bcc"] is None and mail.get_content().strip() == "Hello" for mail in server.mails)


async def test_nobody_at_the_port_is_not_the_customers_fault(house: House) -> None:
    assert await mailer(house, free_port()).send(mail()) is Ending.NOT_NOW


async def test_a_refused_sign_in_is_not_the_customers_fault(house: House) -> None:
    refusing = Controller(
        object(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    refusing.start()
    try:
        signing_in = mailer(house, refusing.port, smtp_username="care", smtp_password="wrong")
        assert await signing_in.send(mail()) is Ending.NOT_NOW
    finally:
        refusing.stop()
