"""What comes back to mails of ours: answers find their case, reports their address, and forged ones nothing."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from shared.ids import id_of_hash, new_id
from shared.reply_tokens import TokenKind, read_reply_key, write_token
from tests.collector.mails import mail, report
from tests.collector.postbox import Postbox, postbox
from tests.fakes.imap_server import ImapServer, imap_server
from tests.house_of_test import House

pytestmark = pytest.mark.needs("dovecot")
WHO = "zhang@example.test"


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ImapServer]:
    with imap_server(scratch / f"imap-{new_id().hex[-6:]}", "care") as found:
        yield found


async def spoken(us: Postbox, tenant_id: UUID, who: str = WHO) -> UUID:
    """A customer's feedback by the door, of the tenant's own server: whom a mail of ours would answer."""
    body = {"text": "漏水", "channel": "service_record", "customer": {"email": who}}
    said = await us.client.post("/v1/feedback", json=body, headers={"Huiyin-Tenant": str(tenant_id)})
    assert said.status_code == 201, said.text
    return UUID(said.json()["id"])


def signed(house: House, tenant_id: UUID, subject: UUID, kind: TokenKind = TokenKind.REPLY) -> str:
    return write_token(read_reply_key(house.data.keys / "reply.key"), kind, tenant_id, subject)


def answer(text: str, **head: str) -> bytes:
    return mail(text, {"Message-ID": f"<{new_id()}@example.test>", "From": f"Zhang <{WHO}>", **head})


@pytest.mark.parametrize("way", ["To", "Delivered-To", "In-Reply-To", "References"])
async def test_an_answer_finds_its_case(house: House, tenant_id: UUID, server: ImapServer, way: str) -> None:
    async with postbox(house, tenant_id, server) as us:
        feedback = await spoken(us, tenant_id)
        token = signed(house, tenant_id, feedback)
        where = {"In-Reply-To": f"<{new_id()}.{token}@x>", "References": f"<a@b> <{new_id()}.{token}@x>"}
        us.deliver(answer("还是漏水，请打13800138000\n> 已更换", **{way: where.get(way, f"answers+{token.upper()}@x")}))
        mailbox = await us.add()
        await us.read(mailbox, replies=1, feedback=0)
        [event] = await us.events("CustomerReplied")
        [row] = await us.rows("SELECT * FROM customer_reply WHERE tenant_id = $1")
        [first] = await us.rows("SELECT customer_id FROM feedback WHERE tenant_id = $1")
        assert (event["feedback_id"], event["reply_id"]) == (str(feedback), str(row["id"]))
        assert event["customer_id"] == str(first["customer_id"]) == str(row["customer_id"])
        assert event["is_from_their_address"] is True
        assert event["text"] == row["text"]
        assert "13800138000" not in row["text"]
        assert "已更换" not in row["text"]
        original = await us.client.get(f"/v1/replies/{row['id']}/original")
        assert original.json()["text"].endswith("还是漏水，请打13800138000")


async def test_an_answer_is_kept_once_however_often_it_is_read(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        token = signed(house, tenant_id, await spoken(us, tenant_id))
        us.deliver(answer("one", To=f"answers+{token}@example.test"))
        mailbox = await us.add()
        await us.read(mailbox, replies=1)
        await us.client.post(f"/v1/mailboxes/{mailbox}:reread")
        await us.read(mailbox, replies=1, known=1)
        assert len(await us.events("CustomerReplied")) == 1


async def test_somebody_elses_address_is_said_and_a_token_of_nobody_is_a_feedback(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        token = signed(house, tenant_id, await spoken(us, tenant_id))
        forged = write_token(b"another key of no less than 32 bytes", TokenKind.REPLY, tenant_id, new_id())
        us.deliver(
            answer("from my other address", To=f"answers+{token}@x", From="other@example.test"),
            answer("forged", To=f"answers+{forged}@x"),
            answer("of nothing", To=f"answers+{signed(house, tenant_id, new_id())}@x"),
            answer("of another kind", To=f"answers+{signed(house, tenant_id, new_id(), TokenKind.BOUNCE)}@x"),
        )
        await us.read(await us.add(), replies=1, feedback=3)
        [event] = await us.events("CustomerReplied")
        assert event["is_from_their_address"] is False
        assert [text.split("\n")[-1] for text in (await us.texts())[1:]] == ["forged", "of nothing", "of another kind"]


async def test_one_mailbox_serves_the_answers_of_several_companies(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    other = new_id()
    await house.know_tenant(other)
    async with postbox(house, tenant_id, server) as us:
        theirs = await spoken(us, other)
        us.deliver(answer("to the other", To=f"answers+{signed(house, other, theirs)}@x"))
        await us.read(await us.add(), replies=1)
        assert await us.events("CustomerReplied") == []
        async with house.query("collector") as owner:
            found = await owner.fetchval("SELECT feedback_id FROM customer_reply WHERE tenant_id = $1", other)
        assert found == theirs


async def test_our_own_notice_that_comes_back_is_no_answer(house: House, tenant_id: UUID, server: ImapServer) -> None:
    async with postbox(house, tenant_id, server) as us:
        token = signed(house, tenant_id, await spoken(us, tenant_id))
        us.deliver(answer("stripped of its headers", **{"Message-ID": f"<{new_id()}.{token}@example.test>"}))
        mailbox = await us.add()
        await us.read(mailbox, refused=1)
        assert await us.left(mailbox) == [("refused", "own_loop")]


@pytest.mark.parametrize("way", ["returned", "To"])
async def test_a_report_with_our_words_says_which_address(
    house: House, tenant_id: UUID, server: ImapServer, way: str
) -> None:
    address = id_of_hash(b"0123456789abcdef")
    async with postbox(house, tenant_id, server) as us:
        token = signed(house, tenant_id, address, TokenKind.BOUNCE)
        came = report(f"X-Huiyin-Loop: {token}\n" if way == "returned" else "")
        us.deliver(came if way == "returned" else came.replace(b"care@example.test", f"answers+{token}@x".encode()))
        await us.read(await us.add(), bounces=1, refused=0)
        [event] = await us.events("AddressBounced")
        assert (event["address_id"], event["is_permanent"], event["status"]) == (str(address), True, "5.1.1")
        [line] = await us.rows("SELECT * FROM audit WHERE tenant_id = $1 AND verb = 'address.bounce'")
        assert WHO not in str(dict(line))


async def test_nobody_silences_an_address_by_a_report_that_they_wrote(
    house: House, tenant_id: UUID, server: ImapServer
) -> None:
    async with postbox(house, tenant_id, server) as us:
        feedback = await spoken(us, tenant_id)
        us.deliver(report(f"To: {WHO}\n"), report(f"X-Huiyin-Loop: {signed(house, tenant_id, feedback)}\n"))
        await us.read(await us.add(), refused=2, bounces=0)
        assert await us.events("AddressBounced") == []


@pytest.mark.parametrize("kind", ["customer", "feedback"])
async def test_an_answer_is_erased_with_whom_it_is_of(
    house: House, tenant_id: UUID, server: ImapServer, kind: str
) -> None:
    async with postbox(house, tenant_id, server) as us:
        feedback = await spoken(us, tenant_id)
        us.deliver(answer("我叫张三，电话13800138000", To=f"answers+{signed(house, tenant_id, feedback)}@x"))
        mailbox = await us.add()
        await us.read(mailbox, replies=1)
        [row] = await us.rows("SELECT id, customer_id FROM customer_reply WHERE tenant_id = $1")
        path = f"/v1/customers/{row['customer_id']}:erase" if kind == "customer" else f"/v1/feedback/{feedback}:erase"
        erased = await us.client.post(path, json={"reason": "asked_by_customer"})
        assert erased.status_code == 200, erased.text
        [blank] = await us.rows("SELECT * FROM customer_reply WHERE tenant_id = $1")
        assert (blank["text"], blank["sealed_original"], blank["masked_spans"]) == ("", None, None)
        assert [event["text"] for event in await us.events("CustomerReplied")] == [""]
        assert (await us.client.get(f"/v1/replies/{row['id']}/original")).status_code == 404
        await us.client.post(f"/v1/mailboxes/{mailbox}:reread")
        await us.read(mailbox, replies=1, known=1, feedback=0)
        us.deliver(answer("again", To=f"answers+{signed(house, tenant_id, feedback)}@x"))
        state = await us.read(mailbox, replies=1, feedback=1)
        assert state["set_aside"] == 0
