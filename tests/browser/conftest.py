"""A real browser in front of a real instance; whatever a page breaks on its way fails the test."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.instance import Instance, running_instance

CHROMIUM = Path("/usr/bin/chromium")  # Debian's.
WAIT_MS = 10_000
PASSWORD = "mauve tractor nine kettles"
# The browser complains of every refusal; that of a door is said on the page, which is what tests look at.
_REFUSED = re.compile(r"/v1/.* status of 4(09|12|22)")
ROLES = ["admin", "agent", "quality", "dpo"]


@dataclass
class Watch:
    """What a page must never do: ask another host, break its policy, or fail in a script."""

    host: str
    faults: list[str] = field(default_factory=list)

    def on_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in (self.host, ""):
            self.faults.append(f"asked another host: {request.url}")

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _REFUSED.search(f"{message.location['url']} {message.text}"):
            self.faults.append(f"console: {message.text}")


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="huiyin-browser-") as folder, running_instance(Path(folder)) as running:
        yield running


# Of one file alone: while it is open, Playwright's own loop stands in the way of tests that await.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session_token(instance: Instance) -> str:
    """Somebody who may everything that people may."""
    link = instance.command("admin-link")["token"]
    with instance.client("tracker") as client:
        said = {"token": link, "password": PASSWORD, "name": "李工 Lee", "email": "li@example.test"}
        joined = client.post("/v1/sign-in/link", json=said).raise_for_status().json()
        path = f"/v1/members/{joined['member']['id']}"
        etag = client.get(path).headers["etag"]
        client.patch(path, json={"roles": ROLES}, headers={"If-Match": etag}).raise_for_status()
    token: str = joined["token"]
    return token


@pytest.fixture
def console_url(instance: Instance) -> str:
    url: str = instance.description()["services"]["tracker"]["url"]
    return url


@pytest.fixture
def context(chromium: Browser, console_url: str) -> Iterator[BrowserContext]:
    opened = chromium.new_context(base_url=console_url, locale="en-GB", viewport={"width": 1280, "height": 860})
    opened.set_default_timeout(WAIT_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, console_url: str) -> Iterator[Page]:
    """A page of somebody who is not signed in."""
    opened = context.new_page()
    watch = Watch(urlsplit(console_url).netloc)
    opened.on("request", watch.on_request)
    opened.on("console", watch.on_console)
    opened.on("pageerror", lambda error: watch.faults.append(f"script: {error}"))
    yield opened
    assert watch.faults == []


@pytest.fixture
def desk(context: BrowserContext, page: Page, console_url: str, session_token: str) -> Page:
    """A page of somebody who is signed in."""
    context.add_cookies([{"name": "huiyin_session", "value": session_token, "url": console_url}])
    return page
