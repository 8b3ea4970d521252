"""The list of pages leaves none out, and what judges a picture sees what it should."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.pictures.browser import View
from deploy.pictures.guest import Guest
from deploy.pictures.pages import NO_PAGES, PAGES
from deploy.pictures.take import take
from services.tracker.api.console import CONSOLE_ROUTERS
from services.tracker.console.design import COLOURS, ICONS, SIZES

CONSOLE = Path(__file__).resolve().parents[2] / "services" / "tracker" / "console"


def test_every_page_route_has_a_picture_or_says_why_not() -> None:
    routes = {
        route.path
        for router in CONSOLE_ROUTERS
        for route in router.routes
        if "GET" in (getattr(route, "methods", None) or ())
    }
    assert routes == {page.route for page in PAGES if page.route != "/welcome"} | NO_PAGES.keys()
    assert {page.route for page in PAGES} & NO_PAGES.keys() == set()
    assert len({page.name for page in PAGES}) == len(PAGES)


def test_the_design_page_leaves_no_colour_size_or_icon_out() -> None:
    tokens = (CONSOLE / "static" / "tokens.css").read_text()
    painted = {name for names in COLOURS.values() for name in names}
    sizes, others = {f"size-{size}" for size in SIZES}, {"shadow", "radius", "radius-l", "sans", "mono"}
    names = {name for name in re.findall(r"--([\w-]+):", tokens) if not name.endswith(("-tint", "-ink"))}
    assert names == (painted | sizes | others) - {"brand-tint"}
    icons = (CONSOLE / "templates" / "parts" / "icons.html").read_text()
    assert set(re.findall(r'name == "(\w+)"', icons)) == set(ICONS)


@pytest.mark.needs("chromium")
def test_a_page_is_pictured_and_found_whole(chromium: Browser, visitor: Guest, tmp_path: Path) -> None:
    chosen = [page for page in PAGES if page.name in ("case", "missing", "sign-in")]
    pictures = list(take(chromium, visitor, View("zh", "dark", 390), chosen, tmp_path))
    assert [picture.faults for picture in pictures] == [[], [], []]
    assert {path.name for path in tmp_path.iterdir()} == {picture.file for picture in pictures}
