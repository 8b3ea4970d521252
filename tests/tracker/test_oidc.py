"""Signing in by an identity provider: a real one, and one that lies in each way that matters."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from services.tracker.api.oidc import FLOW_COOKIE, PATH
from services.tracker.domain.id_claims import OidcRefusedError
from services.tracker.identity.provider import KEYS_AGAIN_S, Provider, ProviderSettings
from services.tracker.identity.web import ANSWER_BYTES_MAX, ProviderWeb
from shared.access.keys import FIRST_TENANT_ID
from shared.access.scopes import Role
from shared.clock import now
from shared.ids import new_id
from tests.fakes.oidc_liar import CLIENT_ID, Liar, new_key, oidc_liar
from tests.fakes.oidc_server import oidc_server
from tests.house_of_test import House
from tests.tracker.people import URL, People, people_of

CALLBACK = f"{URL}{PATH}/callback"
SECRET = "a secret: of a test&more"
HOPS_MAX = 10
EMAIL = "li@example.test"


def settings_for(issuer: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    known = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": SECRET, "public_url": URL}
    return known | more


@asynccontextmanager
async def browser_of(people: People) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without any key. It keeps cookies."""
    transport = people.client._transport  # noqa: SLF001 - the same service, without the operator's key
    async with httpx.AsyncClient(transport=transport, base_url=URL) as found:
        yield found


async def begin(browser: httpx.AsyncClient, tenant_id: UUID) -> str:
    """Where the tracker sends a browser that wants to sign in."""
    answer = await browser.get(PATH, params={"tenant": str(tenant_id)})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def end(browser: httpx.AsyncClient, **said: str) -> httpx.Response:
    return await browser.get(f"{PATH}/callback", params=said)


async def me(browser: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await browser.get("/v1/me")).json()["member"]
    return found


async def invite(people: People, email: str = EMAIL) -> dict[str, Any]:
    invited = await people.post("/v1/members", 201, email=email, name="李", roles=["agent"])
    member: dict[str, Any] = invited["member"]
    return member


# The real provider.


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    client = {"client_id": CLIENT_ID, "client_secret": SECRET, "redirect_uris": [CALLBACK]}
    people = {
        "s1": {"email": "Li@Example.test", "email_verified": True, "name": "李"},
        "s2": {"email": "wang@example.test", "email_verified": False},
        "s3": {"email": f"zhao@{new_id().hex}.example.test", "email_verified": True, "name": "赵"},
    }
    with oidc_server(client, people) as issuer:
        yield issuer


async def consent(location: str, subject: str) -> str:
    """What the provider's own pages do until they send the browser back; where to."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        url = f"{location}&login_hint={subject}"
        for _ in range(HOPS_MAX):
            answer = await browser.get(url)
            assert answer.is_redirect, answer.text
            url = str(answer.url.join(answer.headers["location"]))
            if url.startswith(CALLBACK):
                return url
    raise AssertionError("the provider never came back")


@pytest.mark.needs("node")
async def test_who_was_invited_comes_in_and_is_known_ever_after(house: House, tenant_id: UUID, provider: str) -> None:
    async with people_of(house, tenant_id, **settings_for(provider)) as people, browser_of(people) as browser:
        invited = await invite(people)
        back = await browser.get(await consent(await begin(browser, tenant_id), "s1"))
        assert (back.status_code, back.headers["location"]) == (303, "/console")
        assert {"HttpOnly", "SameSite=lax"} <= set(back.headers["set-cookie"].split("; "))
        assert (await me(browser))["id"] == invited["id"]
        async with house.query("tracker") as owner:
            await owner.execute("UPDATE member SET email = 'other@x.test' WHERE id = $1", UUID(invited["id"]))
        async with browser_of(people) as later:
            await later.get(await consent(await begin(later, tenant_id), "s1"))
            assert (await me(later))["id"] == invited["id"]
        assert [json.loads(line["detail"])["way"] for line in await people.lines("session.open")] == ["oidc", "oidc"]


@pytest.mark.needs("node")
@pytest.mark.parametrize(("subject", "reason"), [("s2", "email_not_verified"), ("s3", "not_invited")])
async def test_a_stranger_stays_outside(
    house: House, tenant_id: UUID, provider: str, subject: str, reason: str
) -> None:
    async with people_of(house, tenant_id, **settings_for(provider)) as people, browser_of(people) as browser:
        await invite(people, "wang@example.test")
        refused = await browser.get(await consent(await begin(browser, tenant_id), subject))
        assert (refused.status_code, refused.json()["reason"]) == (401, reason)
        assert (await browser.get("/v1/me")).status_code == 401


@pytest.mark.needs("node")
async def test_with_a_role_for_strangers_they_come_into_the_first_tenant_alone(house: House, provider: str) -> None:
    settings = settings_for(provider, oidc_default_role=Role.VIEWER)
    other = new_id()
    await house.know_tenant(other)
    async with people_of(house, FIRST_TENANT_ID, **settings) as people, browser_of(people) as browser:
        refused = await browser.get(await consent(await begin(browser, other), "s3"))
        assert refused.json()["reason"] == "not_invited"
        await browser.get(await consent(await begin(browser, FIRST_TENANT_ID), "s3"))
        assert ((await me(browser))["roles"], (await me(browser))["name"]) == (["viewer"], "赵")


@pytest.mark.needs("node")
async def test_a_code_works_once(house: House, tenant_id: UUID, provider: str) -> None:
    async with people_of(house, tenant_id, **settings_for(provider)) as people, browser_of(people) as browser:
        await invite(people)
        back = await consent(await begin(browser, tenant_id), "s1")
        kept = {"Cookie": f"{FLOW_COOKIE}={browser.cookies[FLOW_COOKIE]}"}
        assert (await browser.get(back)).status_code == 303
        assert (await browser.get(back)).json()["reason"] == "wrong_state"
        assert (await browser.get(back, headers=kept)).json()["reason"] == "code_refused"


@pytest.mark.needs("node")
async def test_a_code_works_in_the_browser_that_began(house: House, tenant_id: UUID, provider: str) -> None:
    async with people_of(house, tenant_id, **settings_for(provider)) as people, browser_of(people) as browser:
        await invite(people)
        back = await consent(await begin(browser, tenant_id), "s1")
        async with browser_of(people) as thief:
            assert (await thief.get(back)).json()["reason"] == "wrong_state"
            state = parse_qs(urlsplit(await begin(thief, tenant_id)).query)["state"][0]
            assert (await thief.get(back)).json()["reason"] == "wrong_state"
            code = parse_qs(urlsplit(back).query)["code"][0]
            assert (await end(thief, state=state, code=code)).json()["reason"] == "code_refused"


# The one that lies.


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    async with oidc_liar() as found:
        yield found


async def attempt(house: House, tenant_id: UUID, liar: Liar) -> httpx.Response:
    """A whole sign-in at the liar's of somebody who is invited."""
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people, browser_of(people) as browser:
        await invite(people)
        # Providers say more than the standard: what we do not know must not hurt.
        more = {"session_state": "s", "authuser": "0", "scope": "openid email"}
        return await end(browser, state=liar.begun(await begin(browser, tenant_id)), code="c", **more)


async def test_the_liar_can_tell_the_truth(house: House, tenant_id: UUID, liar: Liar) -> None:
    assert (await attempt(house, tenant_id, liar)).status_code == 303
    assert len(liar.token_forms[0]["code_verifier"][0]) >= 43


HOUR_S = 3600
LIES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"nonce": "another"}, {}, "wrong_nonce"),
    ({"nonce": None}, {}, "wrong_nonce"),
    ({"nonce": 7}, {}, "wrong_nonce"),
    ({"iss": "https://evil.example.test"}, {}, "wrong_issuer"),
    ({"aud": "another"}, {}, "wrong_audience"),
    ({"aud": [CLIENT_ID, "another"]}, {}, "wrong_audience"),
    ({"aud": [CLIENT_ID, "another"], "azp": "another"}, {}, "wrong_audience"),
    ({"azp": "another"}, {}, "wrong_audience"),
    ({"exp": 1}, {}, "expired"),
    ({"exp": None}, {}, "expired"),
    ({"exp": "never"}, {}, "expired"),
    ({"iat": 1}, {}, "expired"),
    ({"iat": 99_999_999_999}, {}, "expired"),
    ({"sub": None}, {}, "bad_token"),
    ({"sub": "x" * 256}, {}, "bad_token"),
    ({"sub": 7}, {}, "bad_token"),
    ({}, {"alg": "none"}, "bad_token"),
    ({}, {"alg": "HS256"}, "bad_token"),
    ({}, {"kid": "unknown"}, "bad_token"),
    ({"email_verified": "true"}, {}, "email_not_verified"),
    ({"email_verified": None}, {}, "email_not_verified"),
    ({"email": "another@example.test"}, {}, "not_invited"),
    ({"email": ["li@example.test"]}, {}, "email_not_verified"),
]


@pytest.mark.parametrize(("claims", "header", "reason"), LIES)
async def test_a_lie_is_told_from_the_truth(  # noqa: PLR0913, PLR0917 - two fixtures and a lie's three parts
    house: House, tenant_id: UUID, liar: Liar, claims: dict[str, Any], header: dict[str, Any], reason: str
) -> None:
    liar.claims, liar.header = claims, header
    refused = await attempt(house, tenant_id, liar)
    assert (refused.status_code, refused.json().get("reason")) == (401, reason), refused.text
    assert "huiyin_session" not in refused.headers.get("set-cookie", "")


async def test_several_audiences_are_fine_when_we_are_the_party(house: House, tenant_id: UUID, liar: Liar) -> None:
    liar.claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert (await attempt(house, tenant_id, liar)).status_code == 303


async def test_another_key_under_a_known_name_signs_nothing(house: House, tenant_id: UUID, liar: Liar) -> None:
    liar.key = new_key("first")
    assert (await attempt(house, tenant_id, liar)).json()["reason"] == "bad_token"


async def test_new_keys_are_fetched_once_and_not_at_anybodys_will(house: House, tenant_id: UUID, liar: Liar) -> None:
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people:
        await invite(people)

        async def signs_in() -> int:
            async with browser_of(people) as browser:
                return (await end(browser, state=liar.begun(await begin(browser, tenant_id)), code="c")).status_code

        assert (await signs_in(), liar.keys_asked) == (303, 1)
        liar.header = {"kid": "unknown"}
        assert [await signs_in() for _ in range(3)] == [401, 401, 401]
        assert liar.keys_asked == 1  # They were fetched a moment ago: no stranger makes us fetch them all the time.


async def test_keys_that_were_changed_are_fetched_after_a_while(liar: Liar) -> None:
    moment = [0.0]
    known_as = ProviderSettings(liar.issuer, CLIENT_ID, None, "openid", CALLBACK)
    provider = Provider(known_as, ProviderWeb(), clock=lambda: moment[0])

    async def subject() -> str:
        return (await provider.identify("c", verifier="v", nonce="", moment=now())).subject

    assert await subject() == "s1"
    liar.key = new_key("second")
    liar.shown_keys.append(dict(liar.key.as_dict(private=False)))
    moment[0] = KEYS_AGAIN_S - 1
    with pytest.raises(OidcRefusedError):
        await subject()
    moment[0] = KEYS_AGAIN_S + 1
    assert await subject() == "s1"
    assert liar.keys_asked == 2
    await provider.close()


async def test_what_the_token_does_not_say_is_asked_for(house: House, tenant_id: UUID, liar: Liar) -> None:
    liar.userinfo, liar.person = liar.person, {"sub": "s1"}
    assert (await attempt(house, tenant_id, liar)).status_code == 303


async def test_what_is_told_of_another_is_no_answer(house: House, tenant_id: UUID, liar: Liar) -> None:
    liar.userinfo, liar.person = {**liar.person, "sub": "s2"}, {"sub": "s1"}
    assert (await attempt(house, tenant_id, liar)).json()["reason"] == "bad_token"


async def test_the_secret_goes_where_the_provider_wants_it(house: House, tenant_id: UUID, liar: Liar) -> None:
    liar.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await attempt(house, tenant_id, liar)).status_code == 303
    assert liar.token_forms[0]["client_secret"] == [SECRET]


async def test_who_was_shut_out_does_not_come_back_this_way(house: House, tenant_id: UUID, liar: Liar) -> None:
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people, browser_of(people) as browser:
        member = await invite(people)
        await people.post(f"/v1/members/{member['id']}:disable", 200)
        refused = await end(browser, state=liar.begun(await begin(browser, tenant_id)), code="c")
        assert refused.json()["reason"] == "not_invited"


async def test_a_second_person_with_the_same_address_is_a_stranger(house: House, tenant_id: UUID, liar: Liar) -> None:
    assert (await attempt(house, tenant_id, liar)).status_code == 303
    liar.person = {**liar.person, "sub": "s2"}
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people, browser_of(people) as browser:
        refused = await end(browser, state=liar.begun(await begin(browser, tenant_id)), code="c")
        assert refused.json()["reason"] == "not_invited"


@pytest.mark.parametrize(
    ("brought", "reason"),
    [
        ({"error": "access_denied"}, "denied"),
        ({}, "denied"),
        ({"code": "c", "iss": "https://evil.example.test"}, "wrong_issuer"),
        ({"code": "c", "state": "another"}, "wrong_state"),
    ],
)
async def test_what_a_browser_brings_back_is_checked(
    house: House, tenant_id: UUID, liar: Liar, brought: dict[str, str], reason: str
) -> None:
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people, browser_of(people) as browser:
        state = liar.begun(await begin(browser, tenant_id))
        assert (await end(browser, **{"state": state} | brought)).json()["reason"] == reason
    assert liar.token_forms == []


async def test_without_a_provider_the_doors_are_shut(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as people, browser_of(people) as browser:
        for path in (PATH, f"{PATH}/callback"):
            assert (await browser.get(path)).json()["code"] == "oidc_off"


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example.test"},
        {"oidc_default_role": "admin"},
        {"oidc_default_role": "dpo"},
        {"public_url": None},
        {"oidc_client_id": None},
    ],
)
def test_half_a_provider_is_refused_at_the_start(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        house.app("tracker", **settings_for("https://id.example.test") | wrong)


def said(status: int, **body: Any) -> Response:  # noqa: ANN401 - any JSON
    return JSONResponse(body, status)


AWAY: list[tuple[dict[str, Any], Response | None]] = [
    ({"issuer": "https://evil.example.test"}, None),
    ({"token_endpoint": "http://evil.example.test/token"}, None),
    ({"jwks_uri": 7}, None),
    ({}, said(500)),
    ({}, Response("no json", 200)),
    ({}, Response("[]", 200)),
    ({}, Response(b'{"id_token": "' + b"x" * ANSWER_BYTES_MAX + b'"}', 200)),
    ({}, Response("[" * 100_000, 200)),
    ({"token_endpoint": "moved"}, None),
]


@pytest.mark.parametrize(("metadata", "answer"), AWAY)
async def test_a_provider_that_cannot_be_understood_is_away(
    house: House, tenant_id: UUID, liar: Liar, metadata: dict[str, Any], answer: Response | None
) -> None:
    moved = {"token_endpoint": f"{liar.issuer}/moved"} if metadata.get("token_endpoint") == "moved" else {}
    liar.metadata, liar.token_answer = metadata | moved, answer
    async with people_of(house, tenant_id, **settings_for(liar.issuer)) as people, browser_of(people) as browser:
        began = await browser.get(PATH, params={"tenant": str(tenant_id)})
        if began.status_code == 302:
            began = await end(browser, state=liar.begun(began.headers["location"]), code="c")
        assert (began.status_code, began.json()["code"]) == (502, "provider_away")
