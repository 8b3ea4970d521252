"""The board of actions: moved by keys and by hand, and nobody moves who may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from shared.ids import new_id
from tests.browser.conftest import PASSWORD
from tests.instance import Instance, until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("session_token")]
ANY_VERSION = {"If-Match": "*"}


@dataclass(frozen=True)
class Firm:
    """A company's customers and what is done for them, made through the doors."""

    instance: Instance
    tracker: httpx.Client

    def problem(self, title: str, *emails: str) -> str:
        """A problem with a case of each of these customers, who agreed to be answered."""
        feedback = [self._say(email) for email in emails]
        cases = [self._case_of(one) for one in feedback]
        answer = self.tracker.post("/v1/problems", json={"title": title, "case_ids": cases}).raise_for_status()
        return str(answer.json()["id"])

    def action(self, problem: str, title: str, *states: str) -> str:
        answers = {"zh": "已更换继电器。", "en": "The relay was replaced."}
        said = {"problem_id": problem, "title": title, "answers": answers}
        action = str(self.tracker.post("/v1/actions", json=said).raise_for_status().json()["id"])
        for to in states:
            path = f"/v1/actions/{action}/moves"
            self.tracker.post(path, json={"to": to}, headers=ANY_VERSION).raise_for_status()
        return action

    def state_of(self, action: str) -> str:
        return str(self.tracker.get(f"/v1/actions/{action}").json()["state"])

    def letters_about(self, action: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tracker.get("/v1/notices", params={"about": action}).json()["items"]
        return [letter for letter in found if letter["state"] == "not_sent"]

    def _say(self, email: str) -> str:
        said = {"text": "热水器又跳闸了", "channel": "import", "client_event_id": str(new_id())}
        more = {"customer": {"email": email}, "consent": {"purposes": ["reply"]}}
        with self.instance.client("collector") as collector:
            return str(collector.post("/v1/feedback", json=said | more).raise_for_status().json()["id"])

    def _case_of(self, feedback: str) -> str:
        def found() -> list[dict[str, Any]]:
            items: list[dict[str, Any]] = self.tracker.get("/v1/cases", params={"feedback_id": feedback}).json()[
                "items"
            ]
            return items

        until(lambda: bool(found()), "the case was opened")
        return str(found()[0]["id"])


@pytest.fixture
def firm(instance: Instance) -> Iterator[Firm]:
    with instance.client("tracker") as tracker:
        yield Firm(instance, tracker)


def choose_by_keys(desk: Page, key: str, letters: str, heading: str) -> None:
    """Opens the menu of the card that has the focus, and takes what begins so."""
    desk.keyboard.press(key)
    expect(desk.get_by_label("Type to filter")).to_be_focused()
    desk.keyboard.type(letters)
    desk.keyboard.press("Enter")
    expect(desk.locator("#move-title")).to_contain_text(f"{heading}:")


def test_an_action_is_planned_by_keys_beside_its_letter(desk: Page, firm: Firm) -> None:
    desk.goto(f"/console/problems/{firm.problem('H2 hums')}")
    desk.keyboard.press("n")
    desk.keyboard.type("Replace the pumps")
    desk.get_by_label("Answer in Chinese").focus()
    desk.keyboard.type("已更换水泵。")
    expect(desk.get_by_role("dialog").locator("[data-letter=zh] [data-answer]")).to_have_text("已更换水泵。")
    for key in ("Tab", "Tab", "Tab", "Enter"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("heading", name="Replace the pumps")).to_be_visible()


def test_an_action_is_moved_by_keys_to_its_end_and_the_letter_is_seen(desk: Page, firm: Firm) -> None:
    action = firm.action(firm.problem("H2 trips", "lin@example.test"), "Replace the relays")
    desk.goto("/console/actions")
    desk.locator(f"#action-{action}").focus()
    for name in ("Analyse", "Plan", "Implement", "Verify"):
        choose_by_keys(desk, "m", name[:3], name)
        desk.keyboard.type("seen")
        for key in ("Tab", "Tab", "Enter"):
            desk.keyboard.press(key)
        expect(desk.locator(f"[data-column={name.lower()}] #action-{action}")).to_be_focused()
    choose_by_keys(desk, "Enter", "Clo", "Closed")
    close = desk.get_by_role("button", name="Close and tell 1 customer")
    expect(close).to_be_enabled()
    expect(desk.get_by_role("dialog")).to_contain_text("已更换继电器。")
    expect(desk.get_by_role("dialog")).to_contain_text("No mail leaves this instance")
    close.press("Enter")
    expect(desk.locator(f"[data-column=closed] #action-{action}")).to_be_focused()
    until(lambda: bool(firm.letters_about(action)), "the letter was written")
    assert "已更换继电器。" in firm.letters_about(action)[0]["text"]
    desk.goto(f"/console/actions/{action}")
    expect(desk.locator("#told")).to_contain_text("Letter kept, not sent")
    expect(desk.locator(".history")).to_contain_text("Lee")


def test_a_card_is_dragged_and_an_illegal_drop_says_what_is_lacking(desk: Page, firm: Firm) -> None:
    action = firm.action(firm.problem("O3 door"), "New hinge")
    desk.goto("/console/actions")
    card = desk.locator(f"#action-{action}")
    card.drag_to(desk.locator("[data-column=closed]"))
    expect(desk.locator(".toast")).to_contain_text("From Draft an action can go to: Contain, Analyse, Cancelled.")
    expect(desk.locator(".toast")).to_contain_text("these steps are lacking: Analyse, Plan, Implement, Verify")
    assert firm.state_of(action) == "draft"
    card.drag_to(desk.locator("[data-column=analyse]"))
    expect(desk.get_by_role("dialog")).to_contain_text("Analyse: New hinge")
    desk.get_by_role("button", name="Move to Analyse").click()
    expect(desk.locator(f"[data-column=analyse] #action-{action}")).to_be_visible()
    assert firm.state_of(action) == "analyse"


def test_words_are_mended_until_customers_have_read_them(desk: Page, firm: Firm) -> None:
    action = firm.action(firm.problem("W7 hums"), "Add a damper", "analyse", "plan", "implement", "verify")
    desk.goto(f"/console/actions/{action}")
    desk.get_by_role("button", name="Mend title and answers").click()
    desk.get_by_label("Answer in English").fill("A damper was added.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("[data-letter=en]").first).to_contain_text("A damper was added.")
    desk.get_by_role("button", name="Close and tell the customers").click()
    desk.get_by_role("button", name="Close and tell 0 customers").click()
    expect(desk.locator("#told")).to_contain_text("Nobody stood behind this problem.")
    expect(desk.get_by_role("button", name="Mend title and answers")).to_have_count(0)


def test_a_viewer_sees_no_controls_of_moves(context: BrowserContext, page: Page, firm: Firm, console_url: str) -> None:
    action = firm.action(firm.problem("V9 loses"), "Reconnect")
    email = f"{new_id()}@example.test"
    invited = firm.tracker.post("/v1/members", json={"email": email, "name": "Vi", "roles": ["viewer"]})
    code = invited.raise_for_status().json()["link"]["token"]
    said = {"token": code, "password": PASSWORD}
    joined = firm.tracker.post("/v1/sign-in/link", json=said).raise_for_status().json()
    context.add_cookies([{"name": "huiyin_session", "value": joined["token"], "url": console_url}])
    page.goto("/console/actions")
    expect(page.locator(f"#action-{action}")).to_be_visible()
    expect(page.locator("[data-menu], .ticket[draggable], #move")).to_have_count(0)
    page.goto(f"/console/actions/{action}")
    expect(page.locator("[data-to], #action-form, #move")).to_have_count(0)
    page.goto("/console/problems")
    expect(page.get_by_role("button", name="Start a problem")).to_have_count(0)
