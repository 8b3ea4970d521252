"""The ledger: who is told, once, and what is done when nobody can know whether they were."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from deploy.embedded.ports import free_port
from services.tracker.domain.telling import Reason, Told, whom_to_tell
from services.tracker.notifiers.email import Ending, Mail, Mailer, SmtpMailer
from services.tracker.settings import TrackerSettings
from services.tracker.use_cases.send_notice import SEND_TRIES_MAX, SendNotice
from services.tracker.use_cases.tell_customers import PLAN_NOTICES, SEND_NOTICE, plan_notices
from shared.contracts.reach import AddressOut, PeopleOut, PersonOut
from shared.contracts.vocabulary import Language
from shared.database import Database
from shared.ids import id_of_hash, new_id
from shared.messaging.jobs import Claim, Jobs, StaleLeaseError
from shared.messaging.lanes import Kick
from shared.peers.addresses import Addresses
from tests.fakes.mail_server import MailServer, mail_server
from tests.house_of_test import House
from tests.tracker.desk import Desk, classified, desk

CLOSING = ("analyse", "plan", "implement", "verify", "closed")


def address(value: str, *, kind: str = "email", is_verified: bool = True) -> AddressOut:
    identifier = id_of_hash(sha256(value.encode()).digest())
    return AddressOut(address_id=identifier, kind=kind, value=value, is_verified=is_verified)


def person(*addresses: AddressOut, has_consent: bool = True, language: Language = Language.ZH) -> PersonOut:
    return PersonOut(customer_id=new_id(), language=language, has_consent=has_consent, addresses=list(addresses))


WORK, HOME, CLAIMED = address("work@x.test"), address("home@x.test"), address("new@x.test", is_verified=False)
PHONE = address("13800000000", kind="phone")


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (None, Reason.UNKNOWN_CUSTOMER),
        (person(WORK, has_consent=False), Reason.NO_CONSENT),
        (person(has_consent=False), Reason.NO_CONSENT),
        (person(), Reason.NO_ADDRESS),
        (person(PHONE), Reason.NO_ADDRESS),
        (person(PHONE, CLAIMED), Reason.NOT_VERIFIED),
        (person(CLAIMED, HOME), HOME),
        (person(PHONE, WORK, HOME), WORK),
    ],
)
def test_the_first_verified_address_of_a_consenting_customer_is_used(who: PersonOut | None, told: object) -> None:
    chosen = whom_to_tell(who)
    assert (chosen.address if isinstance(chosen, Told) else chosen) == told


class Book:
    """The collector, as far as the ledger asks it."""

    def __init__(self) -> None:
        self.people: dict[UUID, PersonOut] = {}
        self.is_away = False

    def know(self, *people: PersonOut) -> list[UUID]:
        self.people |= {one.customer_id: one for one in people}
        return [one.customer_id for one in people]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            return httpx.Response(503)
        asked = [UUID(one) for one in json.loads(request.content)["customer_ids"]]
        found = PeopleOut(people=[self.people[one] for one in asked if one in self.people])
        return httpx.Response(200, content=found.model_dump_json())


class Killed:
    """A worker that dies with the mail in its hand."""

    async def send(self, mail: Mail) -> Ending:
        raise RuntimeError(mail.notice_id)


class Office:
    """The people at the desk, and the one worker who writes to customers."""

    def __init__(self, us: Desk, house: House, carrier: Database, book: Book, mails: MailServer) -> None:
        self.us, self.book, self.mails, self._house, self._carrier = us, book, mails, house, carrier
        addresses = Addresses("http://collector", SecretStr("k"), transport=httpx.MockTransport(book.answer))
        self.send = SendNotice(us.database, addresses, self.mailer(mails.port), brand="Huiyin")

    def mailer(self, port: int) -> SmtpMailer:
        keys = self._house.data.keys
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        more = {"collector_url": "http://x", "peer_key_file": keys / "x", "cursor_key_file": keys / "x"}
        return SmtpMailer(self._house.settings(TrackerSettings, "tracker", lanes="", **smtp, **more))

    def lane(self, mailer: Mailer | None) -> Jobs:
        planning = partial(plan_notices, database=self.us.database)
        return Jobs(
            self._carrier, {PLAN_NOTICES: planning, SEND_NOTICE: replace(self.send, mailer=mailer)}, Kick(), lease_s=60
        )

    async def work(self, **instead: Mailer | None) -> None:
        """Does every job that is due, or would be later."""
        lane = self.lane(instead.get("mailer", self.send.mailer))
        await self.wait()
        while claims := await lane.claim():
            for claim in claims:
                await lane.work(claim)

    async def wait(self) -> None:
        """All that was put off is due, and every lease is over."""
        async with self._house.query("tracker") as owner:
            await owner.execute(
                "UPDATE job SET run_at = now(), locked_until = NULL WHERE tenant_id = $1", self.us.tenant_id
            )

    async def forget_what_is_done(self) -> None:
        """Every job is to be done once more."""
        async with self._house.query("tracker") as owner:
            await owner.execute("UPDATE job SET done_at = NULL WHERE tenant_id = $1", self.us.tenant_id)

    async def claim(self, kind: str) -> Claim:
        """A job of this test, as a worker of its own holds it."""
        await self.wait()
        claims = [one for one in await self.lane(None).claim() if one.tenant_id == self.us.tenant_id]
        [claim] = [one for one in claims if one.kind == kind]
        return claim

    async def close(self, *people: PersonOut) -> str:
        problem = await self.us.problem_of(*self.book.know(*people))
        action = await self.us.action_for(problem)
        await self.us.walk(action, *CLOSING)
        return action

    async def ledger(self) -> list[tuple[str, str | None]]:
        """State and reason of each notice, oldest first."""
        found = (await self.us.read("/v1/notices"))["items"]
        return [(one["state"], one["reason"]) for one in reversed(found)]

    async def undone(self) -> int:
        async with self._house.query("tracker") as owner:
            left = "SELECT count(*) FROM job WHERE tenant_id = $1 AND done_at IS NULL"
            return int(await owner.fetchval(left, self.us.tenant_id))


@asynccontextmanager
async def office(house: House, tenant_id: UUID) -> AsyncIterator[Office]:
    carrier = Database(house.url("tracker", "carrier"))
    await carrier.open()
    with mail_server() as mails:
        async with desk(house, tenant_id) as us:
            yield Office(us, house, carrier, Book(), mails)
    await carrier.close()


async def test_a_customer_is_told_once_however_often_the_work_is_done(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        smith = person(WORK, language=Language.EN)
        await we.close(smith)
        for _ in range(3):
            await we.work()
            await we.forget_what_is_done()
        await we.work()
        [notice] = (await we.us.read("/v1/notices"))["items"]
        [mail] = we.mails.mails
        assert mail["Message-ID"].startswith(f"<{notice['id']}@")
        assert (mail["To"], mail["Content-Language"]) == (WORK.value, "en")
        assert "The relay was replaced." in mail.get_content()
        assert await we.ledger() == [("sent", None)]
        assert await we.undone() == 0
        [case] = (await we.us.read("/v1/cases"))["items"]
        assert case["state"] == "answered"


async def test_who_joins_late_is_told_and_the_others_not_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        action = await we.close(person(WORK))
        await we.work()
        problem = (await we.us.read(f"/v1/actions/{action}"))["problem_id"]
        late = await we.us.open([classified(tenant_id, who) for who in we.book.know(person(HOME))])
        await we.us.post(f"/v1/problems/{problem}/cases", 200, case_ids=late)
        await we.forget_what_is_done()
        await we.work()
        assert [mail["To"] for mail in we.mails.mails] == [WORK.value, HOME.value]
        assert await we.undone() == 0


async def test_a_reopened_action_tells_anew_when_it_closes(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        action = await we.close(person(WORK), person(HOME))
        await we.work()
        await we.us.walk(action, "reopened")
        await we.work()
        assert len(we.mails.mails) == 2
        await we.us.walk(action, *CLOSING)
        await we.work()
        assert sorted(mail["To"] for mail in we.mails.mails) == [HOME.value] * 2 + [WORK.value] * 2
        rounds = [one["round"] for one in (await we.us.read("/v1/notices"))["items"]]
        assert rounds == [1, 1, 0, 0]


async def test_two_who_share_an_address_get_one_mail(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(HOME), person(HOME), person(WORK))
        await we.work()
        assert sorted(mail["To"] for mail in we.mails.mails) == [HOME.value, WORK.value]
        assert sorted(await we.ledger(), key=str) == [("sent", None), ("sent", None), ("skipped", "already_told")]


@pytest.mark.parametrize(
    ("replies", "ledger"),
    [
        ({"rcpt_replies": ["550 no such user"]}, ("failed", "refused")),
        ({"data_replies": ["554 spam"]}, ("failed", "refused")),
    ],
)
async def test_a_final_no_is_final(
    house: House, tenant_id: UUID, replies: dict[str, list[str]], ledger: tuple[str, str]
) -> None:
    async with office(house, tenant_id) as we:
        vars(we.mails).update(replies)
        await we.close(person(WORK))
        for _ in range(2):
            await we.work()
            assert await we.ledger() == [ledger]
            assert await we.undone() == 0
        assert we.mails.mails == []


@pytest.mark.parametrize(
    "replies",
    [
        {"rcpt_replies": ["421 going down"]},
        {"rcpt_replies": ["451 greylisted"]},
        {"data_replies": ["452 disk full"]},
        {"sender_replies": ["451 later"]},
        {"sender_replies": ["530 sign in first"]},
    ],
)
async def test_a_no_for_now_is_tried_again(house: House, tenant_id: UUID, replies: dict[str, list[str]]) -> None:
    async with office(house, tenant_id) as we:
        vars(we.mails).update(replies)
        await we.close(person(WORK))
        await only_first_try(we)
        assert await we.ledger() == [("queued", "unreachable")]
        assert we.mails.mails == []
        await we.work()
        assert await we.ledger() == [("sent", None)]
        assert len(we.mails.mails) == 1


async def only_first_try(we: Office, mailer: Mailer | None = None) -> None:
    """Plans, then sends once, and leaves what was put off."""
    lane = we.lane(mailer or we.send.mailer)
    for kind in (PLAN_NOTICES, SEND_NOTICE):
        await lane.work(await we.claim(kind))


async def test_a_server_that_is_away_is_tried_again_and_not_for_ever(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        nobody = we.mailer(free_port())
        await we.close(person(WORK))
        await only_first_try(we, nobody)
        for _ in range(SEND_TRIES_MAX - 2):
            await we.lane(nobody).work(await we.claim(SEND_NOTICE))
            assert await we.ledger() == [("queued", "unreachable")]
        await we.work(mailer=nobody)
        assert await we.ledger() == [("failed", "unreachable")]
        assert await we.undone() == 0
        await we.work()
        assert we.mails.mails == []


async def test_silence_after_the_text_is_doubt_and_never_sent_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        we.mails.hangs_up_after_data = 1
        await we.close(person(WORK))
        for _ in range(2):
            await we.work()
            assert await we.ledger() == [("in_doubt", "no_reply_after_data")]
        assert len(we.mails.mails) == 1
        assert await we.undone() == 0


async def test_a_notice_whose_worker_died_is_doubt_and_never_sent_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(WORK))
        await only_first_try(we, Killed())
        assert await we.ledger() == [("claimed", None)]
        for _ in range(2):
            await we.work()
            assert await we.ledger() == [("in_doubt", "stopped_while_sending")]
        assert we.mails.mails == []
        assert await we.undone() == 0


async def test_the_ledger_says_so_before_the_server_hears_of_it(house: House, tenant_id: UUID) -> None:
    seen: list[Sequence[object]] = []

    class Watching:
        async def send(self, mail: Mail) -> Ending:
            async with house.query("tracker") as owner:
                row = await owner.fetchrow("SELECT state, address_id, text FROM notice WHERE id = $1", mail.notice_id)
            seen.append(tuple(row or ()))
            return Ending.SENT

    async with office(house, tenant_id) as we:
        await we.close(person(WORK))
        await we.work(mailer=Watching())
        [(state, address_id, text)] = seen
        assert (state, address_id) == ("claimed", WORK.address_id)
        assert "已更换继电器。" in str(text)


async def test_a_worker_whose_lease_passed_on_has_no_effect(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(WORK))
        late_planner = await we.claim(PLAN_NOTICES)
        planner = await we.claim(PLAN_NOTICES)
        with pytest.raises(StaleLeaseError):
            await plan_notices(late_planner, we.us.database)
        assert await we.ledger() == []
        await plan_notices(planner, we.us.database)
        late, worker = await we.claim(SEND_NOTICE), await we.claim(SEND_NOTICE)
        for mailer in (we.send.mailer, None):
            with pytest.raises(StaleLeaseError):
                await replace(we.send, mailer=mailer)(late)
            assert await we.ledger() == [("queued", None)]
        assert we.mails.mails == []
        await we.send(worker)
        with pytest.raises(StaleLeaseError):
            await we.send(late)
        assert await we.ledger() == [("sent", None)]
        assert len(we.mails.mails) == 1


async def test_while_the_collector_is_away_nobody_is_decided_on(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(WORK), person(HOME, has_consent=False), person(CLAIMED), person())
        we.book.is_away = True
        lane = we.lane(we.send.mailer)
        await lane.work(await we.claim(PLAN_NOTICES))
        for claim in await lane.claim():
            await lane.work(claim)
        assert await we.ledger() == [("queued", None)] * 4
        we.book.is_away = False
        await we.work()
        told: list[Any] = sorted(await we.ledger(), key=str)
        wanted = [("sent", None), *(("skipped", reason) for reason in ("no_address", "no_consent", "not_verified"))]
        assert told == wanted
        figures = await we.us.read("/v1/figures")
        assert figures["notifications"] == {"sent": 1, "no_address": 1, "no_consent": 1, "not_verified": 1}


async def test_without_a_mail_server_the_letter_is_kept_and_stays_unsent(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(WORK))
        await we.work(mailer=None)
        assert await we.ledger() == [("not_sent", "no_smtp")]
        [kept] = (await we.us.read("/v1/notices", state="not_sent"))["items"]
        assert kept["subject"] == "您反馈的问题已经解决"
        await we.work()
        assert we.mails.mails == []


@pytest.mark.parametrize("value", ["张@例子.test", "é@x.test"])
async def test_an_address_that_cannot_be_written_is_refused_and_not_doubted(
    house: House, tenant_id: UUID, value: str
) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(address(value)))
        await we.work()
        assert await we.ledger() == [("failed", "refused")]
        assert await we.undone() == 0


async def test_a_mail_that_waits_for_its_server_waits_through_a_start_without_one(
    house: House, tenant_id: UUID
) -> None:
    async with office(house, tenant_id) as we:
        await we.close(person(WORK))
        we.mails.rcpt_replies = ["421 later"]
        await we.work()
        await we.work(mailer=None)
        assert await we.ledger() == [("queued", "unreachable")]
        await we.work()
        assert [mail["To"] for mail in we.mails.mails] == [WORK.value]
