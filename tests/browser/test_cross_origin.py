"""What a real browser lets a page of another origin do: send from where the key lists it, and from nowhere else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.collector.test_integrate import blocks
from tests.instance import Instance, until

pytestmark = pytest.mark.needs("chromium")

SEND = """
async ([url, key, body, keepalive]) => {
  try {
    const answer = await fetch(url + "/v1/feedback", {
      method: "POST",
      keepalive,
      headers: { Authorization: "Bearer " + key, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: answer.status, retry: answer.headers.get("Retry-After"), rate: answer.headers.get("RateLimit") };
  } catch (error) {
    return { failed: error.name };
  }
}
"""
FLUSH = """
async ([collector, key]) => {
  const { huiyin } = await import("/huiyin.mjs");
  const item = () => ({ client_event_id: crypto.randomUUID(), text: "热".repeat(4_000) });
  return await huiyin({ collector, key, queue: Array.from({ length: 50 }, item) }).flush();
}
"""
CONFIG = """
async ([url, key]) => {
  const ask = () => fetch(url + "/v1/widget/config", { headers: { Authorization: "Bearer " + key } });
  const first = await ask();
  const etag = first.headers.get("ETag");
  const again = await fetch(url + "/v1/widget/config", {
    headers: { Authorization: "Bearer " + key, "If-None-Match": etag }, cache: "no-store",
  });
  return { status: first.status, etag, again: again.status, languages: (await first.json()).languages };
}
"""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """An origin of its own, with nothing but a list of no files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("shop")
    [module] = blocks("javascript")
    (folder / "huiyin.mjs").write_text(module, encoding="utf-8")
    with site(folder) as origin:
        yield origin


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with site(tmp_path_factory.mktemp("elsewhere")) as origin:
        yield origin


@pytest.fixture(scope="module")
def collector_url(instance: Instance) -> str:
    url: str = instance.description()["services"]["collector"]["url"]
    return url


@pytest.fixture(scope="module")
def way(instance: Instance, shop: str, collector_url: str) -> tuple[str, str]:
    """Where to, and a publishable key that lists the shop, once the collector knows it."""
    wanted = {"label": "shop", "kind": "publishable", "channel": "widget", "origins": [shop]} | {
        "requests_per_minute": 6_000
    }
    with instance.client("tracker") as tracker:
        made: str = tracker.post("/v1/keys", json=wanted).raise_for_status().json()["key"]
    with instance.client("collector") as collector:
        headers = {"Authorization": f"Bearer {made}", "Origin": shop}
        until(lambda: collector.get("/v1/widget/config", headers=headers).is_success, "the collector knows the key")
    return collector_url, made


@contextmanager
def page_at(chromium: Browser, origin: str) -> Iterator[Page]:
    """A page of an origin."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(origin)
        yield page
    finally:
        context.close()


def stored(instance: Instance) -> int:
    with instance.client("collector") as collector:
        found: int = collector.get("/v1/figures").json()["received"]
    return found


def heard(instance: Instance, method: str) -> float:
    """How many requests of a method the collector has answered, whatever it answered."""
    with instance.client("collector") as collector:
        lines = collector.get("/metrics").raise_for_status().text.splitlines()
    counts = [line for line in lines if "request_duration_seconds_count" in line and f'method="{method}"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


@pytest.mark.parametrize("keepalive", [False, True], ids=["plain", "keepalive"])
def test_a_listed_page_sends_and_reads_the_answer(
    chromium: Browser, instance: Instance, shop: str, way: tuple[str, str], *, keepalive: bool
) -> None:
    before = stored(instance)
    with page_at(chromium, shop) as page:
        taken = page.evaluate(SEND, [*way, {"text": "一开就跳闸"}, keepalive])
        refused = page.evaluate(SEND, [*way, {"text": ""}, keepalive])
        nobody = page.evaluate(SEND, [way[0], "x", {"text": "x"}, keepalive])
    assert taken["status"] == 201
    assert taken["rate"], "the rate's header is shown to the page"
    assert (refused["status"], nobody["status"]) == (422, 401)
    assert stored(instance) == before + 1


def test_a_page_elsewhere_sends_nothing(
    chromium: Browser, instance: Instance, elsewhere: str, way: tuple[str, str]
) -> None:
    """The browser asks first, is refused, and keeps the text to itself: it never leaves the machine."""
    posts, asked = heard(instance, "POST"), heard(instance, "OPTIONS")
    with page_at(chromium, elsewhere) as page:
        answers = [page.evaluate(SEND, [*way, {"text": "x"}, keepalive]) for keepalive in (False, True)]
    assert answers == [{"failed": "TypeError"}] * 2
    assert (heard(instance, "POST"), heard(instance, "OPTIONS")) == (posts, asked + 2)


def test_a_full_queue_leaves_a_page_whole(
    chromium: Browser, instance: Instance, shop: str, way: tuple[str, str]
) -> None:
    """More than 64 KiB, which a browser refuses to keep alive: then it goes the ordinary way."""
    before = stored(instance)
    with page_at(chromium, shop) as page:
        assert page.evaluate(FLUSH, [*way]) == {"taken": 50, "dropped": 0, "retryAfter": 0}
    assert stored(instance) == before + 50


def test_a_page_is_told_its_config_and_that_it_has_the_newest(
    chromium: Browser, shop: str, way: tuple[str, str]
) -> None:
    with page_at(chromium, shop) as page:
        told = page.evaluate(CONFIG, [*way])
    assert (told["status"], told["again"], told["languages"]) == (200, 304, ["zh", "en"])
    assert told["etag"]
