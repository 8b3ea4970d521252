"""Mails in a real mailbox become feedback, once: dovecot, PostgreSQL, the doors and the job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from services.collector.api.feedback_schema import read_body
from services.collector.channels.imap_session import AfterReading, ImapSession, Place, Security
from services.collector.channels.mailbox_faults import MailboxFault, MailboxFaultError
from services.collector.store.mail_tables import Mailbox
from services.collector.use_cases.read_mailbox import (
    FAILURE_PAUSE_S,
    MAILS_A_TURN_MAX,
    READ_MAILBOX,
    ReadMailbox,
)
from services.collector.use_cases.take_in_mail import TakeInMail, Understood
from shared.ids import new_id
from shared.messaging.jobs import Claim, StaleLeaseError, TryLaterError
from tests.collector.mails import mail, multipart, part, report
from tests.collector.postbox import Postbox, postbox
from tests.fakes.imap_server import PASSWORD, ImapServer, imap_server
from tests.house_of_test import House, eventually

pytestmark = pytest.mark.needs("dovecot")


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ImapServer]:
    with imap_server(scratch / f"imap-{new_id().hex[-6:]}", "care") as found:
        yield found


def fresh(text: str | bytes = "热水器漏水了", *, charset: str = "utf-8", **head: str) -> bytes:
    return mail(text, {"Message-ID": f"<{new_id()}@example.test>", **head}, charset=charset)


async def test_a_mail_becomes_a_feedback(house: House, tenant_id: UUID, server: ImapServer) -> None:
    async with postbox(house, tenant_id, server) as us:
        us.deliver(fresh("热水器漏水了，电话13800138000".encode("gbk"), charset="gb2312", From="Li <li@example.test>"))
        mailbox = await us.add()
        await us.read(mailbox, feedback=1)
        [row] = await us.rows("SELECT * FROM feedback WHERE tenant_id = $1")
        assert row["text"].startswith("漏水\n热水器漏水了")
        assert "13800138000" not in row["text"]
        assert (row["channel"], row["source"], row["language"]) == ("email", "mailbox:care", "zh")
        assert row["occurred_at"].isoformat() == "2026-11-20T00:30:00+00:00"
        assert await us.rows("SELECT 1 FROM consent WHERE tenant_id = $1") == [], "a mail agrees to nothing"
        [address] = await us.rows("SELECT verified_at FROM address WHERE tenant_id = $1")
        assert address["verified_at"] is None, "anybody can write any sender"
        [event] = await us.events("FeedbackReceived")
        assert event["text"] == row["text"]


async def test_nothing_is_read_twice_and_nothing_is_lost(house: House, tenant_id: UUID, server: ImapServer) -> None:
    """More than one turn; another process goes on; then the server numbers its mails anew."""
    mails = [fresh(f"第{number}封") for number in range(MAILS_A_TURN_MAX + 5)]
    async with postbox(house, tenant_id, server) as us:
        us.deliver(*mails)
        mailbox = await us.add()
        await us.read(mailbox, feedback=len(mails))
    async with postbox(house, tenant_id, server) as us:
        us.deliver(fresh("one more"))
        state = await us.read(mailbox, feedback=len(mails) + 1)
        assert state["known"] == 0, "the checkpoint was lost"
        us.server.make_anew("care", us.folder)
        us.deliver(*mails[:3], fresh("after"))
        state = await us.read(mailbox, feedback=len(mails) + 2, known=3)
        assert len(await us.texts()) == len(mails) + 2


async def test_two_mails_of_one_id_are_two_and_one_mail_by_two_ways_is_one(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    same = {"Message-ID": "<form@example.test>"}
    async with postbox(house, tenant_id, server) as us:
        one = mail("one", same)
        us.deliver(one, mail("two", same), b"Received: by another way\r\n" + one, mail("two", same))
        files = {"Message-ID": "<scanner@example.test>"}
        us.deliver(*(multipart("mixed", part("text/plain", "see"), part("image/png", one), **files) for one in "ab"))
        await us.read(await us.add(), feedback=4, known=2)
        assert await us.texts() == ["漏水\none", "漏水\ntwo", "漏水\nsee", "漏水\nsee"]


async def test_what_nobody_wrote_is_refused_counted_and_seen(house: House, tenant_id: UUID, server: ImapServer) -> None:
    async with postbox(house, tenant_id, server) as us:
        us.deliver(
            fresh("away", **{"Auto-Submitted": "auto-replied"}),
            fresh("ours", **{"X-Huiyin-Loop": "1"}),
            report("Message-ID: <nobody@example.test>"),
            fresh("Somebody wrote this"),
        )
        mailbox = await us.add()
        await us.read(mailbox, refused=3, feedback=1, bounces=0)
        assert await us.left(mailbox) == [
            ("refused", "auto_submitted"), ("refused", "own_loop"), ("refused", "report"),
        ]  # fmt: skip
        assert await us.texts() == ["漏水\nSomebody wrote this"]


async def test_a_mail_that_cannot_be_taken_in_is_set_aside_and_the_next_is_read(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    """The database refuses the words of one of them, whatever the reason."""
    async with postbox(house, tenant_id, server) as us, house.query("collector") as owner:
        name = f"no_poison_{tenant_id.hex}"
        await owner.execute(f"ALTER TABLE feedback ADD CONSTRAINT {name} CHECK (text NOT LIKE '%毒药%')")
        try:
            us.deliver(fresh("before"), fresh("毒药"), fresh("after"))
            mailbox = await us.add()
            await us.read(mailbox, feedback=2, set_aside=1)
            assert await us.left(mailbox) == [("set_aside", "CheckViolationError")]
            assert (await us.state(mailbox))["fault"] is None
        finally:
            await owner.execute(f"ALTER TABLE feedback DROP CONSTRAINT {name}")
        again = await us.client.post(f"/v1/mailboxes/{mailbox}:reread")
        assert again.status_code == 200
        await us.read(mailbox, feedback=3, known=2)


async def test_what_a_sender_may_do_wrong_costs_no_words(house: House, tenant_id: UUID, server: ImapServer) -> None:
    odd = {
        "no sender": {"From": ""},
        "a quoted one": {"From": '"very odd@name"@example.test'},
        "a time to come": {"Date": "Fri, 20 Nov 2099 08:30:00 +0800"},
        "no time": {"Date": "yesterday"},
        "year 1": {"Date": "Mon, 01 Jan 0001 00:00:00 +0000"},
        "no id": {"Message-ID": ""},
        "a long id": {"Message-ID": f"<{'x' * 900}@example.test>"},
        "no subject": {"Subject": ""},
        "ten in one": {"From": ", ".join(f"p{n}@example.test" for n in range(10))},
    }
    async with postbox(house, tenant_id, server) as us:
        us.deliver(*(fresh(what, **head) for what, head in odd.items()))
        us.deliver(multipart("mixed", part("image/png", b"x"), Subject="", **{"Message-ID": "<file@example.test>"}))
        us.deliver(fresh("长" * 30_000, Subject=""))
        mailbox = await us.add()
        await us.read(mailbox, feedback=len(odd) + 2)
        texts = await us.texts()
        assert [what for what in odd if not any(text.endswith(what) for text in texts)] == []
        assert "[1 × 附件 attachment]" in texts
        assert max(map(len, texts)) == 20_000


@pytest.mark.parametrize(("how", "flags"), [("keep", b"()"), ("seen", b"\\Seen")])
async def test_mails_are_left_or_marked_as_it_was_told(
    house: House, tenant_id: UUID, server: ImapServer, how: str, flags: bytes
) -> None:
    async with postbox(house, tenant_id, server) as us:
        us.deliver(fresh())
        await us.read(await us.add(after_reading=how), feedback=1)
        [seen] = us.server.flags("care", us.folder)
        assert flags in seen.replace(b"\\Recent", b"").replace(b"( ", b"(")


async def test_mails_are_moved_and_one_that_cannot_be_is_said(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        us.deliver(fresh("one"), fresh("two"))
        mailbox = await us.add(after_reading="move", move_to="读过")
        state = await us.read(mailbox, feedback=2, failures=1)
        assert state["fault"] == "move", "there is no such folder yet, and both were taken in all the same"
        with server.session("care") as imap:
            imap.create('"&i,uPxw-"')
        us.deliver(fresh("three"))
        assert (await us.read(mailbox, feedback=3, failures=0))["fault"] is None
        assert len(us.server.flags("care", '"&i,uPxw-"')) == 1


async def waits(us: Postbox) -> str:
    pause = "SELECT extract(epoch FROM run_at - now()) FROM job WHERE tenant_id = $1"
    async with us.house.query("collector", "carrier") as carrier:
        seconds = await carrier.fetchval(pause, us.tenant_id)
    return "more than the first 30 s" if seconds > FAILURE_PAUSE_S else f"{seconds} s"


async def test_a_mailbox_that_does_not_open_says_why_and_waits_longer_each_time(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        mailbox = await us.add(password="wrong")
        state = await us.read(mailbox, failures=2)
        assert state["fault"] == "sign_in"
        assert state["read_at"] is None
        await eventually(partial(waits, us), "more than the first 30 s")
        changed = await us.client.patch(
            f"/v1/mailboxes/{mailbox}", json={"password": PASSWORD}, headers={"If-Match": "*"}
        )
        assert changed.status_code == 200, changed.text
        us.deliver(fresh())
        assert (await us.read(mailbox, feedback=1, failures=0))["read_at"] is not None


async def test_a_paused_mailbox_is_not_read_and_a_removed_one_is_forgotten(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        us.deliver(fresh())
        mailbox = await us.add()
        await us.read(mailbox, feedback=1)
        path = f"/v1/mailboxes/{mailbox}"
        await us.client.patch(path, json={"is_active": False}, headers={"If-Match": "*"})
        us.deliver(fresh("two"))
        for _ in range(3):
            await us.look_again()
        assert (await us.state(mailbox))["feedback"] == 1
        assert (await us.client.delete(path)).status_code == 204
        assert (await us.client.get(path)).status_code == 404
        assert len(await us.texts()) == 1
        await us.look_again()


async def test_a_reader_that_slept_past_its_lease_has_no_effect(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server, lanes="api") as us:
        us.deliver(fresh())
        mailbox = await us.add()
        context = us.app.state.context
        parts = (context.database, context.carrier, context.keyring, context.masking, read_body, None)
        reader = ReadMailbox(context.database, context.keyring, TakeInMail(*parts), context.kick_relay)
        async with house.query("collector", "carrier") as carrier:
            [job] = await carrier.fetch("SELECT id, fence FROM job WHERE tenant_id = $1", tenant_id)
        held = Claim(tenant_id, job["id"], READ_MAILBOX, mailbox, {}, job["fence"], 0)
        with pytest.raises(StaleLeaseError):
            await reader(replace(held, fence=held.fence + 1))
        assert (await us.texts(), (await us.state(mailbox))["read_at"]) == ([], None)
        with pytest.raises(TryLaterError) as again:
            await reader(held)
        assert (len(await us.texts()), again.value.pause_s) == (1, 60)


@dataclass(frozen=True)
class Overtaken(TakeInMail):
    """Another worker takes the mailbox over while a mail is read."""

    async def understand(self, mailbox: Mailbox, raw: bytes, arrived_at: datetime, moment: datetime) -> Understood:
        async with self.carrier.transaction() as tx:
            await tx.execute("UPDATE job SET fence = fence + 1 WHERE tenant_id = $1", mailbox.tenant_id)
        return await super().understand(mailbox, raw, arrived_at, moment)


async def test_a_reader_that_was_overtaken_keeps_nothing_of_what_it_read(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server, lanes="api") as us:
        us.deliver(fresh())
        mailbox = await us.add()
        context = us.app.state.context
        parts = (context.database, context.carrier, context.keyring, context.masking, read_body, None)
        reader = ReadMailbox(context.database, context.keyring, Overtaken(*parts), context.kick_relay)
        async with house.query("collector", "carrier") as carrier:
            [job] = await carrier.fetch("SELECT id, fence FROM job WHERE tenant_id = $1", tenant_id)
        with pytest.raises(StaleLeaseError):
            await reader(Claim(tenant_id, job["id"], READ_MAILBOX, mailbox, {}, job["fence"], 0))
        assert (await us.texts(), (await us.state(mailbox))["feedback"]) == ([], 0)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS, Security.NONE])
def test_each_protection_works_against_a_real_server(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch, security: Security
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    port = server.tls_port if security is Security.TLS else server.port
    session = ImapSession(Place("localhost", port, security, "care", PASSWORD, "INBOX"))
    assert session.open().uid_validity > 0
    session.mark(1, AfterReading.KEEP)
    session.close()


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"security": Security.TLS, "port": "tls_port"}, MailboxFault.TLS),
        ({"security": Security.STARTTLS}, MailboxFault.TLS),
        ({"password": "wrong"}, MailboxFault.SIGN_IN),
        ({"username": 'ca"re\\'}, MailboxFault.SIGN_IN),
        ({"folder": "nowhere"}, MailboxFault.FOLDER),
        ({"host": "nowhere.invalid"}, MailboxFault.NAME),
        ({"security": Security.TLS}, MailboxFault.TLS),
    ],
)
def test_each_fault_is_told_apart(server: ImapServer, more: dict[str, str], fault: MailboxFault) -> None:
    place = {"host": "localhost", "port": server.port, "security": Security.NONE, "username": "care"}
    place |= {"password": PASSWORD, "folder": "INBOX"} | more
    place["port"] = server.tls_port if place["port"] == "tls_port" else place["port"]
    session = ImapSession(Place(**place))  # type: ignore[arg-type]  # as the test says
    with pytest.raises(MailboxFaultError) as raised:
        session.open()
    session.close()
    assert raised.value.fault is fault
    assert raised.value.answer
    assert PASSWORD not in raised.value.answer
