"""The ledger: who is told, once, and what is done when nobody can know whether they were."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.ports import free_port
from services.tracker.notifiers.email import Ending, Mail, Mailer
from services.tracker.use_cases.send_notice import SEND_TRIES_MAX
from services.tracker.use_cases.tell_customers import PLAN_NOTICES, SEND_NOTICE, plan_notices
from shared.contracts.vocabulary import Language
from shared.messaging.jobs import StaleLeaseError
from tests.house_of_test import House
from tests.tracker.desk import classified
from tests.tracker.office import CLAIMED, CLOSING, HOME, WORK, Killed, Office, address, office, person


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


async def test_an_action_that_was_reopened_meanwhile_tells_nobody(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as we:
        action = await we.close(person(WORK))
        we.mails.rcpt_replies = ["451 later"]
        await we.work()
        await we.us.walk(action, "reopened")
        await we.work()
        assert await we.ledger() == [("skipped", "reopened")]
        assert we.mails.mails == []


async def test_two_who_are_one_person_get_one_mail_wherever_they_can_be_reached(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        kept, merged = person(HOME, WORK), person(HOME, WORK)
        same = {"person_id": kept.customer_id, "same_person": [kept.customer_id, merged.customer_id]}
        await at.close(*(one.model_copy(update=same) for one in (kept, merged)))
        await at.work()
        assert sorted(await at.ledger(), key=str) == [("sent", None), ("skipped", "already_told")]
        assert len(at.mails.mails) == 1


async def test_who_was_told_before_they_were_merged_is_not_told_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        early, late = person(HOME), person(WORK)
        action = await at.close(early)
        await at.work()
        same = {"person_id": late.customer_id, "same_person": [late.customer_id, early.customer_id]}
        problem = (await at.us.read(f"/v1/actions/{action}"))["problem_id"]
        joined = await at.us.open([classified(tenant_id, who) for who in at.book.know(late.model_copy(update=same))])
        await at.us.post(f"/v1/problems/{problem}/cases", 200, case_ids=joined)
        await at.forget_what_is_done()
        await at.work()
        assert sorted(await at.ledger(), key=str) == [("sent", None), ("skipped", "already_told")]
