"""What anybody with a receipt's code sees: how far it has come, and nothing of whom and of what."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.collector.api.receipt_texts import STAGES
from services.collector.api.receipts import LOOKS_A_MINUTE
from services.collector.domain.stages import ENDS, WAY, Reached, Step, still_to_come, way_so_far
from services.collector.store.homes import keep_home
from services.collector.use_cases.note_progress import note_progress
from shared.contracts.events import CaseProgressed
from shared.contracts.vocabulary import Language, Stage
from shared.messaging import outbox
from shared.web.rates import Rates
from tests.collector.attachments.counter import Counter, counter
from tests.house_of_test import House

DAY = timedelta(days=1)
START = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
PERSON = {"external_id": "c-17", "email": "canary@example.test", "name": "欧阳娜"}
STEPS = [(1, Stage.UNDERSTOOD), (2, Stage.WORKING), (3, Stage.FIXING), (4, Stage.ANSWERED)]


async def progress(here: Counter, feedback_id: str, steps: Sequence[tuple[int, Stage]]) -> None:
    facts = [
        outbox.seal(
            here.tenant_id,
            CaseProgressed(feedback_id=UUID(feedback_id), stage=stage, step=step, at=START + step * DAY),
            at=START,
            trace_id="t",
        )
        for step, stage in steps
    ]
    async with here.app.state.context.database.transaction(here.tenant_id) as tx:
        await note_progress(tx, facts)


async def code_of(here: Counter, feedback_id: str) -> str:
    async with here.house.query("collector") as owner:
        return str(await owner.fetchval("SELECT receipt_code FROM feedback WHERE id = $1", UUID(feedback_id)))


async def seen(here: Counter, code: str) -> dict[str, Any]:
    answer = await here.client.get(f"/v1/widget/receipts/{code}", headers={"authorization": ""})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [0, 0, 1, 2, 3, 3]])
async def test_steps_may_come_in_any_order_and_twice(house: House, tenant_id: UUID, order: list[int]) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        code = await code_of(here, feedback_id)
        assert (await seen(here, code))["stage"] == "received"
        for number in order:
            await progress(here, feedback_id, [STEPS[number]])
        said = await seen(here, code)
        assert said["stage"] == "answered"
        assert [one["stage"] for one in said["stages"]] == ["received", *(stage for _, stage in STEPS)]
        assert [one["at"][:10] for one in said["stages"][1:]] == [f"2026-11-{day}" for day in (21, 22, 23, 24)]


async def test_a_case_that_was_opened_again_is_being_worked_on(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        await progress(here, feedback_id, [*STEPS, (5, Stage.WORKING)])
        said = await seen(here, await code_of(here, feedback_id))
        assert [one["stage"] for one in said["stages"]] == ["received", "understood", "working"]
        assert said["stages"][-1]["at"].startswith("2026-11-25")


async def test_of_who_was_erased_nothing_is_told_and_nothing_taken_in(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback(customer=PERSON)
        code = await code_of(here, feedback_id)
        await progress(here, feedback_id, STEPS[:2])
        customer = (await here.client.get(f"/v1/feedback/{feedback_id}")).json()["customer_id"]
        await here.client.post(f"/v1/customers/{customer}:erase", json={"reason": "asked_by_customer"})
        assert (await seen(here, code))["stage"] == "received"
        await progress(here, feedback_id, STEPS)
        assert (await seen(here, code))["stage"] == "received"


@pytest.mark.parametrize(
    ("language", "word", "day"), [("zh", "改进中", "2026年11月24日"), ("en", "Fix under way", "24 Nov 2026")]
)
async def test_the_page_tells_stages_and_days_in_the_companys_zone_and_nothing_personal(
    house: House, tenant_id: UUID, language: str, word: str, day: str
) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback(customer=PERSON, text="金丝雀热水器漏电")
        code = await code_of(here, feedback_id)
        await progress(here, feedback_id, STEPS[:3])
        async with here.app.state.context.database.transaction(tenant_id) as tx:
            await keep_home(tx, tenant_id, 1, "CN", "Asia/Shanghai")
        answer = await here.client.get(
            f"/receipts/{code.lower()}", headers={"accept-language": language, "authorization": ""}
        )
        assert answer.status_code == 200
        assert f"<h1>{word}</h1>" in answer.text
        assert day in answer.text  # Half past eight in the evening in London is the next day in Shanghai.
        assert code in answer.text
        for said in ("金丝雀", "欧阳娜", "canary", "c-17", feedback_id, tenant_id.hex, str(tenant_id)):
            assert said not in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "script-src" not in policy
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-language"] == language
        other = await here.client.get(f"/receipts/{code}?lang={'en' if language == 'zh' else 'zh'}")
        assert f"<h1>{word}</h1>" not in other.text


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "x", "<script>", "%00", "A" * 3_000])
async def test_an_unknown_code_is_met_kindly(house: House, tenant_id: UUID, code: str) -> None:
    async with counter(house, tenant_id) as here:
        answer = await here.client.get(f"/receipts/{code}", headers={"accept-language": "zh"})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "没有找到这张回执" in answer.text
        assert "<script" not in answer.text


async def test_who_has_only_the_code_may_ask_for_the_page(house: House, tenant_id: UUID) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        code = await code_of(here, feedback_id)
        assert "<form" in (await here.client.get("/receipts")).text
        led = await here.client.get("/receipts", params={"code": code.lower().replace("-", " "), "lang": "en"})
        assert (led.status_code, led.headers["location"]) == (303, f"/receipts/{code}?lang=en")
        style = await here.client.get("/receipts/style.css")
        assert style.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/receipts/{}", "/v1/widget/receipts/{}"])
async def test_a_network_that_asks_too_often_waits(house: House, tenant_id: UUID, path: str) -> None:
    async with counter(house, tenant_id) as here:
        feedback_id, _ = await here.feedback()
        path = path.format(await code_of(here, feedback_id))
        here.app.state.rates = Rates(clock=lambda: 0.0)
        answers = [(await here.client.get(path)).status_code for _ in range(LOOKS_A_MINUTE + 1)]
        assert (set(answers[:-1]), answers[-1]) == ({200}, 429)


async def test_a_receipt_names_its_page_where_one_is_known(house: House, tenant_id: UUID) -> None:
    body = {"text": "跳闸"}
    async with counter(house, tenant_id) as here:
        assert (await here.client.post("/v1/feedback", json=body)).json()["receipt_url"] is None
    async with counter(house, tenant_id, public_url="https://feedback.example.test/") as here:
        said = (await here.client.post("/v1/feedback", json=body)).json()
        assert said["receipt_url"] == f"https://feedback.example.test/receipts/{said['receipt_code']}"
        asked = await here.announce(b"%PDF-1.7", feedback_id=said["id"], type="application/pdf")
        assert asked.json()["upload_url"].startswith("https://feedback.example.test/v1/widget/uploads/hu_")


def test_every_stage_is_said_in_both_languages() -> None:
    assert set(STAGES) == set(Stage) == set(WAY)
    assert all(set(words) == set(Language) and all(map(all, words.values())) for words in STAGES.values())


def test_the_way_goes_on_to_one_end() -> None:
    assert still_to_come(Stage.RECEIVED) == [Stage.UNDERSTOOD, Stage.WORKING, Stage.FIXING, Stage.ANSWERED]
    assert [still_to_come(end) for end in ENDS] == [[], []]
    assert way_so_far(START, [Step(1, Stage.CLOSED, START + DAY)]) == [
        Reached(Stage.RECEIVED, START),
        Reached(Stage.CLOSED, START + DAY),
    ]
