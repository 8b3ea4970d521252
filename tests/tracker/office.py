"""The people at the desk, the worker who writes to customers, and the book of addresses they ask."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from services.tracker.domain.telling import Reason, Told, whom_to_tell
from services.tracker.notifiers.email import Ending, Mail, Mailer, SmtpMailer
from services.tracker.settings import TrackerSettings
from services.tracker.use_cases.send_notice import SendNotice
from services.tracker.use_cases.tell_customers import PLAN_NOTICES, SEND_NOTICE, plan_notices
from services.tracker.use_cases.tell_progress import TELL_PROGRESS, tell_progress_of_problem
from shared.contracts.reach import AddressOut, PeopleOut, PersonOut
from shared.contracts.vocabulary import Language
from shared.database import Database
from shared.ids import id_of_hash, new_id
from shared.messaging.jobs import Claim, Handler, Jobs
from shared.messaging.lanes import Kick
from shared.peers.addresses import Addresses
from tests.fakes.mail_server import MailServer, mail_server
from tests.house_of_test import House
from tests.tracker.desk import Desk, desk

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
        more = {"collector_url": "http://x", "classifier_url": "http://x", "peer_key_file": keys / "x"}
        return SmtpMailer(self._house.settings(TrackerSettings, "tracker", lanes="", **smtp, **more))

    def lane(self, mailer: Mailer | None) -> Jobs:
        handlers: dict[str, Handler] = {
            PLAN_NOTICES: partial(plan_notices, database=self.us.database),
            SEND_NOTICE: replace(self.send, mailer=mailer),
            TELL_PROGRESS: partial(tell_progress_of_problem, database=self.us.database),
        }
        return Jobs(self._carrier, handlers, Kick(), lease_s=60)

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
