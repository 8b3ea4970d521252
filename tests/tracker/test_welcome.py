"""The page behind a one-time link: whole without scripts, strict, and silent about the code."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest

from services.tracker.api.forms import FORM_BYTES_MAX, FORM_FIELDS_MAX
from services.tracker.api.welcome_texts import TEXTS
from services.tracker.domain.links import LinkPurpose
from shared.access.scopes import Role
from tests.house_of_test import House
from tests.tracker.people import OTHER_PASSWORD, PASSWORD, URL, People, people_of

FROM_HERE = {"Origin": URL}


@pytest.fixture
async def people(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    async with people_of(house, tenant_id) as found:
        yield found


@pytest.fixture
async def browser(people: People) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever has the link and nothing else."""
    transport = people.client._transport  # noqa: SLF001 - the same service, without the operator's key
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=FROM_HERE) as found:
        yield found


class Inputs(HTMLParser):
    """The inputs of a page's form, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.found[given["name"] or ""] = given.get("value") or ""


def fields_of(page: str) -> dict[str, str]:
    return Inputs(page).found


async def test_the_first_admin_comes_in_by_forms_alone(people: People, browser: httpx.AsyncClient) -> None:
    token = (await people.post("/v1/sign-in/first-links", 201))["token"]
    asks_for_code = await browser.get("/welcome", headers={"Accept-Language": "zh-CN"})
    assert asks_for_code.text.startswith('<!doctype html>\n<html lang="zh">')
    assert set(fields_of(asks_for_code.text)) == {"token"}
    asks_who = await browser.post("/welcome", data={"token": token})
    form = fields_of(asks_who.text)
    assert form == {"token": token, "name": "", "email": "", "password": ""}
    weak = await browser.post("/welcome", data=form | {"name": "李", "email": people.email("li"), "password": "short"})
    assert weak.status_code == 422
    assert "12 characters" in weak.text
    assert 'short"' not in weak.text
    form = fields_of(weak.text) | {"password": PASSWORD}
    assert form["name"] == "李"
    done = await browser.post("/welcome", data=form)
    assert done.status_code == 200
    assert token not in done.text
    me = (await browser.get("/v1/me")).json()["member"]
    assert (me["name"], me["email"], me["roles"], me["language"]) == ("李", people.email("li"), ["admin"], "en")
    again = await browser.post("/welcome", data={"token": token})
    assert again.status_code == 410


async def test_who_was_invited_sees_who_they_are_and_cannot_be_another(
    people: People, browser: httpx.AsyncClient
) -> None:
    invited = await people.invite("wang", Role.VIEWER)
    page = await browser.post("/welcome", data={"token": invited["link"]["token"]})
    form = fields_of(page.text)
    assert (form["name"], form["email"]) == ("wang", people.email("wang"))
    await browser.post("/welcome", data=form | {"email": "other@x.test", "name": "王", "password": PASSWORD})
    me = (await browser.get("/v1/me")).json()["member"]
    assert (me["id"], me["name"], me["email"]) == (invited["member"]["id"], "王", people.email("wang"))


async def test_a_reset_changes_the_password_alone(people: People, browser: httpx.AsyncClient) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    link = await people.post(f"/v1/members/{somebody.id}:link", 201)
    said = {"token": link["token"], "name": "another", "password": OTHER_PASSWORD}
    assert (await browser.post("/welcome", data=said)).status_code == 200
    assert (await people.sign_in("wang", password=OTHER_PASSWORD))["member"]["name"] == "wang"


async def test_the_page_lets_nothing_else_in(browser: httpx.AsyncClient) -> None:
    for path in ("/welcome", "/welcome.css", "/welcome.js"):
        answer = await browser.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    page = (await browser.get("/welcome")).text
    assert not re.search(r"<script>|<style|\son\w+=|style=|https?://", page)


async def test_what_is_refused_has_the_focus_and_names_its_field(people: People, browser: httpx.AsyncClient) -> None:
    """One thing has the focus: the field to fill in, or what is wrong, before the fields that it is about."""
    token = (await people.post("/v1/sign-in/first-links", 201))["token"]
    fresh = await browser.post("/welcome", data={"token": token})
    short = {"token": token, "name": "李", "email": people.email("li"), "password": "short"}
    weak = await browser.post("/welcome", data=short)
    bad = await browser.post("/welcome", data={"token": "hl_x"})
    for page in (await browser.get("/welcome"), fresh, weak, bad):
        assert page.text.startswith("<!doctype html>")
        assert page.text.count(" autofocus") == 1
        is_refused = page.status_code != 200
        assert ('role="alert" tabindex="-1" autofocus' in page.text) is is_refused
        assert ("Not yet · Welcome" in page.text) is is_refused
    invalid = re.compile(r'<input id="(\w+)"[^>]* aria-invalid="true" aria-errormessage="errors"')
    assert [invalid.findall(page.text) for page in (fresh, weak, bad)] == [[], ["password"], ["token"]]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"token=x", {"Origin": "https://evil.example.test"}, 403),
        (b'{"token": "x"}', {"Content-Type": "application/json"}, 415),
        (b"token=" + b"x" * FORM_BYTES_MAX, {}, 413),
        (b"&".join(b"f%d=x" % number for number in range(FORM_FIELDS_MAX + 1)), {}, 400),
        (b"token=\xff", {}, 400),
        (b"", {}, 410),
        (b"token=%00%ff%ed%a0%80", {}, 410),
        (b"token=hl_" + b"0" * 500, {}, 410),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(
    browser: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await browser.post("/welcome", content=body, headers=form | headers)).status_code == status


async def test_what_is_typed_comes_back_as_text(people: People, browser: httpx.AsyncClient) -> None:
    token = (await people.post("/v1/sign-in/first-links", 201))["token"]
    form = {"token": token, "name": '"><script>alert(1)</script>', "email": "no address", "password": PASSWORD}
    page = await browser.post("/welcome", data=form)
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert fields_of(page.text)["name"] == form["name"]
    assert PASSWORD not in page.text


def test_both_languages_say_everything() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()
    assert set(LinkPurpose) <= TEXTS["en"].keys()
