"""Takes the pictures, and notes what is wrong with each page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, expect
from playwright.sync_api import Page as Tab

from deploy.pictures.browser import View, looking
from deploy.pictures.guest import Guest
from deploy.pictures.pages import Page
from deploy.pictures.watch import Watch

BUSY_MS = 20_000
HEIGHT_MAX_PX = 6_000
_JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8").rstrip().rstrip(";")
# Names that stand in the other language on purpose.
ALLOWED = {"zh": ["English"], "en": ["中文", "回音"]}


@dataclass(frozen=True)
class Picture:
    """One page in one view: its file, and what is wrong."""

    page: Page
    view: View
    file: str
    faults: Sequence[str]


def take(browser: Browser, guest: Guest, view: View, pages: Iterable[Page], folder: Path) -> Iterator[Picture]:
    """Pictures of these pages, as each is taken."""
    for is_stranger in (False, True):
        with looking(browser, guest, view, is_stranger=is_stranger) as context:
            for page in pages:
                if page.is_for_strangers is is_stranger:
                    yield _picture(context, guest, page, view, folder)


def _picture(context: BrowserContext, guest: Guest, page: Page, view: View, folder: Path) -> Picture:
    tab = context.new_page()
    watch = Watch(urlsplit(guest.url).netloc, {page.status})
    watch.over(tab)
    file = f"{page.name}-{view}.png"
    try:
        come_to(tab, guest, page)
        judged = tab.evaluate(
            _JUDGE,
            {
                "language": view.language,
                "allowed": [*guest.data, *ALLOWED[view.language]],
                "isAlone": page.is_for_strangers,
            },
        )
        _take_whole(tab, view, folder / file)
    except (Error, AssertionError) as error:  # A page that never becomes whole is a fault like others.
        judged = [f"never whole: {str(error).splitlines()[0]}"]
    finally:
        tab.close()
    return Picture(page, view, file, [*watch.faults, *judged])


def come_to(tab: Tab, guest: Guest, page: Page) -> None:
    """Opens a page and waits until nothing of it is on its way any more. Raises Error, AssertionError."""
    tab.goto(page.address.format(**guest.finds))
    tab.locator(page.awaits).first.wait_for()
    expect(tab.locator("[aria-busy=true]")).to_have_count(0, timeout=BUSY_MS)


def _take_whole(tab: Tab, view: View, path: Path) -> None:
    """In a window as high as the page, so that what sticks to the window's edges stands at the page's."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({"width": view.width, "height": min(height, HEIGHT_MAX_PX)})
    tab.screenshot(path=path, full_page=True, animations="disabled")
