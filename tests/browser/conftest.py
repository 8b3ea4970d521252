"""A real browser in front of a real instance; whatever a page breaks on its way fails the test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.commands.ground import find_instance
from deploy.pictures import browser, guest
from deploy.pictures.watch import Watch
from tests.instance import Instance, running_instance

# As long as a test may wait on a busy box: only a failure is slower for it.
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)
PASSWORD = "mauve tractor nine kettles"
ROLES = ["admin", "agent", "quality", "dpo"]
DEMO_ITEMS = 120  # Few, so that the tests are fast.


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="huiyin-browser-") as folder, running_instance(Path(folder)) as running:
        yield running


# Of one file alone: while it is open, Playwright's own loop stands in the way of tests that await.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def visitor(instance: Instance) -> Iterator[guest.Guest]:
    """Somebody who may see everything in a small demo."""
    instance.command("demo", "--items", str(DEMO_ITEMS))
    with guest.guest(find_instance(instance.data, as_json=False)) as somebody:
        yield somebody


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
    watch.over(opened)
    yield opened
    assert watch.faults == []


@pytest.fixture
def desk(context: BrowserContext, page: Page, console_url: str, session_token: str) -> Page:
    """A page of somebody who is signed in."""
    context.add_cookies([{"name": "huiyin_session", "value": session_token, "url": console_url}])
    return page
