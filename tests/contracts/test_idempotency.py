"""Sending a POST again is harmless: one effect, one answer, whatever happens in between."""

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from services.tracker.api.console.page import PageRoute
from shared.access.scopes import Scope
from shared.database import Database
from shared.ids import new_id
from shared.messaging.cleanup import IDEMPOTENCY_KEPT_DAYS, clean_up
from shared.web.idempotency import KEY_LENGTH_MAX, ChangeAsked, OnceAsked
from tests.house_of_test import SERVICES, House, running
from tests.tracker.desk import ANY_VERSION, Desk, classified, desk

PROBLEMS = "/v1/problems"
# A POST that keeps no answer, and why.
EXEMPT = {
    "post_feedback": "a feedback is known for ever by its own ids",
    "post_feedback_batch": "as post_feedback, item by item",
    "post_source": "as post_feedback_batch",
    "post_import": "a file sent again is another import; its rows are known by their own ids",
    "post_sign_in": "a kept answer would be a session's token on disk; a repeat signs in once more",
    "post_link": "the link itself works once",
    "post_sign_out": "a repeat finds the session over",
    "post_my_password": "a repeat finds the old password wrong",
    "post_mail_test": "it changes nothing but the audit; who tries again wants to try again",
    "post_mailbox_test": "as post_mail_test",
    "post_welcome": "a page's form, for post_link",
    "post_addresses_read": "it changes nothing; a kept answer would be contact data on disk, and outlive a withdrawal",
}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key} | ANY_VERSION


async def post(us: Desk, path: str, key: str, **body: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
    return await us.client.post(path, json=body, headers=keyed(key))


async def problems(us: Desk) -> int:
    return int((await us.read("/v1/figures"))["problems"])


async def lines(house: House, tenant_id: UUID) -> int:
    async with house.query("tracker") as owner:
        return int(await owner.fetchval("SELECT count(*) FROM audit WHERE tenant_id = $1", tenant_id))


def posts(house: House) -> list[APIRoute]:
    apps = [house.app(service) for service in SERVICES]
    routes = [context.original_route for app in apps for context in iter_route_contexts(app.routes)]
    doors = [route for route in routes if isinstance(route, APIRoute) and not isinstance(route, PageRoute)]
    return [route for route in doors if "POST" in (route.methods or ())]


def performers(function: Callable[..., Any]) -> list[str]:
    """Whose `perform` a door calls, by itself or in what it hands the same thing on to."""
    calls = [
        node for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))) if isinstance(node, ast.Call)
    ]
    found = []
    for call in calls:
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr == "perform"
            and isinstance(call.func.value, ast.Name)
        ):
            found.append(call.func.value.id)
        elif isinstance(call.func, ast.Name) and {"once", "change"} & {
            given.id for given in call.args if isinstance(given, ast.Name)
        }:
            found += performers(function.__globals__[call.func.id])
    return found


async def test_every_post_can_be_sent_again(house: House) -> None:
    """A new POST takes `once: Once` (or `change: Change`) and performs its use case through it."""
    found = posts(house)
    for route in found:
        if route.name in EXEMPT:
            continue
        hints = inspect.get_annotations(route.endpoint)
        asked = [name for name, hint in hints.items() if getattr(hint, "__origin__", None) in (OnceAsked, ChangeAsked)]
        assert asked, f"{route.name} does not ask for Once or Change"
        performed = performers(route.endpoint)
        assert performed == asked, f"{route.name} asks for {asked[0]} and does not work through {asked[0]}.perform"
    assert set(EXEMPT) <= {route.name for route in found}, "an exemption is left over"


async def test_a_repeat_gets_the_first_answer_and_has_no_effect(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        [case] = await us.open([classified(tenant_id, None)])
        problem = (await post(us, PROBLEMS, "a", title="x")).json()["id"]
        action = (await post(us, "/v1/actions", "a", title="x", problem_id=problem)).json()["id"]
        before = await lines(house, tenant_id)
        deeds: list[tuple[str, dict[str, Any]]] = [
            (PROBLEMS, {"title": "跳闸", "case_ids": [case]}),
            (f"{PROBLEMS}/{problem}/cases", {"case_ids": [case]}),
            ("/v1/actions", {"problem_id": problem, "title": "换"}),
            (f"/v1/actions/{action}/moves", {"to": "analyse", "note": "是"}),
        ]
        for path, body in deeds:
            first = await post(us, path, "k", **body)
            assert first.is_success, first.text
            assert "Idempotent-Replayed" not in first.headers
            # Another order of the names is the same body, and another language the same request.
            again = await us.client.post(
                path, json=dict(reversed(body.items())), headers=keyed("k") | {"Accept-Language": "zh"}
            )
            assert again.headers["Idempotent-Replayed"] == "true"
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert await lines(house, tenant_id) == before + 4
        assert await problems(us) == 2


async def test_a_repeat_is_answered_even_when_the_thing_went_on(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        action = await us.action_for(await us.problem_of())
        seen = (await us.client.get(f"/v1/actions/{action}")).headers["ETag"]
        headers = {"Idempotency-Key": "k", "If-Match": seen}
        first = await us.client.post(f"/v1/actions/{action}/moves", json={"to": "analyse"}, headers=headers)
        await us.walk(action, "plan")
        again = await us.client.post(f"/v1/actions/{action}/moves", json={"to": "analyse"}, headers=headers)
        assert (again.status_code, again.json()) == (200, first.json())


async def test_twenty_at_once_have_one_effect(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        answers = await asyncio.gather(*(post(us, PROBLEMS, "k", title="x") for _ in range(20)))
        done = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(done) + len(waiting) == 20
        assert len([answer for answer in done if "Idempotent-Replayed" not in answer.headers]) == 1
        assert {(answer.json()["code"], answer.headers["Retry-After"]) for answer in waiting} <= {("in_flight", "2")}
        assert {answer.json()["id"] for answer in [*done, await post(us, PROBLEMS, "k", title="x")]} == {
            done[0].json()["id"]
        }
        assert await problems(us) == 1
        assert await lines(house, tenant_id) == 1


async def test_while_the_first_is_under_way_the_second_is_told_to_wait(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        problem = await us.problem_of()
        path = f"{PROBLEMS}/{problem}/cases"
        await (holding := owner.transaction()).start()
        await owner.execute("SELECT 1 FROM problem WHERE id = $1 FOR UPDATE", UUID(problem))
        both = [asyncio.ensure_future(post(us, path, "k", case_ids=[])) for _ in range(2)]
        [told], [waiting] = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        assert (told.result().status_code, told.result().json()["code"]) == (409, "in_flight")
        assert told.result().headers["Retry-After"]
        await holding.rollback()
        assert (await waiting).status_code == 200
        assert (await post(us, path, "k", case_ids=[])).headers["Idempotent-Replayed"] == "true"


async def test_who_waits_too_long_for_another_is_told_to_come_again(house: House, tenant_id: UUID) -> None:
    impatient = house.url("tracker", "app") + "&lock_timeout=200ms"
    async with desk(house, tenant_id, app_url=impatient) as us, house.query("tracker") as owner:
        problem = await us.problem_of()
        await (holding := owner.transaction()).start()
        await owner.execute("SELECT 1 FROM problem WHERE id = $1 FOR UPDATE", UUID(problem))
        answer = await post(us, f"{PROBLEMS}/{problem}/cases", "k", case_ids=[])
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        await holding.rollback()
        assert (await post(us, f"{PROBLEMS}/{problem}/cases", "k", case_ids=[])).status_code == 200


async def test_a_key_stands_for_one_request(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        assert (await post(us, PROBLEMS, "k", title="x")).status_code == 201
        other = await post(us, PROBLEMS, "k", title="y")
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert other.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"
        one, two = [(await post(us, PROBLEMS, key, title="x")).json()["id"] for key in "ab"]
        assert (await post(us, f"{PROBLEMS}/{one}/cases", "k", case_ids=[])).status_code == 200
        assert (await post(us, f"{PROBLEMS}/{two}/cases", "k", case_ids=[])).json()["code"] == "key_reused"


async def test_a_key_is_known_by_tenant_credential_and_door(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, desk(house, tenant_id) as colleague, desk(house, new_id()) as stranger:
        made = [(await post(who, PROBLEMS, "k", title="x")).json()["id"] for who in (us, colleague, stranger)]
        assert len(set(made)) == 3
        action = await post(us, "/v1/actions", "k", problem_id=made[0], title="x")
        assert (action.status_code, "Idempotent-Replayed" in action.headers) == (201, False)


async def test_what_failed_may_be_mended_under_the_same_key(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        assert (await post(us, PROBLEMS, "k", title="")).status_code == 422
        assert (await post(us, PROBLEMS, "k", title="x", case_ids=[str(new_id())])).status_code == 404
        await owner.execute(REFUSE_COMMITS.format(tenant_id=tenant_id))
        try:
            assert (await post(us, PROBLEMS, "k", title="x")).status_code == 500
        finally:
            await owner.execute("DROP TRIGGER refuse_commit ON problem; DROP FUNCTION refuse_commit()")
        assert await problems(us) == 0
        assert await owner.fetchval("SELECT count(*) FROM idempotency WHERE tenant_id = $1", tenant_id) == 0
        made = await post(us, PROBLEMS, "k", title="x")
        assert (made.status_code, "Idempotent-Replayed" in made.headers) == (201, False)


REFUSE_COMMITS = """
CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.tenant_id = '{tenant_id}' THEN RAISE EXCEPTION 'not today'; END IF; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON problem DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse_commit()
"""
BAD_KEYS: dict[str, tuple[list[str | bytes], str]] = {
    "empty": ([""], "too_short"),
    "too long": (["k" * (KEY_LENGTH_MAX + 1)], "too_long"),
    "not ASCII": (["键".encode()], "bad_characters"),
    "a space": (["a b"], "bad_characters"),
    "sent twice": (["k", "k"], "sent_twice"),
}


@pytest.mark.parametrize("flaw", BAD_KEYS)
async def test_a_key_that_is_none_is_refused(house: House, tenant_id: UUID, flaw: str) -> None:
    keys, code = BAD_KEYS[flaw]
    async with desk(house, tenant_id) as us:
        headers = [("Idempotency-Key", key) for key in keys]
        answer = await us.client.post(PROBLEMS, json={"title": "x"}, headers=headers)  # type: ignore[arg-type]  # bytes are what a header may be
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/header/Idempotency-Key", code)
        assert await problems(us) == 0
        assert (await post(us, PROBLEMS, "k" * KEY_LENGTH_MAX, title="x")).status_code == 201


async def test_what_is_kept_opens_under_the_callers_key_alone(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        made = await post(us, PROBLEMS, "a-key-of-ours", title="会漏电的热水器")
        [row] = await owner.fetch("SELECT * FROM idempotency WHERE tenant_id = $1", tenant_id)
        kept = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
        for secret in ("会漏电的热水器", "a-key-of-ours", made.json()["id"]):
            assert secret.encode() not in kept


async def test_after_seven_days_a_key_is_new_again(house: House, tenant_id: UUID) -> None:
    carrier = Database(house.url("tracker", "carrier"))
    await carrier.open()
    async with desk(house, tenant_id) as us, house.query("tracker") as owner:
        kept = "SELECT count(*) FROM idempotency WHERE tenant_id = $1"
        aged = "UPDATE idempotency SET created_at = now() - make_interval(days => $2, secs => $3) WHERE tenant_id = $1"
        first = await post(us, PROBLEMS, "k", title="x")
        for seconds, left in ((-60, 1), (60, 0)):
            await owner.execute(aged, tenant_id, IDEMPOTENCY_KEPT_DAYS, seconds)
            await clean_up(carrier)
            assert await owner.fetchval(kept, tenant_id) == left
        assert (await post(us, PROBLEMS, "k", title="x")).json()["id"] != first.json()["id"]
    await carrier.close()


async def test_a_reading_post_keeps_nothing(house: House, tenant_id: UUID) -> None:
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with running(house.app("collector"), key) as client, house.query("collector") as owner:
        body = {"customer_ids": [], "purpose": "reply"}
        for _ in range(2):
            answer = await client.post("/v1/addresses:read", json=body, headers={"Idempotency-Key": "k"})
            assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)
        assert await owner.fetchval("SELECT count(*) FROM idempotency WHERE tenant_id = $1", tenant_id) == 0


async def test_a_tenant_is_made_once_and_its_key_too(house: House, tenant_id: UUID) -> None:
    async with desk(house, tenant_id) as us:
        slug = f"t-{tenant_id.hex[-12:]}"
        first, again = [await post(us, "/v1/tenants", "k", slug=slug, name="x") for _ in range(2)]
        assert (first.status_code, first.content) == (201, again.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (await post(us, "/v1/tenants", "k", slug=slug, name="y")).json()["code"] == "key_reused"
        one, two = [await post(us, "/v1/keys", "k", kind="secret", label="x", scopes=["work:read"]) for _ in range(2)]
        assert (one.status_code, one.json()["key"]) == (201, two.json()["key"])
        assert len((await us.read("/v1/keys"))["items"]) == 1
    async with house.query("tracker") as owner:
        kept = await owner.fetch("SELECT reply FROM idempotency WHERE tenant_id = $1", tenant_id)
        assert all(one.json()["key"].encode() not in row["reply"] for row in kept)
