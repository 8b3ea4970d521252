"""The settings as pages: each can be read in both languages, by whoever may, in every state that a thing may have."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from services.tracker.console.navigation import SETTINGS, TABS
from services.tracker.console.texts import Say
from services.tracker.domain.telling import NoticeState, Reason
from shared.access.scopes import Role, Scope
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.people import COMPANY, People, Signed, people_of

PAGES = [tab.path for tab in TABS]


@pytest.fixture
async def people(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    """The people of a company that has a row of its own, as pages want it."""
    async with people_of(house, tenant_id) as found:
        async with house.query("tracker") as owner:
            await owner.execute(COMPANY, tenant_id, f"t{tenant_id.hex[-20:]}")
        yield found


async def page(people: People, path: str, by: Signed, *, status: int = 200, language: str = "en") -> str:
    """What a browser shows somebody."""
    headers = {"Authorization": "", "Cookie": f"huiyin_session={by.token}; huiyin_language={language}"}
    answer = await people.client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    assert "{" + "{" not in answer.text
    return answer.text


async def every_kind_of_member(people: People) -> list[str]:
    """Invited, joined, disabled and forgotten: their ids."""
    invited = (await people.invite("a", Role.AGENT))["member"]["id"]
    disabled, forgotten = (await people.join("b", Role.QUALITY)).id, (await people.join("c", Role.DPO)).id
    await people.post(f"/v1/members/{disabled}:disable", 200)
    await people.post(f"/v1/members/{forgotten}:forget", 200)
    return [invited, disabled, forgotten, (await people.join("d", Role.VIEWER)).id]


async def every_kind_of_key(people: People) -> list[str]:
    """Of an app, of a server, and one that is over: their ids."""
    app = await people.post(
        "/v1/keys", 201, label="a", kind="publishable", channel="widget", origins=["https://a.example"]
    )
    server = await people.post("/v1/keys", 201, label="s", kind="secret", scopes=["work:read"], expires_in_days=9)
    over = await people.post("/v1/keys", 201, label="o", kind="publishable", channel="survey")
    await people.post(f"/v1/keys/{over['id']}:revoke", 200, reason="ticket 1")
    return [app["id"], server["id"], over["id"]]


@pytest.mark.parametrize("language", list(Language))
async def test_every_page_can_be_read(people: People, language: str) -> None:
    admin = await people.join("li", Role.ADMIN)
    paths = [f"{SETTINGS}/members/{one}" for one in await every_kind_of_member(people)]
    paths += [f"{SETTINGS}/keys/{one}" for one in await every_kind_of_key(people)]
    steps = ("company", "mail", "key", "feedback", "done")
    paths += [f"{SETTINGS}/keys/new?kind=secret", *(f"/console/setup?step={step}" for step in steps)]
    paths += [f"/console/setup/arrival?feedback={new_id()}", "/console/setup", *PAGES]
    for path in paths:
        await page(people, path, admin, language=language)
    assert ">member.invite<" in await page(people, f"{SETTINGS}/audit?verb=member.invite", admin)
    assert ">member.invite<" not in await page(people, f"{SETTINGS}/audit?verb=key.make", admin)


async def test_parts_are_for_who_holds_their_scope(people: People) -> None:
    viewer = await people.join("wang", Role.VIEWER)
    for tab in TABS:
        is_open = tab.scope in (None, Scope.WORK_READ, Scope.FIGURES_READ)
        await page(people, tab.path, viewer, status=200 if is_open else 403)
    await page(people, "/console/setup", viewer, status=403)
    await page(people, "/console/mails", viewer, status=403)
    await page(people, f"{SETTINGS}/audit.csv", viewer, status=403)


async def test_a_table_program_takes_no_cell_for_a_formula(people: People) -> None:
    admin = await people.join("li", Role.ADMIN)
    key = await people.post("/v1/keys", 201, label="k", kind="publishable", channel="widget")
    await people.post(f"/v1/keys/{key['id']}:revoke", 200, reason="=cmd()")
    table = await page(people, f"{SETTINGS}/audit.csv?verb=key.revoke", admin)
    assert ",'=cmd()" in table


async def test_a_feedback_of_another_page_is_refused(people: People) -> None:
    admin = await people.join("li", Role.ADMIN)
    headers = {"Authorization": "", "Cookie": f"huiyin_session={admin.token}", "Origin": "https://evil.example"}
    answer: httpx.Response = await people.client.post("/console/setup/feedback", data={"text": "x"}, headers=headers)
    assert answer.status_code == 403


def test_every_state_and_reason_of_a_mail_has_its_words() -> None:
    for say in map(Say, Language):
        assert all(say(f"mails.state_{state}") for state in NoticeState)
        assert all(say(f"mails.reason_{reason}") for reason in Reason)
