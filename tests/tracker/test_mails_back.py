"""What a mail carries for its way back, and what is done when an answer or a report comes."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.tracker.notifiers.email import SmtpMailer
from services.tracker.settings import TrackerSettings
from services.tracker.use_cases.hear_of_mails import CaseNotThereError, hear_bounces, hear_replies
from shared.contracts.envelope import Envelope
from shared.contracts.events import AddressBounced, CustomerReplied
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from shared.messaging import outbox
from shared.reply_tokens import TokenKind, is_genuine, read_reply_key, read_tokens
from tests.house_of_test import House
from tests.tracker.desk import MOMENT, classified
from tests.tracker.office import HOME, WORK, Office, office, person
from tests.tracker.test_forgetting import erased, hear


def replied(tenant_id: UUID, case: Envelope, **more: Any) -> Envelope:  # noqa: ANN401 - any part of the fact
    feedback = case.data["feedback"]
    event = CustomerReplied(
        feedback_id=feedback["feedback_id"],
        reply_id=more.get("reply_id") or new_id(),
        customer_id=feedback["customer_id"],
        text=more.get("text", "还是漏水"),
        language=Language.ZH,
        is_from_their_address=more.get("is_from_their_address", True),
        files=more.get("files", 0),
        occurred_at=MOMENT,
        received_at=MOMENT,
    )
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


def bounced(tenant_id: UUID, address_id: UUID, *, is_permanent: bool = True) -> Envelope:
    event = AddressBounced(address_id=address_id, is_permanent=is_permanent, status="5.1.1", reported_at=MOMENT)
    return outbox.seal(tenant_id, event, at=MOMENT, trace_id="t")


def with_way_back(at: Office, house: House, **more: object) -> Office:
    """The same office, whose mails ask for answers."""
    keys = house.data.keys
    given = {
        "collector_url": "http://x",
        "classifier_url": "http://x",
        "peer_key_file": keys / "x",
        "smtp_host": "127.0.0.1",
        "smtp_port": at.mails.port,
        "smtp_security": "none",
        "mail_from": "care@example.test",
        "reply_key_file": keys / "reply.key",
        "reply_address": "answers@example.test",
    }
    at.send = replace(at.send, mailer=SmtpMailer(house.settings(TrackerSettings, "tracker", lanes="", **given | more)))
    return at


async def sent(at: Office, house: House, **more: object) -> tuple[EmailMessage, UUID]:
    """A mail of a closure, and the feedback that it answers."""
    await with_way_back(at, house, **more).close(person(WORK))
    await at.work()
    [mail] = at.mails.mails
    [case] = (await at.us.read("/v1/cases"))["items"]
    return mail, UUID(case["feedback_id"])


async def test_a_mail_carries_what_an_answer_finds_back_by(house: House, tenant_id: UUID) -> None:
    key = read_reply_key(house.data.keys / "reply.key")
    async with office(house, tenant_id) as at:
        mail, feedback = await sent(at, house)
        assert mail["Reply-To"].startswith("answers+")
        assert mail["Reply-To"].endswith("@example.test")
        assert len(mail["Reply-To"].partition("@")[0]) <= 64
        assert mail["Auto-Submitted"] == "auto-generated"
        for where in ("Reply-To", "Message-ID"):
            [token] = read_tokens(mail[where])
            assert (token.kind, token.subject_id) == (TokenKind.REPLY, feedback)
            assert is_genuine(key, token, tenant_id)
        [token] = read_tokens(mail["X-Huiyin-Loop"])
        assert (token.kind, token.subject_id) == (TokenKind.BOUNCE, WORK.address_id)
        assert at.mails.senders == ["care@example.test"]


async def test_where_no_tags_are_known_the_token_travels_in_the_message_id(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        mail, feedback = await sent(at, house, reply_tag="")
        assert mail["Reply-To"] == "answers@example.test"
        assert [token.subject_id for token in read_tokens(mail["Message-ID"])] == [feedback]


async def test_reports_go_where_they_are_read(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        await sent(at, house, bounce_address="back@example.test")
        [sender] = at.mails.senders
        assert sender.startswith("back+")
        assert [token.subject_id for token in read_tokens(sender)] == [WORK.address_id]


async def test_without_an_address_for_answers_none_is_asked_for(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        await at.close(person(WORK))
        await at.work()
        [mail] = at.mails.mails
        assert mail["Reply-To"] is None
        assert mail["X-Huiyin-Loop"] == "1"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reply_address": "no address"}, "plain address"),
        ({"reply_address": "x@y.test\r\nBcc: z@y.test"}, "plain address"),
        ({"reply_address": "customer-answers@y.test"}, "14 characters at most"),
        ({"bounce_address": "customer-reports@y.test"}, "14 characters at most"),
        ({"reply_key_file": None}, "REPLY_KEY_FILE"),
    ],
)
def test_a_way_back_that_cannot_work_is_refused_at_the_start(house: House, wrong: dict[str, object], says: str) -> None:
    keys = house.data.keys
    given = {"collector_url": "http://x", "classifier_url": "http://x", "peer_key_file": keys / "x"}
    given |= {"reply_key_file": keys / "reply.key", "reply_address": "answers@example.test"}
    with pytest.raises(ValidationError, match=says):
        house.settings(TrackerSettings, "tracker", lanes="", **given | wrong)


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        ("new", "new"),
        ("open", "open"),
        ("waiting", "open"),
        ("answered", "open"),
        ("solved", "open"),
        ("closed", "open"),
    ],
)
async def test_an_answer_stands_in_its_case_which_is_open_again(
    house: House, tenant_id: UUID, state: str, becomes: str
) -> None:
    said = classified(tenant_id, new_id())
    async with office(house, tenant_id) as at:
        [case] = await at.us.open([said])
        if state != "new":
            reason = {"close_reason": "duplicate"} if state == "closed" else {}
            await at.us.patch(f"/v1/cases/{case}", 200, state=state, **reason)
        answer = replied(tenant_id, said, is_from_their_address=False, files=2)
        await hear(at.us.database, answer)
        await hear(at.us.database, answer)
        seen = await at.us.read(f"/v1/cases/{case}")
        assert (seen["state"], seen["close_reason"]) == (becomes, None)
        [entry] = [one for one in seen["history"] if one["kind"] == "customer_replied"]
        assert entry["detail"] == {"text": "还是漏水", "is_from_their_address": False, "files": 2}


async def test_what_was_heard_has_its_line_and_no_words(house: House, tenant_id: UUID) -> None:
    said = classified(tenant_id, new_id())
    async with office(house, tenant_id) as at:
        await at.us.open([said])
        facts = {hear_replies: replied(tenant_id, said), hear_bounces: bounced(tenant_id, WORK.address_id)}
        for reaction, fact in facts.items():
            async with at.us.database.transaction(tenant_id) as tx:
                lines = await reaction(tx, [fact])
                assert lines[tenant_id].detail["count"] == 1
                assert "还是漏水" not in str(lines)
                assert await reaction(tx, [fact]) == {}, "hearing of it again changes nothing"


async def test_an_answer_waits_for_its_case(house: House, tenant_id: UUID) -> None:
    said = classified(tenant_id, new_id())
    async with office(house, tenant_id) as at:
        with pytest.raises(CaseNotThereError):
            await hear(at.us.database, replied(tenant_id, said))
        [case] = await at.us.open([said])
        await hear(at.us.database, replied(tenant_id, said))
        assert len((await at.us.read(f"/v1/cases/{case}"))["history"]) == 2


@pytest.mark.parametrize("comes_first", ["the erasure", "the answer"])
async def test_an_answer_is_blank_once_its_customer_is_erased(house: House, tenant_id: UUID, comes_first: str) -> None:
    customer = new_id()
    said = classified(tenant_id, customer)
    both = [erased(tenant_id, customer), replied(tenant_id, said)]
    async with office(house, tenant_id) as at:
        [case] = await at.us.open([said])
        for fact in both if comes_first == "the erasure" else reversed(both):
            await hear(at.us.database, fact)
        [entry] = [
            one for one in (await at.us.read(f"/v1/cases/{case}"))["history"] if one["kind"] == "customer_replied"
        ]
        assert "text" not in entry["detail"]


async def test_an_address_that_is_gone_is_written_to_no_more(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        fact = bounced(tenant_id, WORK.address_id)
        await hear(at.us.database, fact, bounced(tenant_id, HOME.address_id, is_permanent=False))
        await hear(at.us.database, fact)
        action = await at.us.action_for(await at.us.problem_of(*at.book.know(person(WORK), person(WORK, HOME))))
        await at.us.walk(action, "analyse", "plan", "implement", "verify", "closed")
        await at.work()
        assert [mail["To"] for mail in at.mails.mails] == [HOME.value], "another address of the customer's is used"
        assert sorted(await at.ledger(), key=str) == [("sent", None), ("skipped", "suppressed")]


async def test_another_companys_report_silences_nobody_here(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        other = new_id()
        await hear(at.us.database, bounced(other, WORK.address_id))
        await at.close(person(WORK))
        await at.work()
        assert await at.ledger() == [("sent", None)]
