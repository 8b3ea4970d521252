"""The settings: people and keys made by clicking, mail that fails loudly, and nothing shown that one may not do."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, WAIT_MS
from tests.fakes.mail_server import MailServer, mail_server
from tests.instance import Instance, running_instance

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.usefixtures("session_token")]


def joined(instance: Instance, email: str, *roles: str) -> str:
    """The token of a member who has joined."""
    with instance.client("tracker") as client:
        wanted = {"email": email, "name": "Wang", "roles": list(roles), "language": "en"}
        link = client.post("/v1/members", json=wanted).raise_for_status().json()["link"]
        said = {"token": link["token"], "password": PASSWORD}
        token: str = client.post("/v1/sign-in/link", json=said).raise_for_status().json()["token"]
    return token


def test_an_invitation_shows_its_link_once(desk: Page) -> None:
    desk.goto("/console/settings/members")
    desk.get_by_role("button", name="Invite somebody").click()
    form = desk.get_by_role("dialog", name="Invite somebody")
    form.get_by_label("E-mail").fill("li@example.test")
    form.get_by_label("Name", exact=True).fill("Chen")
    form.get_by_role("button", name="Invite and show the link").click()
    expect(form.get_by_role("alert")).to_contain_text("Another member has this e-mail.")
    form.get_by_label("E-mail").fill("chen@example.test")
    form.get_by_role("button", name="Invite and show the link").click()
    shown = desk.get_by_role("dialog", name="A link that works once")
    expect(shown.locator("#secret-value")).to_have_text(re.compile(r"/welcome#\w+"))
    shown.get_by_role("button", name="I have kept it").click()
    expect(desk.get_by_role("link", name="Chen")).to_be_visible()
    expect(desk.locator("body")).not_to_contain_text("/welcome#")


def test_a_publishable_key_is_made_shown_once_and_revoked(desk: Page) -> None:
    desk.goto("/console/settings/keys/new")
    desk.get_by_label("Name of the key").fill("Shop page")
    desk.get_by_label("Origins").fill("shop.example.com")
    desk.get_by_role("button", name="Make and show the key").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    desk.get_by_label("Origins").fill("https://shop.example.com\nhttps://www.example.com")
    desk.get_by_role("button", name="Make and show the key").click()
    shown = desk.get_by_role("dialog", name="The key")
    expect(shown.locator("#secret-value")).to_have_text(re.compile(r"^hy_"))
    expect(shown.locator("#secret-snippet")).to_contain_text("Origin: https://shop.example.com")
    shown.get_by_role("button", name="I have kept it").click()
    desk.get_by_role("link", name="Shop page").click()
    expect(desk.get_by_text("https://www.example.com")).to_be_visible()
    desk.get_by_label("Why").fill("ticket 42")
    desk.get_by_role("button", name="Revoke").click()
    expect(desk.locator(".card header .chip")).to_have_text("revoked")


def test_a_test_mail_without_a_server_fails_loudly(desk: Page) -> None:
    desk.goto("/console/settings/mail")
    desk.get_by_role("button", name="Send a test mail").click()
    expect(desk.locator(".outcome")).to_contain_text("No mail server is set")
    expect(desk.locator(".outcome")).to_contain_text("HUIYIN_TRACKER_SMTP_HOST")


def test_the_audit_tells_of_it_and_can_be_taken_along(desk: Page) -> None:
    desk.goto("/console/settings/audit?verb=member.first_link")
    expect(desk.get_by_role("cell", name="member.first_link")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="CSV").click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert table[0].startswith("at,actor,verb,object_kind")
    assert all("member.first_link" in line for line in table[1:])


def test_one_changes_the_company_and_oneself(desk: Page) -> None:
    desk.goto("/console/settings/tenant")
    desk.get_by_label("Name for customers").fill("Lin Appliances")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status").get_by_text("Done.")).to_be_visible()
    expect(desk.get_by_label("Name for customers")).to_have_value("Lin Appliances")
    desk.goto("/console/settings/account")
    desk.get_by_label("Time zone").fill("Europe/Berlin")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status").get_by_text("Done.")).to_be_visible()
    expect(desk.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    expect(desk.get_by_role("row", name=re.compile("this one"))).to_be_visible()


def test_a_viewer_sees_no_control_that_they_may_not_use(instance: Instance, page: Page, console_url: str) -> None:
    token = joined(instance, "viewer@example.test", "viewer")
    page.context.add_cookies([{"name": "huiyin_session", "value": token, "url": console_url}])
    page.goto("/console/settings")
    tabs = page.get_by_role("navigation", name="Parts of the settings").get_by_role("link")
    expect(tabs).to_have_text(["Company", "Health", "My account"])
    page.goto("/console/settings/tenant")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_text("Asia/Shanghai")).to_be_visible()
    page.goto("/console/settings/health")
    expect(page.get_by_text("Mail server")).to_have_count(0)


def test_what_is_to_be_read_is_there_without_scripts(chromium: Browser, session_token: str, console_url: str) -> None:
    context = chromium.new_context(base_url=console_url, java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    context.add_cookies([{"name": "huiyin_session", "value": session_token, "url": console_url}])
    page = context.new_page()
    page.goto("/console/settings/members")
    expect(page.get_by_role("row", name=re.compile("li@example.test"))).to_be_visible()
    expect(page.get_by_role("button", name="Invite somebody")).to_have_count(0)
    page.goto("/console/settings/tenant")
    expect(page.locator("dl.facts").get_by_text("Asia/Shanghai")).to_be_visible()
    page.goto("/console/mails?state=skipped")
    expect(page.get_by_role("heading", name="No mail here")).to_be_visible()
    context.close()


@pytest.fixture(scope="module")
def posting() -> Iterator[tuple[Instance, MailServer]]:
    """An instance with a mail server, which can be told to misbehave."""
    with mail_server() as mails, tempfile.TemporaryDirectory(prefix="huiyin-browser-mail-") as folder:
        smtp: dict[str, Any] = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": mails.port, "SMTP_SECURITY": "none"}
        smtp["MAIL_FROM"] = "care@example.test"
        environment = {f"HUIYIN_TRACKER_{name}": str(value) for name, value in smtp.items()}
        with running_instance(Path(folder), environment) as running:
            yield running, mails


def test_a_test_mail_arrives_or_says_what_the_server_said(
    chromium: Browser, posting: tuple[Instance, MailServer]
) -> None:
    instance, mails = posting
    url = instance.description()["services"]["tracker"]["url"]
    context = chromium.new_context(base_url=url, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    token = joined(instance, "admin@example.test", "admin")
    context.add_cookies([{"name": "huiyin_session", "value": token, "url": url}])
    page = context.new_page()
    page.goto("/console/settings/mail")
    mails.sender_replies = ["553 this sender is not yours"]
    page.get_by_role("button", name="Send a test mail").click()
    expect(page.locator(".outcome")).to_contain_text("The sender is refused")
    expect(page.locator(".outcome")).to_contain_text("553 this sender is not yours")
    expect(page.locator(".outcome")).to_contain_text("HUIYIN_TRACKER_MAIL_FROM")
    page.get_by_role("button", name="Send a test mail").click()
    expect(page.locator(".outcome")).to_contain_text("The mail server took it")
    [arrived] = mails.mails
    assert arrived["To"] == "admin@example.test"
    context.close()
