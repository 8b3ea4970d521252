"""The first hour: from the last page of the welcome to a feedback that is seen arriving."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("session_token")]
ARRIVES_MS = 120_000  # The first one waits until the model is trained.


def test_the_set_up_leads_to_a_feedback_that_is_seen_arriving(desk: Page) -> None:
    desk.goto("/console/setup?step=company")
    desk.get_by_label("Name", exact=True).fill("林家电")
    desk.get_by_role("button", name="Save").click()
    expect(desk).to_have_url(re.compile("step=mail$"))
    desk.get_by_role("link", name="Skip for now").click()
    desk.get_by_role("button", name="Make and show the key").click()
    desk.get_by_role("dialog", name="The key").get_by_role("button", name="I have kept it").click()
    expect(desk).to_have_url(re.compile("step=feedback$"))
    desk.get_by_role("button", name="Send it").click()
    expect(desk.get_by_text("It has arrived")).to_be_visible(timeout=ARRIVES_MS)
    expect(desk.locator(".arrived blockquote")).to_contain_text("water heater shows E4")
    expect(desk.locator(".arrived dd .chip")).to_have_text(re.compile("critical|high|medium|low"))
    desk.goto("/console/setup")
    expect(desk.get_by_role("navigation", name="Steps").locator("[aria-current=step]")).to_have_text("2Mail")
