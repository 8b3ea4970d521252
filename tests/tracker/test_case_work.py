"""Many cases at once, notes, and answers that a person writes: told once, in the customer's own language."""

from typing import Any
from uuid import UUID

import httpx

from services.tracker.use_cases.tell_customers import SEND_NOTICE
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.desk import ANY_VERSION, Desk, classified, desk
from tests.tracker.office import WORK, Killed, Office, office, person
from tests.tracker.test_forgetting import erased, hear


def refusal(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    document: dict[str, Any] = answer.json()
    return document


async def cases_of(us: Desk, count: int, customer_id: UUID | None = None) -> list[str]:
    return await us.open([classified(us.tenant_id, customer_id) for _ in range(count)])


async def case_of(at: Office, **about: Any) -> str:  # noqa: ANN401 - any part of a person
    [customer] = at.book.know(person(WORK, **about))
    return (await cases_of(at.us, 1, customer))[0]


async def test_each_of_many_is_changed_by_itself(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, desk(house, new_id()) as them:
        fresh, seen, *more = await cases_of(us, 4)
        [foreign] = await cases_of(them, 1)
        await us.patch(f"/v1/cases/{seen}", 200, state="closed", close_reason="spam")
        asked = [fresh, seen, foreign, *more, fresh]
        body = {"case_ids": asked, "change": {"state": "solved", "tags": ["加急"]}}
        answer = await us.client.post("/v1/cases:change", json=body, headers={"Accept-Language": "zh"})
        items = answer.json()["items"]
        assert [(item["id"], item["status"]) for item in items] == [
            (fresh, 200), (seen, 409), (foreign, 404), (more[0], 200), (more[1], 200),
        ]  # fmt: skip
        assert {item["case"]["state"] for item in items if item["case"]} == {"solved"}
        assert items[1]["problem"]["code"] == "illegal_case_move"
        assert items[1]["problem"]["legal_moves"] == ["open"]
        assert items[2]["problem"]["title"].startswith("工单不存在")
        assert (await us.read(f"/v1/cases/{seen}"))["tags"] == []
        assert (await them.read(f"/v1/cases/{foreign}"))["state"] == "new"
        async with house.query("tracker") as owner:
            line = (
                "SELECT detail->>'count' || '/' || (detail->>'refused') FROM audit WHERE tenant_id = $1 AND verb = $2"
            )
            assert await owner.fetchval(line, tenant_id, "case.change_many") == "3/2"


async def test_many_verdicts_are_corrected_at_once(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        ids = await cases_of(us, 3)
        await us.post("/v1/cases:change", 200, case_ids=ids, change={"category": "praise"})
        told = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND subject LIKE '%VerdictCorrected'"
        assert await owner.fetchval(told, tenant_id) == 3
        assert {case["category"] for case in (await us.read("/v1/cases", reviewed="true"))["items"]} == {"praise"}


async def test_a_bad_change_of_many_changes_none(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        ids = await cases_of(us, 2)
        bad: list[tuple[dict[str, Any], str]] = [
            ({"case_ids": ids, "change": {"assignee_id": str(new_id())}}, "/change/assignee_id"),
            ({"case_ids": ids, "change": {"state": "closed"}}, "/change/close_reason"),
            ({"case_ids": [], "change": {}}, "/case_ids"),
            ({"case_ids": [str(new_id())] * 201, "change": {}}, "/case_ids"),
            ({"case_ids": ids}, "/change"),
        ]
        for body, pointer in bad:
            answer = await us.client.post("/v1/cases:change", json=body)
            assert refusal(answer, 422, "invalid")["errors"][0]["pointer"] == pointer
        assert {case["version"] for case in (await us.read("/v1/cases"))["items"]} == {1}


async def test_a_note_stands_in_the_history_and_in_no_audit(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        [case] = await cases_of(us, 1)
        note = await us.post(f"/v1/cases/{case}/notes", 201, text="已电话联系，等回电。")
        whole = await us.read(f"/v1/cases/{case}")
        assert (whole["history"][-1], whole["version"]) == (note, 2)
        assert (note["kind"], note["detail"], note["by"]) == ("note", {"text": "已电话联系，等回电。"}, "test")
        lines = await owner.fetch("SELECT a::text AS line FROM audit a WHERE tenant_id = $1", tenant_id)
        assert [row["line"] for row in lines if "电话" in row["line"]] == []
        refusal(await us.client.post(f"/v1/cases/{new_id()}/notes", json={"text": "x"}), 404, "unknown_case")


async def test_an_answer_is_sent_once_in_the_customers_language(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at, language=Language.EN)
        notice = await at.us.post(f"/v1/cases/{case}/replies", 201, text="Press R for ten seconds.")
        assert (notice["event"], notice["about"], notice["round"], notice["state"]) == ("reply", case, 1, "queued")
        for _ in range(3):
            await at.work()
            await at.forget_what_is_done()
        [mail] = at.mails.mails
        assert (mail["To"], mail["Subject"]) == (WORK.value, "Huiyin: our answer to your feedback")
        text = str(mail.get_payload())
        assert "Hello," in text
        assert "Press R for ten seconds." in text
        assert text.rstrip().endswith("Huiyin")
        whole = await at.us.read(f"/v1/cases/{case}")
        assert (whole["state"], [event["kind"] for event in whole["history"]]) == (
            "answered", ["opened", "reply", "changed"],
        )  # fmt: skip
        assert whole["history"][1]["id"] == notice["id"]


async def test_a_second_answer_goes_to_the_same_customer_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at)
        rounds = [(await at.us.post(f"/v1/cases/{case}/replies", 201, text="好"))["round"] for _ in range(2)]
        await at.work()
        assert rounds == [1, 2]
        assert await at.ledger() == [("sent", None)] * 2
        assert len(at.mails.mails) == 2


async def test_who_did_not_agree_gets_no_answer_and_the_case_stays(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at, has_consent=False)
        await at.us.post(f"/v1/cases/{case}/replies", 201, text="好")
        await at.work()
        assert await at.ledger() == [("skipped", "no_consent")]
        assert (await at.us.read(f"/v1/cases/{case}"))["state"] == "new"
        [nobodys] = await cases_of(at.us, 1)
        answer = await at.us.client.post(f"/v1/cases/{nobodys}/replies", json={"text": "x"})
        refusal(answer, 409, "nobody_to_answer")


async def test_an_answer_in_doubt_is_not_sent_again(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at)
        await at.us.post(f"/v1/cases/{case}/replies", 201, text="好")
        lane = at.lane(Killed())
        await lane.work(await at.claim(SEND_NOTICE))
        await at.work()
        assert await at.ledger() == [("in_doubt", "stopped_while_sending")]
        assert at.mails.mails == []


async def test_without_a_mail_server_an_answer_is_kept_and_counts(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at)
        await at.us.post(f"/v1/cases/{case}/replies", 201, text="好")
        await at.work(mailer=None)
        assert await at.ledger() == [("not_sent", "no_smtp")]
        assert (await at.us.read(f"/v1/cases/{case}"))["state"] == "answered"


async def test_an_answer_leaves_a_closed_case_closed(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at)
        await at.us.patch(f"/v1/cases/{case}", 200, state="closed", close_reason="duplicate")
        await at.us.post(f"/v1/cases/{case}/replies", 201, text="好")
        await at.work()
        assert (await at.us.read(f"/v1/cases/{case}"))["state"] == "closed"


async def test_an_erased_customers_words_leave_the_case_and_its_history(house: House, tenant_id: UUID) -> None:
    picked = [{"term": "跳闸", "weight": 1.0}]
    async with office(house, tenant_id) as at:
        [customer] = at.book.know(person(WORK))
        facts = [classified(tenant_id, who, terms=picked, urgency_terms=picked) for who in (customer, new_id())]
        mine, other = await at.us.open(facts)
        for case in (mine, other):
            await at.us.patch(f"/v1/cases/{case}", 200, tags=["张三"])
            await at.us.post(f"/v1/cases/{case}/notes", 201, text="张三")
            await at.us.post(f"/v1/cases/{case}/replies", 201, text="张三")
        late = classified(tenant_id, customer, terms=picked, urgency_terms=picked)
        await hear(at.us.database, erased(tenant_id, customer), late)
        [third] = await at.us.open([late])
        for case in (mine, third):
            answer = await at.us.client.get(f"/v1/cases/{case}")
            assert "跳闸" not in answer.text
            assert "张三" not in answer.text
        kept = await at.us.client.get(f"/v1/cases/{other}")
        assert kept.text.count("张三") == 4
        kinds = [event["kind"] for event in (await at.us.read(f"/v1/cases/{mine}"))["history"]]
        assert kinds == ["opened", "changed", "note", "reply"]
        await at.work()
        assert ("skipped", "unknown_customer") in await at.ledger()
        assert at.mails.mails == []


async def test_what_is_done_twice_under_one_key_is_done_once(house: House, tenant_id: UUID) -> None:
    async with office(house, tenant_id) as at:
        case = await case_of(at)
        deeds: list[tuple[str, str, dict[str, Any]]] = [
            ("PATCH", f"/v1/cases/{case}", {"category": "praise"}),
            ("POST", "/v1/cases:change", {"case_ids": [case], "change": {"urgency": "low"}}),
            ("POST", f"/v1/cases/{case}/notes", {"text": "x"}),
            ("POST", f"/v1/cases/{case}/replies", {"text": "x"}),
        ]
        for method, path, body in deeds:
            headers = ANY_VERSION | {"Idempotency-Key": "k"}
            first, again = [await at.us.client.request(method, path, json=body, headers=headers) for _ in range(2)]
            assert first.is_success, first.text
            assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
        assert len((await at.us.read(f"/v1/cases/{case}"))["history"]) == 5
        assert len(await at.ledger()) == 1
