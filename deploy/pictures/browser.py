"""Debian's Chromium, and the ways of looking at a page: language, light or dark, width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from deploy.pictures.guest import Guest

CHROMIUM = Path("/usr/bin/chromium")
WAIT_MS = 15_000
HEIGHTS_PX = {1280: 860, 390: 844}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


class NoBrowserError(Exception):
    """The machine has nothing to look with."""


@dataclass(frozen=True)
class View:
    """One way of looking."""

    language: str
    theme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
VIEWS = tuple(View(*one) for one in product(LOCALES, THEMES, HEIGHTS_PX))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. Raises NoBrowserError."""
    if not CHROMIUM.exists():
        raise NoBrowserError(f"{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def looking(browser: Browser, guest: Guest, view: View, *, is_stranger: bool = False) -> Iterator[BrowserContext]:
    """A browser's window of its own, in which nothing moves."""
    context = browser.new_context(
        base_url=guest.url,
        viewport={"width": view.width, "height": HEIGHTS_PX[view.width]},
        locale=LOCALES[view.language],
        color_scheme=view.theme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    said = {"huiyin_language": view.language, "huiyin_theme": view.theme}
    if not is_stranger:
        said["huiyin_session"] = guest.session
    context.add_cookies([{"name": name, "value": value, "url": guest.url} for name, value in said.items()])
    try:
        yield context
    finally:
        context.close()
