"""Coming in, going out, and choosing how it looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("session_token")]


def test_who_is_not_signed_in_is_asked_to_and_led_on(page: Page) -> None:
    page.goto("/console/inbox?state=new")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill("li@example.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/console/inbox\?state=new$"))


def test_chinese_dark_and_out_again(desk: Page) -> None:
    desk.goto("/console/inbox")
    expect(desk.get_by_role("heading", name="Inbox")).to_be_visible()
    desk.locator(".menu summary").click()
    desk.get_by_role("button", name="中文").click()
    expect(desk.get_by_role("heading", name="收件箱")).to_be_visible()
    desk.locator(".menu summary").click()
    desk.get_by_role("button", name="深色").click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
