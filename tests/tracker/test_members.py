"""The people of a company: who may invite and change them, and what they may then."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.tracker.domain.members import RoleRefusedError, check_giving, is_email, normal_email
from shared.access.scopes import ROLES, Role, Scope
from shared.ids import new_id
from tests.house_of_test import House, running
from tests.tracker.people import OTHER_PASSWORD, PASSWORD, URL, People, people_of

DOORS_OF_MANAGERS = [
    ("POST", "/v1/members"),
    ("GET", "/v1/members"),
    ("GET", "/v1/members/{id}"),
    ("PATCH", "/v1/members/{id}"),
    ("POST", "/v1/members/{id}:disable"),
    ("POST", "/v1/members/{id}:enable"),
    ("POST", "/v1/members/{id}:forget"),
    ("POST", "/v1/members/{id}:link"),
    ("GET", "/v1/sessions?everybody=true"),
]
REFUSED = [role for role in Role if Scope.MEMBERS_MANAGE not in ROLES[role]]


@pytest.fixture
async def people(house: House, tenant_id: UUID) -> AsyncIterator[People]:
    async with people_of(house, tenant_id) as found:
        yield found


async def test_somebody_is_invited_joins_and_may_what_their_role_says(people: People) -> None:
    invited = await people.invite("wang", Role.AGENT)
    assert invited["member"]["joined_at"] is None
    assert invited["link"]["url"].endswith("/welcome#" + invited["link"]["token"])
    opened = await people.post("/v1/sign-in/link", 201, token=invited["link"]["token"], password=PASSWORD)
    me = await people.client.get("/v1/me", headers={"Authorization": f"Bearer {opened['token']}"})
    assert me.json()["member"]["email"] == people.email("wang")
    assert set(me.json()["scopes"]) == ROLES[Role.AGENT]
    assert [json.loads(line["detail"]) for line in await people.lines("member.invite")] == [{"roles": ["agent"]}]


async def test_a_link_never_leads_where_the_sender_of_a_request_says(people: People) -> None:
    somebody = await people.invite("wang", Role.AGENT)
    headers = {"Host": "evil.example.test", "X-Forwarded-Host": "evil.example.test"}
    made = await people.client.post(f"/v1/members/{somebody['member']['id']}:link", headers=headers)
    assert made.json()["url"] == f"{URL}/welcome#{made.json()['token']}"


async def test_a_link_begins_with_the_public_url(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id, public_url="https://huiyin.example.test/") as people:
        link = (await people.invite("wang", Role.AGENT))["link"]
        assert link["url"] == f"https://huiyin.example.test/welcome#{link['token']}"


async def test_a_link_works_once_and_older_ones_no_more(people: People) -> None:
    invited = await people.invite("wang", Role.AGENT)
    newer = await people.post(f"/v1/members/{invited['member']['id']}:link", 201)
    refused = await people.post("/v1/sign-in/link", 410, token=invited["link"]["token"], password=PASSWORD)
    assert refused["code"] == "link_refused"
    await people.post("/v1/sign-in/link", 201, token=newer["token"], password=PASSWORD)
    await people.post("/v1/sign-in/link", 410, token=newer["token"], password=PASSWORD)


@pytest.mark.parametrize("part", ["tenant", "link", "secret"])
async def test_a_link_that_was_changed_is_none(people: People, part: str) -> None:
    _, tenant, link, secret = (await people.invite("wang", Role.AGENT))["link"]["token"].split("_")
    changed = {"tenant": tenant, "link": link, "secret": secret} | {part: new_id().hex * (2 if part == "secret" else 1)}
    token = "_".join(["hl", changed["tenant"], changed["link"], changed["secret"]])
    await people.post("/v1/sign-in/link", 410, token=token, password=PASSWORD)


async def test_a_link_that_is_over_is_refused(people: People) -> None:
    invited = await people.invite("wang", Role.AGENT)
    async with people.house.query("tracker") as owner:
        await owner.execute("UPDATE one_time_link SET expires_at = now() WHERE tenant_id = $1", people.tenant_id)
    await people.post("/v1/sign-in/link", 410, token=invited["link"]["token"], password=PASSWORD)


@pytest.mark.parametrize("role", REFUSED)
async def test_only_who_manages_members_opens_these_doors(people: People, role: Role) -> None:
    somebody = await people.join("wang", role)
    for method, path in DOORS_OF_MANAGERS:
        answer = await people.client.request(method, path.replace("{id}", somebody.id), headers=somebody.auth, json={})
        assert (answer.status_code, answer.json()["code"]) in ((403, "forbidden"), (422, "invalid")), (method, path)
        assert answer.status_code == 403 or method in ("POST", "PATCH"), (method, path)
    assert (await people.get(f"/v1/members/{somebody.id}"))["roles"] == [role]


@pytest.mark.parametrize("path", ["/v1/members", "/v1/sessions?everybody=true"])
async def test_a_servers_key_opens_no_door_of_people(people: People, path: str) -> None:
    key = await people.house.new_key(people.tenant_id, Scope.TENANT_MANAGE, Scope.WORK_READ)
    async with running(people.house.app("tracker"), key) as client:
        assert (await client.get(path)).status_code == 403
        assert (await client.post("/v1/sign-out")).json()["code"] == "people_only"


async def test_members_are_listed_page_by_page(people: People) -> None:
    names = ["wang", "li", "zhao"]
    invited = [(await people.invite(name, Role.VIEWER))["member"]["id"] for name in names]
    first = await people.get("/v1/members", limit=2)
    rest = await people.get("/v1/members", limit=2, cursor=first["next"])
    assert [item["id"] for item in first["items"] + rest["items"]] == invited[::-1]
    assert rest["next"] is None


async def test_another_tenants_members_do_not_exist(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    async with people_of(people.house, new_id()) as others:
        admin = await others.join("li", Role.ADMIN)
        await others.get(f"/v1/members/{somebody.id}", 404, by=admin)
        await others.patch(f"/v1/members/{somebody.id}", 404, by=admin, name="x")
        for verb in ("disable", "enable", "forget", "link"):
            await others.post(f"/v1/members/{somebody.id}:{verb}", 404, by=admin)
        assert [item["id"] for item in (await others.get("/v1/members", by=admin))["items"]] == [admin.id]


async def test_roles_change_what_a_session_may_at_once(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    await people.post("/v1/problems", 403, by=somebody, title="跳闸")
    changed = await people.patch(f"/v1/members/{somebody.id}", 200, roles=["quality"], name="王")
    assert (changed["name"], changed["roles"], changed["version"]) == ("王", ["quality"], 3)
    await people.post("/v1/problems", 201, by=somebody, title="跳闸")
    line = (await people.lines("member.change"))[0]
    assert json.loads(line["detail"]) == {
        "fields": ["name", "roles"], "roles_before": ["viewer"], "roles_after": ["quality"],
    }  # fmt: skip


async def test_nobody_overwrites_what_they_have_not_seen(people: People) -> None:
    somebody = await people.join("wang", Role.VIEWER)
    path = f"/v1/members/{somebody.id}"
    seen = (await people.client.get(path)).headers["etag"]
    assert (await people.client.patch(path, json={"name": "王"})).status_code == 428
    assert (await people.client.patch(path, json={"name": "王"}, headers={"If-Match": seen})).status_code == 200
    assert (await people.client.patch(path, json={"name": "李"}, headers={"If-Match": seen})).status_code == 412


async def test_two_members_have_two_addresses(people: People) -> None:
    await people.invite("wang", Role.VIEWER)
    same = people.email("wang").upper().replace("WANG", "ＷＡＮＧ")
    refused = await people.post("/v1/members", 409, email=same, name="王", roles=["viewer"])
    assert refused["code"] == "email_taken"
    async with people_of(people.house, new_id()) as others:
        await others.post("/v1/members", 201, email=same, name="王", roles=["viewer"])


@pytest.mark.parametrize("change", [{"roles": ["viewer"]}, ":disable", ":forget"])
async def test_the_last_admin_stays(people: People, change: dict[str, list[str]] | str) -> None:
    admin = await people.join("li", Role.ADMIN)
    invited = await people.invite("wang", Role.ADMIN)  # Has not joined: nobody knows that they ever will.
    path = f"/v1/members/{admin.id}"

    async def tried(status: int) -> None:
        if isinstance(change, str):
            await people.post(path + change, status, by=admin)
        else:
            await people.patch(path, status, by=admin, **change)

    await tried(409)
    await people.post("/v1/sign-in/link", 201, token=invited["link"]["token"], password=PASSWORD)
    await tried(200)


async def test_an_admin_gives_any_role_to_others_and_none_wider_to_themselves(people: People) -> None:
    admin = await people.join("li", Role.ADMIN)
    officer = await people.join("wang", Role.DPO, by=admin)
    refused = await people.patch(f"/v1/members/{admin.id}", 403, by=admin, roles=["admin", "dpo"])
    assert refused["code"] == "role_refused"
    await people.patch(f"/v1/members/{admin.id}", 200, by=admin, roles=["admin", "viewer"])
    await people.patch(f"/v1/members/{officer.id}", 200, by=admin, roles=["dpo", "admin"])
    await people.patch(f"/v1/members/{admin.id}", 200, by=officer, roles=["admin", "dpo"])


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("role", Role)
def test_nobody_widens_what_they_themselves_may(giver: Role, role: Role) -> None:
    me, somebody = new_id(), new_id()
    check_giving(me, ROLES[giver], somebody, [role])
    check_giving(None, frozenset(), somebody, [role])
    if ROLES[role] <= ROLES[giver]:
        check_giving(me, ROLES[giver], me, [role])
    else:
        with pytest.raises(RoleRefusedError):
            check_giving(me, ROLES[giver], me, [role])


async def test_who_is_shut_out_is_out_and_comes_back_by_signing_in_anew(people: People) -> None:
    admin = await people.join("li", Role.ADMIN)
    somebody = await people.join("wang", Role.AGENT)
    await people.post(f"/v1/members/{somebody.id}:disable", 200, by=admin)
    await people.get("/v1/me", 401, by=somebody)
    await people.sign_in("wang", status=401)
    assert (await people.post(f"/v1/members/{somebody.id}:link", 409, by=admin))["code"] == "member_disabled"
    await people.post(f"/v1/members/{somebody.id}:enable", 200, by=admin)
    await people.get("/v1/me", 401, by=somebody)
    await people.sign_in("wang")
    assert [line["actor"] for line in await people.lines("member.disable")] == [f"member:{admin.id}"]


async def test_who_is_forgotten_leaves_an_id_and_nothing_else(people: People) -> None:
    somebody = await people.join("wang", Role.AGENT)
    await people.post(f"/v1/members/{somebody.id}:link", 201)
    forgotten = await people.post(f"/v1/members/{somebody.id}:forget", 200)
    assert (forgotten["email"], forgotten["name"], forgotten["roles"]) == (None, "", [])
    await people.get("/v1/me", 401, by=somebody)
    assert (await people.post(f"/v1/members/{somebody.id}:enable", 409))["code"] == "member_forgotten"
    async with people.house.query("tracker") as owner:
        for table in ("member", "session", "one_time_link", "outbox", "audit", "credential"):
            rows = await owner.fetch(f"SELECT t::text AS row FROM {table} t WHERE tenant_id = $1", people.tenant_id)
            assert not [row for row in rows if "wang" in row["row"]], table
    await people.invite("wang", Role.AGENT)


@pytest.mark.parametrize(
    ("said", "normal", "verdict"),
    [
        (" Li@Example.TEST ", "li@example.test", True),
        ("ｌｉ＠example.test", "li@example.test", True),
        ("张伟@例子.测试", "张伟@例子.测试", True),
        ("li@example", "li@example", False),
        ("li@@example.test", "li@@example.test", False),
        ("l i@example.test", "l i@example.test", False),
        ("l\u200bi@example.test", "l\u200bi@example.test", False),
        ("li@exam\u00adple.test", "li@exam\u00adple.test", False),
        ("\u202eli@example.test", "\u202eli@example.test", False),
        ("li\u3164@example.test", "li\u1160@example.test", False),
        ("li\ufe0f@example.test", "li\ufe0f@example.test", False),
        ("a" * 250 + "@x.test", "a" * 250 + "@x.test", False),
    ],
)
def test_an_address_has_one_spelling(said: str, normal: str, verdict: bool) -> None:  # noqa: FBT001 - an expected value
    assert normal_email(said) == normal
    assert is_email(normal) is verdict


async def test_the_operators_link_makes_an_admin_once(people: People) -> None:
    link = await people.post("/v1/sign-in/first-links", 201)
    missing = await people.post("/v1/sign-in/link", 422, token=link["token"], password=PASSWORD)
    assert [error["pointer"] for error in missing["errors"]] == ["/email", "/name"]
    said = {"token": link["token"], "email": people.email("li"), "name": "李", "password": PASSWORD}
    opened = await people.post("/v1/sign-in/link", 201, **said)
    assert opened["member"]["roles"] == ["admin"]
    await people.post("/v1/sign-in/link", 410, **said | {"password": OTHER_PASSWORD})
    by_member = {"Authorization": f"Bearer {opened['token']}"}
    assert (await people.client.post("/v1/sign-in/first-links", json={}, headers=by_member)).status_code == 403
