"""The overview in a browser: every chart arrives, nothing breaks the page's policy, and a phone is wide enough."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import now
from tests.browser.conftest import WAIT_MS
from tests.instance import Instance, until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("filled")]
CHARTS_WITH_CASES = 4
PHONE_PX = 390
WAVE = 60  # More than other tests in this instance have of any product on one day.


@pytest.fixture(scope="module")
def filled(instance: Instance) -> None:
    """Cases of a year, with a wave of one product."""
    days = [*range(0, 360, 9), *([100] * WAVE)]
    items = [
        {
            "text": f"水壶跳闸 {number}",
            "channel": "import",
            "source": "overview",
            "external_id": str(number),
            "occurred_at": (now() - timedelta(days=day)).isoformat(),
            "product": {"model": "K3" if day == 100 else "H2"},
        }
        for number, day in enumerate(days)
    ]
    with instance.client("collector") as client:
        client.post("/v1/feedback:batch", json={"items": items}).raise_for_status()
    with instance.client("tracker") as client:
        until(lambda: client.get("/v1/figures").json()["cases"] >= len(items), "all cases are open")


def test_every_chart_is_drawn_and_the_wave_is_said(desk: Page) -> None:
    desk.goto("/console/overview")
    expect(desk.locator("[aria-busy]")).to_have_count(0, timeout=2 * WAIT_MS)
    assert desk.locator(".chart svg").count() >= CHARTS_WITH_CASES
    expect(desk.get_by_role("heading", name="K3 stands out")).to_be_visible()
    desk.get_by_text("Table", exact=True).first.click()
    expect(desk.get_by_role("columnheader", name="Critical")).to_be_visible()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="CSV: Arrivals").click()
    assert taken.value.suggested_filename == "arrivals-12m.csv"


def test_what_is_chosen_stands_in_the_address(desk: Page) -> None:
    desk.goto("/console/overview")
    desk.get_by_label("Product", exact=True).select_option("K3")
    desk.get_by_label("Period", exact=True).select_option("12 weeks")
    desk.get_by_role("button", name="Show").click()
    desk.wait_for_url("**/console/overview?period=12w&product=K3&language=")
    expect(desk.get_by_label("Product", exact=True)).to_have_value("K3")


def test_a_phone_is_wide_enough(desk: Page) -> None:
    desk.set_viewport_size({"width": PHONE_PX, "height": 844})
    desk.goto("/console/overview")
    expect(desk.locator("[aria-busy]")).to_have_count(0, timeout=2 * WAIT_MS)
    assert desk.locator(".chart svg").count() >= CHARTS_WITH_CASES
    assert desk.evaluate("document.documentElement.scrollWidth") == PHONE_PX
    assert all(box.bounding_box()["width"] <= PHONE_PX for box in desk.locator(".chart svg").all())  # type: ignore[index]  # visible
