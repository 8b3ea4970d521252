"""A customer writes by mail, is answered by mail, and answers the answer: over IMAP, NATS, HTTP and SMTP."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.kinds import Kind
from shared.access.scopes import Scope
from shared.ids import new_id
from tests.collector.mails import mail, report
from tests.collector.postbox import Postbox
from tests.fakes.imap_server import ImapServer, imap_server
from tests.fakes.mail_server import MailServer, mail_server
from tests.fakes.on_a_port import on_a_port
from tests.house_of_test import TRAINING_WAIT_S, House, eventually, running

pytestmark = pytest.mark.needs("dovecot")
ALL = "api,relay,consumer,jobs"
WHO = "zhang-by-mail@example.test"


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ImapServer]:
    with imap_server(scratch / f"imap-{new_id().hex[-6:]}", "care") as found:
        yield found


class Company:
    """One case on the tracker's desk, and whoever writes to and from it."""

    def __init__(self, us: Postbox, tracker: httpx.AsyncClient, mails: MailServer) -> None:
        self.us, self.tracker, self.mails = us, tracker, mails

    async def case(self) -> dict[str, Any]:
        [case] = (await self.tracker.get("/v1/cases")).json()["items"]
        whole: dict[str, Any] = (await self.tracker.get(f"/v1/cases/{case['id']}")).json()
        return whole

    async def states(self) -> list[str]:
        return [case["state"] for case in (await self.tracker.get("/v1/cases")).json()["items"]]

    async def reply(self, text: str) -> str:
        path = f"/v1/cases/{(await self.case())['id']}/replies"
        replied = await self.tracker.post(path, json={"text": text})
        assert replied.status_code == 201, replied.text
        return str(replied.json()["id"])

    async def reason(self) -> str | None:
        """Why another answer does not go out."""
        notice = await self.reply("已换新。")

        async def is_over() -> bool:
            return (await self._notice(notice))["state"] not in ("queued", "claimed")

        await eventually(is_over, wanted=True)
        found: str | None = (await self._notice(notice))["reason"]
        return found

    async def _notice(self, notice: str) -> dict[str, Any]:
        items: list[dict[str, Any]] = (await self.tracker.get("/v1/notices")).json()["items"]
        return next(one for one in items if one["id"] == notice)


@asynccontextmanager
async def company(house: House, tenant_id: UUID, server: ImapServer) -> AsyncIterator[Company]:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    peer = house.data.keys / f"peer.{tenant_id}"
    peer.write_text(await house.new_key(tenant_id, Scope.ADDRESSES_READ, kind=Kind.SECRET))
    signing = {"reply_key_file": house.data.keys / "reply.key"}
    async with AsyncExitStack() as stack:
        mails = stack.enter_context(mail_server())
        collector = house.app("collector", lanes=ALL, **signing)
        client = await stack.enter_async_context(running(collector, key))
        url = await stack.enter_async_context(on_a_port(collector))
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_security": "none"}
        back = {"reply_address": "answers@example.test", "bounce_address": "answers@example.test"}
        more = smtp | back | signing | {"collector_url": url, "peer_key_file": peer}
        await stack.enter_async_context(running(house.app("classifier", lanes=ALL), key))
        tracker = await stack.enter_async_context(running(house.app("tracker", lanes=ALL, **more), key))
        yield Company(Postbox(collector, house, client, server, tenant_id), tracker, mails)


async def test_from_a_mail_to_a_mail_and_back(house: House, tenant_id: UUID, server: ImapServer) -> None:
    async with company(house, tenant_id, server) as we:
        # The company's own server says whose address that is, and that they agreed: a mail alone does not.
        said = {"text": "漏水", "customer": {"email": WHO}, "consent": {"purposes": ["reply"]}}
        assert (await we.us.client.post("/v1/feedback", json=said)).status_code == 201
        await eventually(we.states, ["new"], wait_s=TRAINING_WAIT_S)
        await we.reply("已安排上门。")
        await eventually(we.mails.to(WHO), 1)
        await eventually(we.states, ["answered"])
        [ours] = [one for one in we.mails.mails if one["To"] == WHO]
        head = {"From": WHO, "To": ours["Reply-To"], "Message-ID": "<1@example.test>"}
        we.us.deliver(mail("还是漏水，请打13800138000\r\n> 已安排上门。", head))
        mailbox = await we.us.add()
        await we.us.read(mailbox, replies=1)
        await eventually(we.states, ["open"])
        [entry] = [one for one in (await we.case())["history"] if one["kind"] == "customer_replied"]
        assert entry["detail"]["text"].startswith("漏水\n还是漏水，请打")
        assert "13800138000" not in entry["detail"]["text"]
        assert entry["detail"]["is_from_their_address"] is True
        we.us.deliver(report(ours.as_string().partition("\n\n")[0]))
        await we.us.read(mailbox, bounces=1)
        await eventually(we.reason, "suppressed")
