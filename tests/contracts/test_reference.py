"""The pages that explain the doors: whole, in both languages, and without anything from another host."""

import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from shared.web.description import operations
from shared.web.reference.pages import PAGE_POLICY
from shared.web.reference.rows import doors
from shared.web.reference.zh_texts import DOORS_ZH, TAGS_ZH
from tests.house_of_test import SERVICES, House, running

VOID = {"meta", "link", "img"}
HAN = re.compile(r"[\u4e00-\u9fff]")


class Page(HTMLParser):
    """What stands in a page; it fails where a tag is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.names.add(tag)
        self.attributes |= given.keys()
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.ids += [given["id"]] if "id" in given else []
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "h4":
            self.headings.append(data)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_explains_every_door_and_every_field(house: House, service: str) -> None:
    app = house.app(service)
    async with running(app, None) as client:
        answer = await client.get("/docs")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
        page = Page(answer.text)
        assert set(page.ids) == {operation["operationId"] for _, _, operation in operations(app.openapi())}
        for door in doors(app.openapi()):
            for row in [*door.parameters, *door.body, *(row for one in door.answers for row in one.rows)]:
                assert f"<code>{row.name}</code>" in answer.text
                assert row.kind not in ("any", "None"), (door.id, row.name)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_asks_no_other_host_and_runs_nothing(house: House, service: str) -> None:
    async with running(house.app(service), None) as client:
        page = Page((await client.get("/docs")).text)
        assert not {"script", "style", "iframe", "object", "form"} & page.names
        assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids
            else:
                assert ":" not in link
                assert not link.startswith("/"), "a proxy may serve it below a prefix"
                found = await client.get(f"/{link}" if not link.startswith("?") else f"/docs{link}")
                assert found.status_code == 200, link
        style = (await client.get("/docs/style.css")).text
        assert "url(" not in style
        assert "@import" not in style


async def test_the_page_speaks_the_readers_language(house: House) -> None:
    async with running(house.app("tracker"), None) as client:
        for path, accepted, is_chinese in [
            ("/docs", "en", False),
            ("/docs", "zh-CN", True),
            ("/docs?lang=zh", "en", True),
            ("/docs?lang=en", "zh", False),
        ]:
            answer = await client.get(path, headers={"Accept-Language": accepted})
            assert answer.headers["Content-Language"] == ("zh" if is_chinese else "en")
            assert answer.headers["Vary"] == "Accept-Language"
            headings = Page(answer.text).headings
            assert headings
            assert {bool(HAN.search(heading)) for heading in headings} == {is_chinese}
        assert (await client.get("/docs?lang=fr")).status_code == 422


@pytest.mark.parametrize("service", SERVICES)
async def test_every_door_says_in_chinese_what_it_does_and_shows_its_scope(house: House, service: str) -> None:
    """A new door gets its sentence in `shared/web/reference/zh_texts.py`."""
    app = house.app(service)
    async with running(app, None) as client:
        page = (await client.get("/docs?lang=zh")).text
    described = doors(app.openapi())
    assert {door.id for door in described} - DOORS_ZH.keys() == set()
    assert {tag["name"] for tag in app.openapi()["tags"]} - TAGS_ZH.keys() == set()
    for door in described:
        article = page.partition(f'<article id="{door.id}">')[2].partition("</article>")[0]
        assert str(escape(DOORS_ZH[door.id]).split("`")[0]) in article
        assert door.description.split("`")[0] not in article
        shown = article.partition('<p class="marks">')[2].partition("</p>")[0]
        assert re.findall(r"<code>(.*?)</code>", shown) == door.scopes
    needed = {door.id: door.scopes for door in described}
    assert needed["get_audit"] == ["audit:read"]
    assert service != "collector" or needed["post_feedback"] == ["feedback:send", "feedback:write"]


def test_no_chinese_sentence_is_left_of_a_door_that_went(house: House) -> None:
    documents = [house.app(service).openapi() for service in SERVICES]
    assert DOORS_ZH.keys() == {door.id for document in documents for door in doors(document)}
    assert TAGS_ZH.keys() == {tag["name"] for document in documents for tag in document["tags"]}


async def test_what_a_description_says_cannot_break_out_of_the_page(house: House) -> None:
    app = house.app("tracker")
    app.openapi()["info"]["title"] = "<script>alert(1)</script>"
    async with running(app, None) as client:
        assert "<script>" not in (await client.get("/docs")).text


def test_an_example_is_the_least_that_is_taken(house: House) -> None:
    examples = {door.id: door.example for door in doors(house.app("collector").openapi())}
    assert examples["post_feedback"] == {"text": "…"}
    assert examples["post_feedback_batch"] == {"items": [{"text": "…"}]}
    assert examples["post_addresses_read"]["purpose"] == "reply"


async def test_the_pages_are_made_once(house: House) -> None:
    app, made = house.app("tracker"), list[str]()
    described = app.openapi
    app.openapi = lambda: made.append("again") or described()  # type: ignore[method-assign,func-returns-value]  # counted
    async with running(app, None) as client:
        for path in ["/docs?lang=zh", "/docs?lang=en", "/openapi.json"] * 3:
            assert (await client.get(path)).status_code == 200
    assert len(made) == 3
