"""An agent clears an inbox and a review without touching the mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.instance import Instance, until

pytestmark = pytest.mark.needs("chromium")
CASES = 24
REVIEWED = 10


@pytest.fixture(scope="module")
def arrived(instance: Instance) -> str:
    """A product whose name no other test uses, with cases of its own."""
    product = "KBD-24"
    items = [
        {"text": f"热水器一开就跳闸，第 {n} 次了", "product": {"model": product}, "channel": "widget"}
        for n in range(CASES)
    ]
    with instance.client("collector") as client:
        client.post("/v1/feedback:batch", json={"items": items}).raise_for_status()
    with instance.client("tracker") as client:
        path = f"/v1/cases?product={product}&limit=100"
        until(lambda: len(client.get(path).json()["items"]) == CASES, "all cases are open")
    return product


def states(instance: Instance, product: str) -> list[str]:
    with instance.client("tracker") as client:
        return [case["state"] for case in client.get(f"/v1/cases?product={product}&limit=100").json()["items"]]


def test_a_case_is_triaged_by_keys_alone(desk: Page, arrived: str) -> None:
    desk.goto(f"/console/inbox?product={arrived}")
    expect(desk.locator(".case-row")).to_have_count(CASES)
    # One by one: the category, the urgency, somebody who has it.
    desk.keyboard.press("j")
    expect(desk.locator(".pane article")).to_be_visible()
    desk.keyboard.press("c")
    desk.keyboard.type("electrical")
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast").last).to_have_text("1 case changed")
    expect(desk.locator(".case-row.here .good")).to_have_count(1)
    desk.keyboard.press("a")
    desk.keyboard.press("Enter")
    expect(desk.locator(".case-row.here .avatar")).to_be_visible()
    desk.keyboard.press("s")
    desk.keyboard.type("tomorrow")
    desk.keyboard.press("Enter")
    expect(desk.locator(".case-row", has_text="Snoozed")).to_have_count(1)
    expect(desk.locator(".case-row.here", has_text="Snoozed")).to_have_count(0)


def test_twenty_cases_are_triaged_at_once_by_keys_alone(desk: Page, instance: Instance, arrived: str) -> None:
    desk.goto(f"/console/inbox?product={arrived}")
    expect(desk.locator(".case-row")).to_have_count(CASES)
    for _ in range(20):
        desk.keyboard.press("j")
        desk.keyboard.press("x")
    expect(desk.locator(".bulk strong")).to_have_text("20 selected")
    desk.keyboard.press("u")
    desk.keyboard.type("high")
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast").last).to_have_text("20 cases changed")
    desk.keyboard.press("e")
    desk.keyboard.type("no answer")
    desk.keyboard.press("Enter")
    expect(desk.locator(".case-row.gone")).to_have_count(20)
    assert states(instance, arrived).count("closed") == 20


@pytest.mark.usefixtures("arrived")
def test_what_arrives_is_said_and_comes_only_when_it_is_asked_for(desk: Page, instance: Instance) -> None:
    desk.goto("/console/inbox")
    first = desk.locator(".case-row").first.get_attribute("data-id")
    with instance.client("collector") as client:
        client.post("/v1/feedback", json={"text": "空调不制冷，刚刚发生", "channel": "widget"}).raise_for_status()
    expect(desk.locator(".arrived")).to_have_text(re.compile("1 new case"))
    assert desk.locator(".case-row").first.get_attribute("data-id") == first, "the list jumped"
    desk.locator(".arrived").click()
    expect(desk.locator(".case-row").first).to_contain_text("刚刚发生")


@pytest.fixture
def waiting(instance: Instance) -> None:
    """As many verdicts as are reviewed, whatever other tests have left."""
    items = [
        {"text": f"门铃响了 {n} 次没人来", "product": {"model": "KBD-R"}, "channel": "widget"} for n in range(REVIEWED)
    ]
    with instance.client("collector") as client:
        client.post("/v1/feedback:batch", json={"items": items}).raise_for_status()
    with instance.client("tracker") as client:
        until(lambda: len(client.get("/v1/cases?product=KBD-R").json()["items"]) == REVIEWED, "all cases are open")


@pytest.mark.usefixtures("waiting")
def test_ten_verdicts_are_reviewed_and_one_is_taken_back(desk: Page, instance: Instance) -> None:
    desk.goto("/console/review")
    seen = []
    for _ in range(REVIEWED):
        card = desk.locator(".review-card.here")
        expect(card).to_have_count(1)
        seen.append(card.get_attribute("data-id"))
        desk.keyboard.press("2")
        expect(desk.locator(f'.review-card.done[data-id="{seen[-1]}"]')).to_have_count(1)
    desk.keyboard.press("z")
    expect(desk.locator(".review-card.here")).to_have_attribute("data-id", str(seen[-1]))
    with instance.client("tracker") as client:

        def reviewed() -> list[bool]:
            return [client.get(f"/v1/cases/{case_id}").json()["reviewed_at"] is not None for case_id in seen]

        until(lambda: reviewed() == [True] * (REVIEWED - 1) + [False], "nine are reviewed and the tenth waits again")


@pytest.fixture
def named(desk: Page, instance: Instance) -> str:
    """A case of somebody who left a number in the text and agreed to be answered; its page is open."""
    body = {
        "text": "麻烦联系我 13912345678，水龙头漏电",
        "channel": "widget",
        "customer": {"email": "wang@example.test", "name": "王小姐"},
        "consent": {"purposes": ["reply"]},
    }
    with instance.client("collector") as client:
        feedback_id: str = client.post("/v1/feedback", json=body).raise_for_status().json()["id"]
    with instance.client("tracker") as client:
        path = f"/v1/cases?feedback_id={feedback_id}"
        until(lambda: bool(client.get(path).json()["items"]), "the case is open")
    desk.goto("/console/inbox")
    desk.keyboard.press("/")
    desk.keyboard.type(feedback_id)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("/console/cases/"))
    return feedback_id


@pytest.mark.usefixtures("named")
def test_what_was_masked_is_shown_to_who_may_and_asks(desk: Page) -> None:
    expect(desk.locator(".said").first).not_to_contain_text("13912345678")
    desk.get_by_role("button", name="Show the original").click()
    expect(desk.locator('[data-slot="original"]')).to_contain_text("13912345678")
    desk.get_by_role("button", name="Contact data").click()
    expect(desk.locator('[data-slot="customer"]')).to_contain_text("wang@example.test")


def test_a_case_is_joined_noted_and_answered_on_its_page(desk: Page, instance: Instance, named: str) -> None:
    desk.keyboard.press("p")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.type("New problem")
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("What do these customers suffer from?")).to_be_focused()
    desk.keyboard.type("Taps that shock")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Taps that shock")).to_be_visible()
    desk.get_by_label("Note").fill("called back at noon")
    desk.get_by_role("button", name="Add").click()
    expect(desk.locator(".history")).to_contain_text("called back at noon")
    desk.keyboard.press("r")
    desk.keyboard.type("我们明天上门检查。")
    desk.get_by_role("button", name="Send").click()
    expect(desk.locator(".history")).to_contain_text("我们明天上门检查。")
    until(lambda: state_of(instance, named) == "answered", "the case counts as answered")


def state_of(instance: Instance, feedback_id: str) -> str:
    with instance.client("tracker") as client:
        state: str = client.get(f"/v1/cases?feedback_id={feedback_id}").json()["items"][0]["state"]
    return state


def test_shortcuts_can_be_switched_off(desk: Page, arrived: str) -> None:
    desk.goto(f"/console/inbox?product={arrived}")
    desk.locator(".menu summary").click()
    desk.get_by_role("group", name="Shortcut keys").get_by_role("button", name="Off").click()
    expect(desk.locator(".shell")).to_have_attribute("data-shortcuts", "off")
    desk.keyboard.press("j")
    desk.keyboard.press("?")
    expect(desk.locator(".case-row.here")).to_have_count(0)
    expect(desk.locator("#help")).to_be_hidden()
