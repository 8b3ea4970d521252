"""What a customer attached, on the page of their case: counted for all who work on it, shown on a click."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from shared.ids import new_id
from tests.collector.attachments.pictures import announced, photo
from tests.instance import Instance, until

pytestmark = pytest.mark.needs("chromium")


def attach(client: httpx.Client, event: str, content: bytes, **more: str) -> None:
    said = announced(content, feedback_client_event_id=event, **more)
    url = client.post("/v1/widget/attachments", json=said).raise_for_status().json()["upload_url"]
    client.put(url, content=content).raise_for_status()


@pytest.fixture(scope="module")
def case(instance: Instance) -> str:
    """A case with a photograph and a paper."""
    event = str(new_id())
    with instance.client("collector") as client:
        said = {"text": "插头烧焦了，见照片", "client_event_id": event}
        feedback_id = client.post("/v1/feedback", json=said).raise_for_status().json()["id"]
        attach(client, event, photo())
        attach(client, event, b"%PDF-1.7\n", type="application/pdf", filename="发票.pdf")
    with instance.client("tracker") as client:
        path = f"/v1/cases?feedback_id={feedback_id}"
        until(lambda: bool(client.get(path).json()["items"]), "the case is open")
        return str(client.get(path).json()["items"][0]["id"])


def test_files_are_counted_and_shown_on_a_click(desk: Page, case: str) -> None:
    desk.goto(f"/console/cases/{case}")
    slot = desk.locator('[data-slot="files"]')
    expect(slot).to_contain_text("Attachments: 2")
    expect(slot.locator("img")).to_have_count(0)
    slot.get_by_role("button", name="Show them").click()
    expect(slot.locator("img")).to_have_count(1)
    expect(slot.locator("li")).to_have_count(2)
    drawn = "image => image.complete && image.naturalWidth"
    until(lambda: bool(slot.locator("img").evaluate(drawn)), "the picture is drawn")
    with desk.expect_download() as saved:
        slot.locator("a", has_text="Document").click()
    assert saved.value.suggested_filename == "发票.pdf"


def test_a_receipt_is_read_without_script_and_fits_a_telephone(desk: Page, instance: Instance) -> None:
    with instance.client("collector") as client:
        code = client.post("/v1/feedback", json={"text": "漏水"}).raise_for_status().json()["receipt_code"]
        url = str(client.base_url).rstrip("/")
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{url}/receipts")
    desk.get_by_label("Receipt").fill(code)
    desk.get_by_role("button", name="Look").click()
    expect(desk.locator("h1")).to_be_visible()
    expect(desk.locator(".code b")).to_have_text(code)
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    desk.get_by_role("link", name="中文").click()
    expect(desk.locator("html")).to_have_attribute("lang", "zh-CN")
