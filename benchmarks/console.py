"""How soon each page of the console shows something: first contentful paint on the demo, with nothing kept before."""

import os
import platform
import statistics
import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Error

from benchmarks.instances import BenchmarkError, run, start
from deploy.commands.ground import find_instance
from deploy.demo.doors import DoorRefusedError
from deploy.pictures.browser import NoBrowserError, View, chromium, looking
from deploy.pictures.guest import Guest, guest
from deploy.pictures.pages import PAGES, Page

AIM_MS = 300.0
_VIEW = View("zh", "light", 1280)
# A first paint is noted a moment after it happened.
_FIRST_PAINT = """() => new Promise((found) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") found(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


def measure(*, rounds: int) -> dict[str, Any]:
    """Fills an instance of its own and visits every page again and again. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as folder:
        Path(folder).chmod(0o711)  # The engines' user must pass.
        data = Path(folder) / "data"
        start(data)
        try:
            run("demo", "--data-dir", str(data))
            paints = _visits(data, rounds)
        finally:
            run("stop", "--data-dir", str(data))
    return _report(paints, rounds)


def _visits(data: Path, rounds: int) -> dict[str, float]:
    try:
        with guest(find_instance(data, as_json=False)) as somebody, chromium() as browser:
            pages = [page for page in PAGES if not page.is_for_strangers]
            _paint(browser, somebody, pages[0])  # The first visit of all warms the services.
            return {page.name: _median(browser, somebody, page, rounds) for page in pages}
    except (NoBrowserError, DoorRefusedError, httpx.HTTPError, Error) as error:
        raise BenchmarkError(str(error)) from error


def _median(browser: Browser, somebody: Guest, page: Page, rounds: int) -> float:
    return round(statistics.median(_paint(browser, somebody, page) for _ in range(rounds)), 1)


def _paint(browser: Browser, somebody: Guest, page: Page) -> float:
    with looking(browser, somebody, _VIEW) as context:
        tab = context.new_page()
        tab.goto(page.address.format(**somebody.finds))
        paint: float = tab.evaluate(_FIRST_PAINT)
    return paint


def _report(paints: dict[str, float], rounds: int) -> dict[str, Any]:
    median = round(statistics.median(paints.values()), 1)
    return {
        "first_paint_ms": paints,
        "median_ms": median,
        "worst_ms": max(paints.values()),
        "slow": [name for name, paint in paints.items() if paint > AIM_MS],
        "aims": {"median_ms": AIM_MS},
        "rounds": rounds,
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "ok": True,
    }
