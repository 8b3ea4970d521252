"""Signing in: by password, by a one-time link, by the page behind it; and what somebody who guesses is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from statistics import median
from uuid import UUID

import argon2
import pytest

from services.tracker.api.entrance import TRIES_OF_ACCOUNT_HERE_MAX, TRIES_OF_ADDRESS_MAX
from services.tracker.domain.passwords import LENGTH_MAX, fault_of, normal_password
from services.tracker.identity.hashing import WAITING_MAX, PasswordHashes, TooBusyError
from services.tracker.store.tries import Bucket, TooManyTriesError, give_back, take
from shared.access.scopes import Role
from shared.client_network import network_of
from shared.clock import now
from shared.database import Database
from shared.ids import new_id
from tests.house_of_test import House
from tests.tracker.people import OTHER_PASSWORD, PASSWORD, URL, People, people_of

PEOPLE_SAY = ["zhang.wei@shop.example.test", "李雷"]
BRAND = "Huiyin 回音"


@pytest.fixture
async def people(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    async with people_of(house, tenant_id) as found:
        yield found


async def test_who_has_joined_signs_in(people: People) -> None:
    somebody = await people.join("wang", Role.QUALITY)
    opened = await people.sign_in("wang")
    assert opened["member"]["id"] == somebody.id
    assert opened["session"]["way"] == "password"
    me = await people.client.get("/v1/me", headers={"Authorization": f"Bearer {opened['token']}"})
    assert me.json()["credential_id"] == opened["session"]["id"]
    async with people.house.query("tracker") as owner:
        kept = await owner.fetchval("SELECT password_hash FROM member WHERE id = $1", UUID(somebody.id))
    assert kept.startswith("$argon2id$")


async def test_the_same_letters_from_another_keyboard_are_the_same_password(people: People) -> None:
    await people.join("wang", Role.VIEWER)
    wide = PASSWORD.translate({ord(letter): ord(letter) + 0xFEE0 for letter in "mauvetrc"})
    assert wide != PASSWORD
    await people.sign_in("wang", password=wide)


async def test_an_older_password_goes_on_though_it_would_be_refused_today(people: People) -> None:
    """Its hash is made anew with today's parameters; the rules of today are for new passwords."""
    somebody, older = await people.join("wang", Role.VIEWER), "huiyin huiyin tractor"
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(older)
    async with people.house.query("tracker") as owner:
        await owner.execute("UPDATE member SET password_hash = $2 WHERE id = $1", UUID(somebody.id), cheap)
        await people.sign_in("wang", password=older)
        assert await owner.fetchval("SELECT password_hash FROM member WHERE id = $1", UUID(somebody.id)) != cheap
    await people.sign_in("wang", password=older)


async def test_nobody_learns_who_is_a_member(people: People) -> None:
    await people.join("wang", Role.VIEWER)
    await people.invite("zhao", Role.VIEWER)
    answers = [await people.sign_in(name, password=OTHER_PASSWORD, status=401) for name in ("wang", "zhao", "nobody")]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "sign_in_failed"
    details = [json.loads(line["detail"])["reason"] for line in await people.lines("sign_in.refuse")]
    assert details == ["wrong_password", "wrong_password", "unknown_email"]


async def test_a_stranger_waits_as_long_as_a_member() -> None:
    hashes = PasswordHashes()
    known = await hashes.hash(PASSWORD)

    async def seconds(password_hash: str | None) -> float:
        started = time.perf_counter()
        assert not await hashes.is_right(password_hash, OTHER_PASSWORD)
        return time.perf_counter() - started

    pairs = [(await seconds(known), await seconds(None)) for _ in range(9)]
    member, stranger = (median(column) for column in zip(*pairs, strict=True))
    assert member / 3 < stranger < member * 3  # Without a hash to check, it would take a hundredth.
    await hashes.close()


async def test_a_hash_of_nobody_opens_nothing() -> None:
    hashes = PasswordHashes()
    assert not await hashes.is_right(None, "nobody signs in with this")
    await hashes.close()


async def test_few_hashes_are_made_at_once_and_few_wait() -> None:
    hashes = PasswordHashes()
    asked = [hashes.hash(PASSWORD) for _ in range(WAITING_MAX + 5)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, TooBusyError) for one in done) == 5
    await hashes.close()


async def test_guessing_at_one_account_ends_and_its_own_person_still_gets_in(people: People) -> None:
    await people.join("wang", Role.VIEWER)
    for _ in range(TRIES_OF_ACCOUNT_HERE_MAX):
        await people.sign_in("wang", password=OTHER_PASSWORD, status=401)
    answer = await people.client.post(
        "/v1/sign-in", json={"email": people.email("wang"), "password": PASSWORD, "tenant": str(people.tenant_id)}
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer.headers["retry-after"]) <= 90
    async with people_of(people.house, people.tenant_id) as elsewhere:
        await elsewhere.sign_in("wang")
    async with people_of(people.house, people.tenant_id, address=people.address) as in_another_process:
        await in_another_process.sign_in("wang", status=429)
    await people.sign_in("zhao", status=401)


async def test_who_signs_in_rightly_uses_nothing_up(people: People) -> None:
    await people.join("wang", Role.VIEWER)
    for _ in range(TRIES_OF_ACCOUNT_HERE_MAX + 2):
        await people.sign_in("wang")


async def test_an_address_that_tries_many_accounts_is_stopped(house: House) -> None:
    database = Database(house.url("tracker", "app"))
    await database.open()
    moment, mine = now(), Bucket(new_id().bytes, TRIES_OF_ADDRESS_MAX)
    for number in range(TRIES_OF_ADDRESS_MAX):
        async with database.transaction() as tx:
            await take(tx, [mine, Bucket(new_id().bytes, 10)], moment)
            assert number < TRIES_OF_ADDRESS_MAX
    with pytest.raises(TooManyTriesError) as refused:
        async with database.transaction() as tx:
            await take(tx, [mine], moment)
    assert refused.value.wait == mine.step
    async with database.transaction() as tx:
        await take(tx, [mine], moment + mine.step)
        await give_back(tx, [mine])
        await take(tx, [mine], moment + mine.step)
    await database.close()


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_tries_of_one_customer_line_count_together(host: str | None, network: str) -> None:
    assert network_of(host) == network


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "too_short"),
        ("x" * (LENGTH_MAX + 1), "too_long"),
        ("123456789012", "password_common"),
        ("password1234", "password_common"),
        ("Passw0rd!2024", "password_common"),
        ("qwertyuiop12", "password_common"),
        ("1qaz2wsx3edc", "password_common"),
        ("woaini1314520", "password_common"),
        ("111111111111", "password_common"),
        ("abcabcabcabc", "password_common"),
        ("我的密码我的密码我的密码", "password_common"),
        ("correct horse battery staple", "password_common"),
        ("zhang.wei@shop.example.test", "password_like_you"),
        ("ZhangWei-2026!", "password_like_you"),
        ("huiyin-2026-11", "password_like_you"),
        ("my huiyin mauve tractor", "password_like_you"),
        ("tractor H.u.1.y.1.n kettles", "password_like_you"),
        ("回音壁边的蓝色拖拉机在唱歌", "password_like_you"),
        ("mauve zhang-wei kettles 9", "password_like_you"),
        ("mauve tractor 9 kettles", None),
        ("鳄鱼的蓝色拖拉机在唱歌喵喵", None),
        ("aaaaaaaa bbbbcd", None),
        ("#!?%a&*)(=+{", None),
    ],
)
def test_what_a_guesser_tries_first_is_refused_and_nothing_else(password: str, code: str | None) -> None:
    fault = fault_of(normal_password(password), PEOPLE_SAY, BRAND)
    assert (fault.code if fault else None) == code


async def test_a_refused_password_names_its_rule_and_uses_no_link_up(people: People) -> None:
    token = (await people.invite("wang", Role.VIEWER))["link"]["token"]
    refused = await people.post("/v1/sign-in/link", 422, token=token, password="password1234")
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/password", "password_common")]
    assert "password1234" not in json.dumps(refused)
    await people.post("/v1/sign-in/link", 201, token=token, password=PASSWORD)


async def test_a_browser_keeps_the_session_out_of_reach_of_scripts(people: People) -> None:
    await people.join("wang", Role.VIEWER)
    said = {"email": people.email("wang"), "password": PASSWORD, "tenant": str(people.tenant_id), "cookie": True}
    from_elsewhere = await people.client.post("/v1/sign-in", json=said, headers={"Origin": "https://evil.example.test"})
    assert (from_elsewhere.status_code, from_elsewhere.json()["code"]) == (403, "cross_site")
    other_scheme = await people.client.post("/v1/sign-in", json=said, headers={"Origin": URL.replace("http", "https")})
    assert (other_scheme.status_code, other_scheme.json()["code"]) == (403, "cross_site")
    answer = await people.client.post("/v1/sign-in", json=said, headers={"Origin": URL})
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    by_tls = await people.client.post("https://service/v1/sign-in", json=said, headers={"Origin": "https://service"})
    assert "Secure" in by_tls.headers["set-cookie"].split("; ")


async def test_one_changes_ones_password_and_is_out_everywhere_else(people: People) -> None:
    somebody, elsewhere = await people.join("wang", Role.VIEWER), await people.sign_in("wang")
    await people.post("/v1/me/password", 401, by=somebody, current=OTHER_PASSWORD, password=OTHER_PASSWORD)
    assert len(await people.lines("member.refuse_password")) == 1
    await people.post("/v1/me/password", 422, by=somebody, current=PASSWORD, password="wang wang wang")
    await people.post("/v1/me/password", 204, by=somebody, current=PASSWORD, password=OTHER_PASSWORD)
    await people.get("/v1/me", by=somebody)
    assert (await people.client.get("/v1/me", headers={"Authorization": f"Bearer {elsewhere['token']}"})).is_error
    await people.sign_in("wang", status=401)
    await people.sign_in("wang", password=OTHER_PASSWORD)


async def test_an_admins_link_sets_a_new_password_and_ends_what_was_open(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    link = await people.post(f"/v1/members/{somebody.id}:link", 201)
    assert link["purpose"] == "reset"
    await people.post("/v1/sign-in/link", 201, token=link["token"], password=OTHER_PASSWORD)
    await people.get("/v1/me", 401, by=somebody)
    await people.sign_in("wang", password=OTHER_PASSWORD)
    await people.sign_in("wang", status=401)
