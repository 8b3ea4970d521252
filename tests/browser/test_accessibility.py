"""Every page in light and dark, judged by axe-core: nothing serious, nothing critical."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from deploy.pictures.browser import View, looking
from deploy.pictures.guest import Guest
from deploy.pictures.pages import PAGES
from deploy.pictures.take import come_to
from tests.fakes.node_packages import PACKAGES, is_installed

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("node")]
AXE = PACKAGES / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 A and AA, and what axe-core holds good besides. In the dark, only colours are others.
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
GRAVE = ("serious", "critical")
_ASK = """
([kind, names]) => axe.run({ runOnly: { type: kind, values: names }, resultTypes: ["violations"] })
  .then((found) => found.violations)
"""


@pytest.fixture(scope="module")
def axe() -> str:
    assert is_installed(), "install what tests need from npm: python -m tests.fakes.node_packages"
    return AXE.read_text(encoding="utf-8")


def grave(tab: Page, kind: str, names: list[str]) -> list[str]:
    found = tab.evaluate(_ASK, [kind, names])
    return [told(one) for one in found if one["impact"] in GRAVE]


def told(violation: dict[str, Any]) -> str:
    places = [f"{' '.join(map(str, node['target']))}: {node['html'][:120]}" for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}): {'; '.join(places)}"


@pytest.mark.parametrize("is_stranger", [False, True])
def test_no_page_shuts_anybody_out(chromium: Browser, visitor: Guest, axe: str, *, is_stranger: bool) -> None:
    found: dict[str, list[str]] = {}
    with looking(chromium, visitor, View("zh", "light", 1280), is_stranger=is_stranger) as context:
        tab = context.new_page()
        for page in (one for one in PAGES if one.is_for_strangers is is_stranger):
            tab.emulate_media(color_scheme="light")
            come_to(tab, visitor, page)
            tab.evaluate(axe)
            faults = grave(tab, "tag", ALL)
            tab.emulate_media(color_scheme="dark")
            tab.evaluate("document.documentElement.dataset.theme = 'dark'")
            faults += [f"in the dark: {fault}" for fault in grave(tab, "rule", COLOURS)]
            if faults:
                found[page.name] = faults
    assert found == {}
