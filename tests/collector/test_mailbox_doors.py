"""The doors of mailboxes: the operator's alone, and a password that goes in and never comes out."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.embedded.ports import free_port
from services.collector.channels.mailbox_faults import MailboxFault
from shared.access.scopes import SCOPES_OF_SECRET_KEYS, Scope
from shared.web.mail_texts import MAILBOX_FAULTS
from tests.collector.door import door, first_error, refusal
from tests.house_of_test import House

SECRET = "a password that nobody may see"
WHOLE: dict[str, Any] = {"name": "care", "host": "localhost", "username": "care", "password": SECRET}
ANY = {"If-Match": "*"}


async def test_a_password_goes_in_and_never_comes_out(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        made = await client.post("/v1/mailboxes", json=WHOLE, headers={"Idempotency-Key": "k"})
        assert made.status_code == 201, made.text
        path = f"/v1/mailboxes/{made.json()['id']}"
        answers = [made, await client.get(path), await client.get("/v1/mailboxes")]
        answers.append(await client.patch(path, json={"password": SECRET + "!"}, headers=ANY))
        answers += [await client.get("/v1/audit"), await client.get("/v1/tenant-export")]
        assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 200]
        assert [answer.url for answer in answers if SECRET in answer.text] == []
        assert (made.json()["port"], made.json()["security"]) == (993, "tls")
    async with house.query("collector") as owner:
        sealed = await owner.fetchval("SELECT sealed_password FROM mailbox WHERE tenant_id = $1", tenant_id)
        assert SECRET.encode() not in sealed


async def test_only_the_operator_may_name_a_host(house: House, tenant_id: UUID) -> None:
    """Whoever may makes the collector connect to wherever they like inside the operator's network."""
    async with door(house, tenant_id, *SCOPES_OF_SECRET_KEYS) as client:
        for method, path in (
            ("POST", "/v1/mailboxes"), ("GET", "/v1/mailboxes"), ("GET", f"/v1/mailboxes/{tenant_id}"),
            ("PATCH", f"/v1/mailboxes/{tenant_id}"), ("DELETE", f"/v1/mailboxes/{tenant_id}"),
            ("POST", f"/v1/mailboxes/{tenant_id}:test"), ("POST", f"/v1/mailboxes/{tenant_id}:reread"),
            ("GET", f"/v1/mailboxes/{tenant_id}/left"),
        ):  # fmt: skip
            answer = await client.request(method, path, json=WHOLE if method in ("POST", "PATCH") else None)
            assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    ("wrong", "where", "code"),
    [
        ({"security": "none", "host": "imap.example.test"}, "", "not_protected"),
        ({"host": "imap://example.test/x"}, "/host", "not_a_host"),
        ({"host": "a b"}, "/host", "not_a_host"),
        ({"name": "Ca re"}, "/name", "not_a_slug"),
        ({"port": 0}, "/port", "too_small"),
        ({"after_reading": "move"}, "/move_to", "folder_missing"),
        ({"after_reading": "delete"}, "/after_reading", "not_one_of"),
        ({"interval_s": 1}, "/interval_s", "too_small"),
        ({"since": "yesterday"}, "/since", None),
        ({"unknown": 1}, "/unknown", None),
        ({"password": "a\r\nb"}, "/password", "invalid"),
    ],
)
async def test_what_no_mailbox_can_be_is_refused(
    house: House, tenant_id: UUID, wrong: dict[str, Any], where: str, code: str | None
) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        document = refusal(await client.post("/v1/mailboxes", json=WHOLE | wrong))
        assert first_error(document)[0] == where
        assert code in (None, first_error(document)[1])
        assert (await client.get("/v1/mailboxes")).json()["items"] == []


async def test_two_of_one_name_and_changes_that_were_not_seen_are_refused(house: House, tenant_id: UUID) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        first = (await client.post("/v1/mailboxes", json=WHOLE)).json()
        again = refusal(await client.post("/v1/mailboxes", json=WHOLE))
        assert first_error(again) == ("/name", "name_taken")
        other = (await client.post("/v1/mailboxes", json=WHOLE | {"name": "other"})).json()
        path = f"/v1/mailboxes/{other['id']}"
        taken = refusal(await client.patch(path, json={"name": "care"}, headers=ANY))
        assert first_error(taken) == ("/name", "name_taken")
        assert (await client.patch(path, json={"name": "x"})).status_code == 428
        assert (await client.patch(path, json={"name": "x"}, headers={"If-Match": '"9-en"'})).status_code == 412
        walked = await client.get("/v1/mailboxes", params={"limit": 1})
        assert [one["id"] for one in walked.json()["items"]] == [other["id"]]
        rest = await client.get("/v1/mailboxes", params={"limit": 1, "cursor": walked.json()["next"]})
        assert ([one["id"] for one in rest.json()["items"]], rest.json()["next"]) == ([first["id"]], None)


@pytest.mark.parametrize(("language", "remedy"), [("en", "Check host and port"), ("zh", "请检查主机和端口")])
async def test_a_test_says_loudly_what_to_mend(house: House, tenant_id: UUID, language: str, remedy: str) -> None:
    async with door(house, tenant_id, Scope.OPERATOR) as client:
        wanted = WHOLE | {"host": "127.0.0.1", "port": free_port(), "security": "none"}
        made = (await client.post("/v1/mailboxes", json=wanted)).json()
        path = f"/v1/mailboxes/{made['id']}:test"
        tried: httpx.Response = await client.post(path, headers={"Accept-Language": language})
        assert tried.status_code == 200, tried.text
        assert (tried.json()["is_open"], tried.json()["fault"]) == (False, "refused")
        assert tried.json()["remedy"].startswith(remedy)
        assert SECRET not in tried.text
        line = (await client.get("/v1/audit", params={"verb": "mailbox.test"})).json()["items"][0]
        assert line["detail"] == {"fault": "refused"}


def test_every_fault_has_its_remedy() -> None:
    assert set(MAILBOX_FAULTS) == set(MailboxFault)
