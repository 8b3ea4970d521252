"""What a widget is told, and what its company may say: one door for the app, one for whoever answers for it."""

from typing import Any
from uuid import UUID

import pytest

from services.collector.api.senders import PUBLIC_BODY_BYTES_MAX, PUBLIC_ITEMS_MAX
from services.collector.api.widget import CONFIG_KEPT_S
from services.collector.api.widget_schema import WidgetTextsIn
from services.collector.domain.widget import CONSENT, SHIPPED_CONSENT, TEXTS
from shared.access.credentials import Limits
from shared.access.scopes import Scope
from shared.contracts.vocabulary import Channel, Language, Purpose
from shared.ids import new_id
from tests.collector.door import HAN, door, first_error, refusal
from tests.collector.test_publishable_keys import FROM_SHOP, LIMITS, key_of
from tests.house_of_test import House, running

CONFIG = "/v1/widget/config"
SETTINGS = "/v1/widget-settings"
ANY = {"If-Match": "*"}
MANAGER = (Scope.TENANT_MANAGE, Scope.WORK_READ, Scope.FEEDBACK_WRITE)
WORDING = {"zh": {"reply": "可以答复我"}, "en": {"reply": "You may answer me"}}
MINE: dict[str, Any] = {
    "brand": "Kuckuck 热水器",
    "theme": {"scheme": "dark", "accent": "#c0ffee", "position": "bottom_left"},
    "languages": ["en", "zh"],
    "texts": {"zh": {"open": "有话说"}, "en": {}},
    "consent": {"version": "2026-11", "texts": WORDING},
}


async def test_a_widget_is_told_all_it_needs(house: House, tenant_id: UUID) -> None:
    async with running(house.app("collector"), await key_of(house, tenant_id)) as client:
        answer = await client.get(CONFIG, headers=FROM_SHOP)
    config = answer.json()
    assert answer.headers["cache-control"] == f"private, max-age={CONFIG_KEPT_S}"
    assert {"Authorization", "Origin"} <= set(answer.headers["vary"].replace(" ", "").split(","))
    assert (config["channel"], config["languages"]) == ("survey", ["zh", "en"])
    assert config["texts"] == {language.value: dict(words) for language, words in TEXTS.items()}
    assert config["consent"]["version"] == SHIPPED_CONSENT
    assert config["consent"]["purposes"] == [purpose.value for purpose in Purpose]
    limits = config["limits"]
    assert (limits["text_length"], limits["batch_items"], limits["batch_bytes"], limits["requests_per_minute"]) == (
        4_096, PUBLIC_ITEMS_MAX, PUBLIC_BODY_BYTES_MAX, LIMITS.requests_per_minute,
    )  # fmt: skip
    assert limits["attachments"].keys() == {"files", "file_bytes", "types"}
    assert 429 in config["queue"]["keep_statuses"]
    assert 422 not in config["queue"]["keep_statuses"]


def test_what_is_shipped_is_whole_in_both_languages() -> None:
    for shipped in (TEXTS, CONSENT):
        zh, en = shipped[Language.ZH], shipped[Language.EN]
        assert zh.keys() == en.keys()
        assert all(HAN.search(words) for words in zh.values())
        assert not any(HAN.search(words) for words in en.values())
    assert set(CONSENT[Language.EN]) == set(Purpose)
    assert set(TEXTS[Language.EN]) == set(WidgetTextsIn.model_fields)


async def test_who_has_the_newest_gets_nothing(house: House, tenant_id: UUID) -> None:
    app = house.app("collector")
    manager = {"Authorization": f"Bearer {await house.new_key(tenant_id, *MANAGER)}"}
    async with running(app, await key_of(house, tenant_id)) as client:
        first = await client.get(CONFIG, headers=FROM_SHOP)
        tag = first.headers["etag"]
        assert tag.startswith('"')
        assert (await client.get(CONFIG, headers=FROM_SHOP)).headers["etag"] == tag
        for asked in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = await client.get(CONFIG, headers=FROM_SHOP | {"If-None-Match": asked})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
            assert again.headers["cache-control"] == first.headers["cache-control"]
            assert again.headers["access-control-allow-origin"] == FROM_SHOP["Origin"]
        assert (await client.put(SETTINGS, json=MINE, headers=manager | ANY)).status_code == 200
        changed = await client.get(CONFIG, headers=FROM_SHOP | {"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


async def test_a_company_says_it_in_its_own_words(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, *MANAGER) as client:
        before = await client.get(SETTINGS)
        assert (before.json()["version"], before.json()["consent"]) == (1, None)
        tag = before.headers["etag"]
        put = await client.put(SETTINGS, json=MINE, headers={"If-Match": tag})
        assert (put.status_code, put.json()["version"], put.json()["consent"]) == (200, 2, WORDING)
        assert refusal(await client.put(SETTINGS, json=MINE, headers={"If-Match": tag}))["status"] == 412
        assert (await client.put(SETTINGS, json=MINE)).status_code == 428
        config = (await client.get(CONFIG)).json()
    assert (config["brand"], config["theme"], config["languages"]) == (MINE["brand"], MINE["theme"], ["en", "zh"])
    assert config["texts"]["zh"]["open"] == "有话说"
    assert config["texts"]["zh"]["submit"] == TEXTS[Language.ZH]["submit"]
    assert config["consent"] == {"version": "2026-11", "purposes": ["reply"], "texts": WORDING}
    assert config["limits"]["requests_per_minute"] is None


async def test_a_wording_says_for_ever_what_it_said(house: House, tenant_id: UUID) -> None:
    """A consent names the version, so what was agreed to can always be shown."""
    other = {"zh": {"reply": "别的"}, "en": {"reply": "something else"}}
    async with door(house, tenant_id, *MANAGER) as client:
        assert (await client.put(SETTINGS, json=MINE, headers=ANY)).status_code == 200
        assert (await client.put(SETTINGS, json=MINE | {"brand": "x"}, headers=ANY)).status_code == 200
        for version in ("2026-11", SHIPPED_CONSENT):
            spoilt = MINE | {"consent": {"version": version, "texts": other}}
            refused = refusal(await client.put(SETTINGS, json=spoilt, headers=ANY))
            assert (refused["status"], refused["code"]) == (409, "consent_text_fixed")
        next_one = MINE | {"consent": {"version": "2026-12", "texts": other}}
        assert (await client.put(SETTINGS, json=next_one, headers=ANY)).status_code == 200
        assert (await client.put(SETTINGS, json={}, headers=ANY)).json()["consent"] is None
        assert (await client.get(CONFIG)).json()["consent"]["version"] == SHIPPED_CONSENT
        assert (await client.put(SETTINGS, json=MINE, headers=ANY)).json()["consent"] == WORDING
        listed = (await client.get("/v1/consent-texts")).json()
        page = (await client.get("/v1/consent-texts?limit=1")).json()
        rest = (await client.get(f"/v1/consent-texts?limit=1&cursor={page['next']}")).json()
    assert [(one["version"], one["texts"]) for one in listed["items"]] == [("2026-12", other), ("2026-11", WORDING)]
    assert (page["items"] + rest["items"], rest["next"]) == (listed["items"], None)
    async with house.query("collector", "app") as app:
        for statement in ("UPDATE consent_text SET version = 'x'", "DELETE FROM consent_text"):
            with pytest.raises(Exception, match="permission denied"):
                await app.execute(statement)


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"languages": []}, "/languages too_few"),
        ({"languages": ["de"]}, "/languages/0 not_one_of"),
        ({"theme": {"accent": "red; background: url(x)"}}, "/theme/accent bad_characters"),
        ({"theme": {"scheme": "neon"}}, "/theme/scheme not_one_of"),
        ({"brand": "x" * 201}, "/brand too_long"),
        ({"texts": {"zh": {"open": "x" * 301}}}, "/texts/zh/open too_long"),
        ({"texts": {"zh": {"opne": "x"}}}, "/texts/zh/opne unknown_field"),
        ({"consent": {"version": "v", "texts": {"zh": {"reply": "x"}}}}, "/consent wording_uneven"),
        ({"consent": {"version": "v", "texts": {"zh": {}, "en": {}}}}, "/consent wording_uneven"),
        (
            {"consent": {"version": "v", "texts": {"zh": {"reply": "x"}, "en": {"research": "x"}}}},
            "/consent wording_uneven",
        ),
        ({"consent": {"version": " ", "texts": WORDING}}, "/consent/version empty"),
    ],
)
async def test_what_is_wrong_is_named(house: House, tenant_id: UUID, more: dict[str, Any], refused: str) -> None:
    async with door(house, tenant_id, *MANAGER) as client:
        answer = refusal(await client.put(SETTINGS, json=MINE | more, headers=ANY))
        assert (await client.get(SETTINGS)).json()["version"] == 1
    assert first_error(answer) == tuple(refused.split())


async def test_one_language_needs_one_wording(house: House, tenant_id: UUID) -> None:
    alone = MINE | {"languages": ["zh"], "consent": {"version": "v", "texts": {"zh": {"training": "可以"}}}}
    async with door(house, tenant_id, *MANAGER) as client:
        assert (await client.put(SETTINGS, json=alone, headers=ANY)).status_code == 200
        config = (await client.get(CONFIG)).json()
    assert config["consent"] == {"version": "v", "purposes": ["training"], "texts": {"zh": {"training": "可以"}}}
    assert list(config["texts"]) == ["zh"]


async def test_only_who_manages_the_company_sets_it(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.WORK_READ, Scope.FEEDBACK_WRITE) as client:
        assert (await client.put(SETTINGS, json=MINE, headers=ANY)).status_code == 403
    async with door(house, new_id(), *MANAGER) as client:
        assert (await client.put(SETTINGS, json=MINE, headers=ANY)).status_code == 200
    async with door(house, tenant_id, *MANAGER) as client:
        assert (await client.get(SETTINGS)).json()["version"] == 1
        assert (await client.get("/v1/consent-texts")).json()["items"] == []


async def test_an_app_without_origins_is_told_as_well(house: House, tenant_id: UUID) -> None:
    key = await key_of(house, tenant_id, Limits(Channel.WIDGET, frozenset(), 60))
    async with running(house.app("collector"), key) as client:
        assert (await client.get(CONFIG)).json()["channel"] == "widget"
        assert refusal(await client.get(CONFIG, headers=FROM_SHOP))["code"] == "origin_refused"
    async with running(house.app("collector"), None) as client:
        assert (await client.get(CONFIG)).status_code == 401
