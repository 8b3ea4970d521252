"""What looked like spam is found from the inbox, decided by keys, and goes on as any other feedback."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from shared.ids import new_id
from tests.instance import Instance, until

pytestmark = pytest.mark.needs("chromium")
SHOP = "https://shop.example"
TEXTS = ["Casino and viagra, click here to claim", "阳台门关不上，漏风", "把手松了，又掉下来"]


def says(client: httpx.Client, key: str, text: str) -> str:
    """A feedback by an open door, whose hidden field was filled in."""
    headers = {"Authorization": f"Bearer {key}", "Origin": SHOP}
    body = {"text": text, "client_event_id": str(new_id()), "trap": "https://x"}
    answer = client.post("/v1/feedback", json=body, headers=headers).raise_for_status()
    return str(answer.json()["id"])


@pytest.fixture
def held(instance: Instance) -> list[str]:
    """Three that are held, the last one first on the page."""
    wanted = {"label": "door", "kind": "publishable", "channel": "widget", "origins": [SHOP]}
    with instance.client("tracker") as client:
        key: str = client.post("/v1/keys", json=wanted).raise_for_status().json()["key"]
    with instance.client("collector") as client:
        headers = {"Authorization": f"Bearer {key}", "Origin": SHOP}
        until(lambda: client.get("/v1/widget/config", headers=headers).is_success, "the collector knows the key")
        return [says(client, key, text) for text in TEXTS]


def row(desk: Page, feedback_id: str, more: str = "") -> Locator:
    return desk.locator(f'.held-row{more}[data-id="{feedback_id}"]')


def test_what_is_held_is_released_and_becomes_a_case(desk: Page, instance: Instance, held: list[str]) -> None:
    spam, door, _ = held
    desk.goto("/console/inbox")
    desk.get_by_role("link", name=re.compile("Held as spam.*to decide")).click()
    expect(row(desk, door)).to_contain_text("hidden field filled in")
    desk.wait_for_load_state()  # Rows come before the scripts that hear keys.
    desk.keyboard.press("r")
    expect(desk.locator(".toast").last).to_contain_text("Select something first")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    expect(row(desk, door, ".here")).to_have_count(1)
    desk.keyboard.press("r")
    expect(desk.locator(".toast").last).to_contain_text("Released.")
    expect(row(desk, door)).to_have_count(0)
    expect(row(desk, spam, ".here")).to_have_count(1)
    with instance.client("tracker") as client:
        path = f"/v1/cases?feedback_id={door}"
        until(lambda: bool(client.get(path).json()["items"]), "the released one has its case")
    desk.get_by_role("link", name="Released").click()
    row(desk, door).get_by_role("link", name="To its case").click()
    expect(desk.locator(".case-row")).to_contain_text("阳台门关不上")


def test_several_are_called_spam_at_once(desk: Page, held: list[str]) -> None:
    desk.goto("/console/quarantine")
    for _ in held:
        desk.keyboard.press("j")
        desk.keyboard.press("x")
    expect(desk.get_by_text("3 selected")).to_be_visible()
    desk.keyboard.press("p")
    expect(desk.locator(".toast").last).to_contain_text("3 called spam")
    desk.get_by_role("link", name="Spam", exact=True).click()
    for one in held:
        expect(row(desk, one)).to_contain_text("李工 Lee called it spam")
    expect(desk.get_by_role("button", name="It is spam")).to_have_count(0)


@pytest.mark.usefixtures("held")
def test_it_is_decided_without_script_too(chromium: Browser, console_url: str, session_token: str) -> None:
    with chromium.new_context(base_url=console_url, locale="en-GB", java_script_enabled=False) as context:
        context.add_cookies([{"name": "huiyin_session", "value": session_token, "url": console_url}])
        page = context.new_page()
        page.goto("/console/quarantine")
        before = page.locator(".held-row").count()
        page.get_by_label("Select", exact=True).first.check()
        page.get_by_role("button", name="Release").click()
        expect(page.get_by_role("status").first).to_contain_text("Released.")
        expect(page.locator(".held-row")).to_have_count(before - 1)
