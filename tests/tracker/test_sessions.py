"""Sessions: they end everywhere when they end, live on by use, and no other site's page can use a browser's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest

from services.tracker.domain.session_times import IDLE_H, SEEN_EVERY_MIN, WHOLE_DAYS, expires_at
from services.tracker.use_cases.keep_keys import note_uses
from services.tracker.use_cases.keep_sessions import LIVE_MAX
from shared.access.scopes import Role
from shared.clock import now
from shared.contracts.events import KeyUsed
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.cleanup import SESSIONS_KEPT_DAYS, clean_up
from shared.web.doors import SESSION_COOKIE
from tests.house_of_test import SERVICES, House, eventually, running
from tests.tracker.people import URL, People, Signed, people_of

EVERYWHERE_S = 5.0


@pytest.fixture
async def people(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    async with people_of(house, tenant_id) as found:
        yield found


async def shift(people: People, column: str, by: str) -> None:
    """Lets time pass for the tenant's sessions."""
    async with people.house.query("tracker") as owner:
        sql = f"UPDATE session SET {column} = {column} - $2::text::interval WHERE tenant_id = $1"
        await owner.execute(sql, people.tenant_id, by)


def session_of(somebody: Signed) -> str:
    return str(UUID(hex=somebody.token.split("_")[1]))


@asynccontextmanager
async def all_services(house: House, tenant_id: UUID) -> AsyncIterator[tuple[People, dict[str, httpx.AsyncClient]]]:
    """The three on the real stream; only the tracker is told anything by the test."""
    async with (
        running(house.app("collector", lanes="api,relay,consumer"), None) as collector,
        running(house.app("classifier", lanes="api,consumer"), None) as classifier,
        people_of(house, tenant_id, lanes="api,relay,consumer") as people,
    ):
        yield people, {"collector": collector, "classifier": classifier, "tracker": people.client}


@pytest.mark.parametrize("how", ["sign-out", "session", "member"])
async def test_what_ends_here_ends_everywhere_within_seconds(house: House, tenant_id: UUID, how: str) -> None:
    async with all_services(house, tenant_id) as (people, clients):
        somebody = await people.join("wang", Role.VIEWER)

        async def statuses() -> set[int]:
            return {(await clients[name].get("/v1/figures", headers=somebody.auth)).status_code for name in SERVICES}

        await eventually(statuses, {200})
        if how == "sign-out":
            await people.post("/v1/sign-out", 204, by=somebody)
        elif how == "session":
            assert (await people.client.delete(f"/v1/sessions/{session_of(somebody)}")).status_code == 204
        else:
            await people.post(f"/v1/members/{somebody.id}:disable", 200)
        await eventually(statuses, {401}, wait_s=EVERYWHERE_S)


async def test_a_role_that_is_taken_away_is_gone_everywhere_within_seconds(house: House, tenant_id: UUID) -> None:
    async with all_services(house, tenant_id) as (people, clients):
        somebody = await people.join("wang", Role.AGENT)

        async def status() -> int:
            return (await clients["collector"].post("/v1/feedback", json={}, headers=somebody.auth)).status_code

        await eventually(status, 422)
        await people.patch(f"/v1/members/{somebody.id}", 200, roles=["viewer"])
        await eventually(status, 403, wait_s=EVERYWHERE_S)


async def test_here_it_ends_at_once(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    await people.get("/v1/me", by=somebody)
    await people.post("/v1/sign-out", 204, by=somebody)
    await people.get("/v1/me", 401, by=somebody)


async def test_who_was_not_known_yet_is_let_in_at_once_when_they_are(people: People) -> None:
    """A person who has just signed in comes to another service before the news of it does."""
    somebody = await people.join("wang", Role.VIEWER)
    async with people.house.query("tracker") as owner:
        held = await owner.fetchrow("DELETE FROM credential WHERE id = $1 RETURNING *", UUID(session_of(somebody)))
    assert held is not None
    async with people_of(people.house, people.tenant_id) as elsewhere:
        await elsewhere.get("/v1/me", 401, by=somebody)
        async with people.house.query("tracker") as owner:
            values = ", ".join(f"${number}" for number in range(1, len(held) + 1))
            await owner.execute(f"INSERT INTO credential ({', '.join(held.keys())}) VALUES ({values})", *held.values())
        await elsewhere.get("/v1/me", by=somebody)


async def test_one_sees_and_ends_ones_own_sessions(people: People) -> None:
    somebody, other = await people.join("wang", Role.AGENT), await people.join("li", Role.AGENT)
    newer = await people.sign_in("wang")
    mine = await people.get("/v1/sessions", by=somebody)
    assert [item["id"] for item in mine["items"]] == [newer["session"]["id"], session_of(somebody)]
    await people.get("/v1/sessions", 403, by=somebody, everybody=True)
    await people.get("/v1/sessions", 403, by=somebody, member_id=other.id)
    answer = await people.client.delete(f"/v1/sessions/{session_of(other)}", headers=somebody.auth)
    assert answer.status_code == 404
    answer = await people.client.delete(f"/v1/sessions/{newer['session']['id']}", headers=somebody.auth)
    assert answer.status_code == 204
    assert len((await people.get("/v1/sessions", by=somebody))["items"]) == 1


async def test_an_admin_sees_and_ends_everybodys(people: People) -> None:
    admin, somebody = await people.join("li", Role.ADMIN), await people.join("wang", Role.AGENT)
    everybody = await people.get("/v1/sessions", by=admin, everybody=True, limit=1)
    assert [item["member_id"] for item in everybody["items"]] == [somebody.id]
    rest = await people.get("/v1/sessions", by=admin, everybody=True, limit=1, cursor=everybody["next"])
    assert [item["member_id"] for item in rest["items"]] == [admin.id]
    answer = await people.client.delete(f"/v1/sessions/{session_of(somebody)}", headers=admin.auth)
    assert answer.status_code == 204
    await people.get("/v1/me", 401, by=somebody)
    assert [line["actor"] for line in await people.lines("session.end")] == [f"member:{admin.id}"]


def test_a_session_lasts_as_long_as_it_is_used_and_no_longer_than_its_whole_time() -> None:
    opened = now()
    assert (expires_at(opened, opened) - opened).total_seconds() == IDLE_H * 3600
    last = expires_at(opened, opened) + (expires_at(opened, opened) - opened) * 2 * WHOLE_DAYS
    assert (expires_at(opened, last) - opened).days == WHOLE_DAYS


async def test_use_lets_it_live_on_and_is_written_seldom(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as people:
        somebody = await people.join("wang", Role.VIEWER)
        session_id, opened = UUID(session_of(somebody)), now()

        async def used(minutes_later: int) -> tuple[datetime, datetime]:
            """When the session was last seen, and until when it holds, after it was used so much later."""
            fact = KeyUsed(key_id=session_id, used_at=opened + timedelta(minutes=minutes_later))
            async with people.database.transaction(tenant_id) as tx:
                await note_uses(tx, [outbox.seal(tenant_id, fact, at=opened, trace_id="t")])
            mine = (await people.get("/v1/sessions", by=somebody))["items"][0]
            return datetime.fromisoformat(mine["last_seen_at"]), datetime.fromisoformat(mine["expires_at"])

        before = await used(0)
        assert await used(SEEN_EVERY_MIN - 1) == before
        after = await used(SEEN_EVERY_MIN + 1)
        assert after[0] - before[0] > timedelta(minutes=SEEN_EVERY_MIN)
        assert after[1] - before[1] == after[0] - before[0]
        async with house.query("tracker") as owner:
            assert await owner.fetchval("SELECT expires_at FROM credential WHERE id = $1", session_id) == after[1]


async def test_each_service_tells_which_sessions_it_saw(house: House, tenant_id: UUID) -> None:
    async with all_services(house, tenant_id) as (people, clients):
        somebody = await people.join("wang", Role.VIEWER)
        await shift(people, "last_seen_at", "6 minutes")

        async def is_let_in() -> bool:
            return (await clients["collector"].get("/v1/figures", headers=somebody.auth)).is_success

        await eventually(is_let_in, wanted=True)

        async def is_seen() -> bool:
            async with house.query("tracker") as owner:
                sql = "SELECT last_seen_at > opened_at - interval '1 minute' FROM session WHERE tenant_id = $1"
                return bool(await owner.fetchval(sql, tenant_id))

        await eventually(is_seen, wanted=True)


async def test_who_was_away_too_long_signs_in_again(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    async with people.house.query("tracker") as owner:
        sql = "UPDATE credential SET expires_at = now() - interval '1 second' WHERE id = $1"
        await owner.execute(sql, UUID(session_of(somebody)))
    await people.get("/v1/me", 401, by=somebody)


async def test_what_is_long_over_is_cleared_away(people: People) -> None:
    gone, ended, open_still = [await people.join(name, Role.VIEWER) for name in ("wang", "li", "zhao")]
    await people.post("/v1/sign-out", 204, by=ended)
    async with people.house.query("tracker") as owner:
        sql = "UPDATE credential SET expires_at = now() - make_interval(days => $2, secs => 1) WHERE id = $1"
        await owner.execute(sql, UUID(session_of(gone)), SESSIONS_KEPT_DAYS)
    carrier = Database(people.house.url("tracker", "carrier"))
    await carrier.open()
    await clean_up(carrier)
    await carrier.close()
    async with people.house.query("tracker") as owner:
        kept = await owner.fetch(
            "SELECT id FROM credential WHERE tenant_id = $1 AND kind = 'session'", people.tenant_id
        )
    # One that was ended by somebody stays until its time is over: a late repeat must not bring it back.
    assert {str(row["id"]) for row in kept} == {session_of(ended), session_of(open_still)}


async def test_one_person_has_so_many_sessions_and_no_more(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    async with people.house.query("tracker") as owner:
        copy = """
            INSERT INTO session SELECT tenant_id, gen_random_uuid(), member_id, secret_sha256, way, version,
                opened_at + n * interval '1 second', last_seen_at, expires_at FROM session, generate_series(1, $2) n
            WHERE tenant_id = $1"""
        await owner.execute(copy, people.tenant_id, LIVE_MAX)
    await people.sign_in("wang")
    admin = await people.join("li", Role.ADMIN)
    found = await people.get("/v1/sessions", by=admin, member_id=somebody.id, limit=200)
    assert len(found["items"]) == LIVE_MAX
    await people.get("/v1/me", 401, by=somebody)


OWN, FOREIGN = {"Origin": URL}, {"Origin": "https://evil.example.test"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        (OWN, 204),
        (FOREIGN, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({"Sec-Fetch-Site": "same-site"} | OWN, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_only_our_own_pages_change_anything_by_cookie(
    people: People, headers: dict[str, str], status: int
) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    async with httpx.AsyncClient(transport=people.client._transport, base_url=URL) as browser:  # noqa: SLF001 - the same service, without the operator's key
        browser.cookies.set(SESSION_COOKIE, somebody.token)
        assert (await browser.get("/v1/me", headers=FOREIGN)).json()["member"]["id"] == somebody.id
        answer = await browser.post("/v1/sign-out", headers=headers)
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["code"] == "cross_site"


async def test_a_key_in_a_cookie_opens_nothing(people: People) -> None:
    key = people.client.headers["authorization"].removeprefix("Bearer ")
    async with running(people.house.app("tracker"), None) as browser:
        browser.cookies.set(SESSION_COOKIE, key)
        assert (await browser.get("/v1/me")).status_code == 401
        browser.cookies.set(SESSION_COOKIE, "x" * 4000)
        assert (await browser.get("/v1/me")).status_code == 401


async def test_people_change_their_own_name_language_and_time_zone(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    changed = await people.patch("/v1/me", 200, by=somebody, name="王五", language="en", time_zone="Europe/Berlin")
    assert (changed["name"], changed["language"], changed["time_zone"]) == ("王五", "en", "Europe/Berlin")
    assert (await people.get("/v1/me", by=somebody))["member"] == changed
    await people.patch("/v1/me", 422, by=somebody, roles=["admin"])
    await people.patch("/v1/me", 403, name="x")
